//! containerd on this machine, and the helper that speaks to it.

use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use labrun_helper_protocol::{ABSENT, Version};

use super::absence::{absent, socket, too_old};
use crate::isolation::runner::State;
use crate::network;
use crate::outcome::Failure;
use crate::owner::{self, Owner};

/// containerd on this machine; asked for when it is first needed.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) socket: PathBuf,
    helper: State,
    /// Its version, once it has answered.
    version: Mutex<Option<String>>,
    /// Why something of the last launch is still there.
    left: Mutex<Option<String>>,
}

impl Host {
    /// At `address`; none for what `CONTAINERD_ADDRESS` says.
    pub(super) fn new(address: Option<&str>, helper: State) -> Self {
        let named = std::env::var("CONTAINERD_ADDRESS").ok();
        Self {
            socket: socket(address.or(named.as_deref())),
            helper,
            version: Mutex::new(None),
            left: Mutex::new(None),
        }
    }

    /// Its version; or why there is none, with the way to mend it. The first time what
    /// labs that were killed have left in it goes.
    pub(super) fn live(&self) -> Result<String, String> {
        UnixStream::connect(&self.socket).map_err(|error| absent(&self.socket, &error))?;
        let mut known = self.known();
        if let Some(version) = known.as_ref() {
            return Ok(version.clone());
        }
        let said = self.ask(&["version"])?;
        let Version { version } = serde_json::from_str(said.trim())
            .map_err(|error| format!("the helper for containerd said no version: {error}"))?;
        if let Some(reason) = too_old(&version) {
            return Err(reason);
        }
        self.sweep()?;
        Ok(known.insert(version).clone())
    }

    /// Whether it still answers, after a launch has failed; the failure says so where not.
    pub(super) fn explain(&self, failure: Failure) -> Failure {
        if self.known().is_none() {
            // It never answered, which is the failure.
            return failure;
        }
        let Failure::Outcome(outcome, mut reason) = failure else {
            return failure;
        };
        if let Some(left) = self.left().take() {
            reason = format!("{reason}; {left}");
        }
        match self.ask(&["version"]) {
            Ok(_) => Failure::Outcome(outcome, reason),
            Err(silence) => {
                *self.known() = None;
                Failure::unavailable(format!("containerd stopped answering: {silence}; {reason}"))
            }
        }
    }

    /// Removes a container whatever state it is in; notes what resists.
    pub(super) fn remove(&self, id: &str) -> Result<(), String> {
        let removed = self.ask(&["remove", id]).map(drop);
        removed.inspect_err(|reason| {
            *self.left() = Some(format!("cannot remove container {id}: {reason}"));
        })
    }

    /// Removes what belongs to owners that no longer run; gives how many containers and links.
    pub(super) fn sweep(&self) -> Result<u32, String> {
        let mut removed = 0;
        for owner in self.ask(&["owners"])?.lines() {
            if Owner::parse(owner).is_some_and(|owner| !owner.is_alive()) {
                let said = self.ask(&["clear", owner])?;
                removed += said.trim().parse::<u32>().unwrap_or(0);
            }
        }
        // After the containers: most links went with them.
        Ok(removed + network::sweep())
    }

    /// The helper's program.
    pub(super) fn program(&self) -> Result<&Path, String> {
        match &self.helper {
            State::Ready(ready) => Ok(&ready.executable.path),
            State::Missing(reason) | State::Skipped(reason) => Err(reason.clone()),
        }
    }

    /// What the helper prints for a verb; it keeps to a limit of its own.
    fn ask(&self, verb: &[&str]) -> Result<String, String> {
        let said = Command::new(self.program()?)
            .arg("--address")
            .arg(&self.socket)
            .args(verb)
            .env(owner::VARIABLE, Owner::this().to_string())
            // A Ctrl-C is the lab's: what removes something goes on.
            .process_group(0)
            .output()
            .map_err(|error| format!("the helper for containerd does not start: {error}"))?;
        if said.status.success() {
            return Ok(String::from_utf8_lossy(&said.stdout).into_owned());
        }
        let reason = String::from_utf8_lossy(&said.stderr).trim().to_owned();
        Err(match said.status.code() {
            Some(code) if code == i32::from(ABSENT) || !reason.is_empty() => reason,
            _ => format!("the helper for containerd ended with {}", said.status),
        })
    }

    fn known(&self) -> MutexGuard<'_, Option<String>> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, Option<String>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Host {
    /// The images of this lab's launches, and its namespace with the last of them.
    fn drop(&mut self) {
        let used = self
            .version
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if used.is_some() {
            let _ = self.ask(&["clear", &Owner::this().to_string()]);
        }
    }
}
