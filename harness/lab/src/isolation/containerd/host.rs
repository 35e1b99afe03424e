//! containerd on this machine, and the helper that speaks to it.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use labrun_helper_protocol::{ABSENT, Version};

use super::shims;
use super::socket::{CONTAINERD, socket, too_old};
use crate::isolation::left::Left;
use crate::isolation::runner::{Ready, usable};
use crate::network;
use crate::outcome::Failure;
use crate::owner::{self, Life, Owner, Unknown};
use crate::proc;

/// containerd on this machine; asked for when it is first needed.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) socket: PathBuf,
    helper: Result<Ready, Failure>,
    /// Its version, once it has answered.
    version: Mutex<Option<String>>,
    /// Why it gave none when it was first asked: it is not waited for again. None where it did.
    silence: OnceLock<Option<Failure>>,
    /// Why something of the last launch is still there.
    left: Left,
}

impl Host {
    /// At `address`; none for what `CONTAINERD_ADDRESS` says.
    pub(super) fn new(address: Option<&str>, helper: Result<Ready, Failure>) -> Self {
        let named = std::env::var("CONTAINERD_ADDRESS").ok();
        Self {
            socket: socket(address.or(named.as_deref())),
            helper,
            version: Mutex::new(None),
            silence: OnceLock::new(),
            left: Left::default(),
        }
    }

    /// Its version; or why there is none, with the way to mend it. The first time what
    /// labs that were killed have left in it goes.
    pub(super) fn live(&self) -> Result<String, Failure> {
        CONTAINERD.answers(&self.socket)?;
        let mut known = self.known();
        if let Some(version) = known.as_ref() {
            return Ok(version.clone());
        }
        if let Some(silence) = self.silence.get().cloned().flatten() {
            return Err(silence);
        }
        let said = self.ask(&["version"]);
        self.silence.get_or_init(|| said.as_ref().err().cloned());
        let said = said?;
        let Version { version } = serde_json::from_str(said.trim()).map_err(|error| {
            Failure::unavailable(format!(
                "the helper for containerd said no version: {error}"
            ))
        })?;
        if let Some(reason) = too_old(&version) {
            return Err(Failure::unavailable(reason));
        }
        self.sweep()?;
        Ok(known.insert(version).clone())
    }

    /// Whether it still answers, after a launch has failed; the failure says so where not.
    pub(super) fn explain(&self, failure: Failure) -> Failure {
        if self.known().is_none() || failure == Failure::Interrupted {
            // Where it never answered, that is the failure.
            return failure;
        }
        let failure = self.left.told_with(failure);
        let Err(silence) = self.ask(&["version"]) else {
            return failure;
        };
        *self.known() = None;
        let (silence, reason) = (silence.into_reason(), failure.into_reason());
        Failure::unavailable(format!("containerd stopped answering: {silence}; {reason}"))
    }

    /// Removes a container whatever state it is in; notes what resists.
    pub(super) fn remove(&self, id: &str) -> Result<(), Failure> {
        let removed = self.ask(&["remove", id]).map(drop);
        removed.map_err(|failure| {
            let reason = failure.into_reason();
            self.left
                .note(format!("cannot remove container {id}: {reason}"));
            Failure::failed(reason)
        })
    }

    /// Removes what belongs to owners that have ended; gives how many containers and links.
    pub(super) fn sweep(&self) -> Result<u32, Failure> {
        let mut removed = 0;
        let booted_s = proc::booted_s();
        for line in self.ask(&["owners"])?.lines() {
            let (owner, made_s) = line.split_once(' ').unwrap_or((line, ""));
            // What was not made since the machine booted may be of a lab of before.
            let is_of_this_boot = booted_s.is_some_and(|booted_s| {
                let made_s: Option<i64> = made_s.parse().ok();
                made_s.is_none_or(|made_s| made_s >= booted_s)
            });
            let life = Owner::parse(owner).map(|owner| owner.life_by(is_of_this_boot));
            if life == Some(Life::Ended) {
                let said = self.ask(&["clear", owner])?;
                removed += said.trim().parse::<u32>().unwrap_or(0);
            }
        }
        removed += shims::sweep(&self.socket);
        // After the containers: most links went with them. What is unknown of links was told
        // when labrun began.
        Ok(removed + network::sweep(&mut Unknown::default()))
    }

    /// The helper's program.
    pub(super) fn program(&self) -> Result<&Path, Failure> {
        Ok(&usable(&self.helper)?.executable.path)
    }

    /// What the helper prints for a verb; it keeps to a limit of its own.
    fn ask(&self, verb: &[&str]) -> Result<String, Failure> {
        let said = Command::new(self.program()?)
            .arg("--address")
            .arg(&self.socket)
            .args(verb)
            .env(owner::VARIABLE, Owner::this().to_string())
            // A Ctrl-C is the lab's: what removes something goes on.
            .process_group(0)
            .output()
            .map_err(|error| {
                let reason = format!("the helper for containerd does not start: {error}");
                Failure::unavailable(reason)
            })?;
        if said.status.success() {
            return Ok(String::from_utf8_lossy(&said.stdout).into_owned());
        }
        let mut reason = String::from_utf8_lossy(&said.stderr).trim().to_owned();
        if reason.is_empty() && said.status.code() != Some(ABSENT.into()) {
            reason = format!("the helper for containerd ended with {}", said.status);
        }
        Err(Failure::unavailable(reason))
    }

    fn known(&self) -> MutexGuard<'_, Option<String>> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Host {
    /// The images of this lab's launches, and its namespace with the last of them.
    fn drop(&mut self) {
        let used = self.known().is_some();
        if used {
            let _ = self.ask(&["clear", &Owner::this().to_string()]);
        }
    }
}
