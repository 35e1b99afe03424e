//! What a program leaves behind: processes that live on after it, and carry the mark of its launch or,
//! if they have cleared their environment, became children of the lab when whoever started them ended.

use std::time::Duration;

use rustix::process::Signal;

use super::reaper::{is_adopted, reap_adopted};
use crate::clock::now_ns;
use crate::owner::LAUNCH;
use crate::proc::{self, Pid};
use crate::wait::ends_by;

/// How long what a program started may take to end after it, on its own.
pub(super) const GRACE_NS: u64 = 1_000_000_000;

/// How long a process may take to be gone once it was killed.
const KILLED_NS: u64 = 5_000_000_000;

/// How it stood when a program had ended.
pub(crate) struct Left {
    /// When the last of its processes was gone, or the program itself where some stayed.
    pub(crate) gone_ns: u64,
    /// Those that stayed, for a person.
    pub(crate) reason: Option<String>,
}

/// Looks for what the program `leader` left, which ended at `ended_ns`. Those that end on
/// their own within a second were on their way.
pub(crate) fn after(mark: &str, leader: Pid, ended_ns: u64) -> Left {
    let mut gone_ns = ended_ns;
    loop {
        let alive = stayed(mark, leader);
        if alive.is_empty() {
            return Left {
                gone_ns,
                reason: None,
            };
        }
        if now_ns() >= ended_ns + GRACE_NS {
            let names: Vec<String> = alive
                .iter()
                .map(|pid| format!("{} ({pid})", proc::name(*pid)))
                .collect();
            end_all(mark, leader);
            return Left {
                gone_ns: ended_ns,
                reason: Some(format!(
                    "it ended and left processes behind, which were ended: {}",
                    names.join(", ")
                )),
            };
        }
        for pid in alive {
            if ends_by(pid, ended_ns + GRACE_NS) {
                gone_ns = now_ns();
            }
        }
    }
}

/// Waits until a process has ended, so long at most; gives whether it has.
pub(crate) fn ends_until(pid: Pid, limit: Duration) -> bool {
    ends_by(pid, now_ns() + limit.as_nanos() as u64)
}

/// Ends every process that the launch of this mark, and of the program `leader`, has left behind, and
/// what those start meanwhile.
pub(crate) fn end_all(mark: &str, leader: Pid) {
    let until_ns = now_ns() + KILLED_NS;
    loop {
        let alive = stayed(mark, leader);
        for pid in &alive {
            let _ = proc::kill(*pid, Signal::KILL);
        }
        for pid in &alive {
            ends_by(*pid, until_ns);
        }
        if alive.is_empty() || now_ns() >= until_ns {
            return;
        }
    }
}

/// Processes but the leader that are of the launch and have not ended. Most launches leave nobody,
/// and are not to wait until the environment of every process of the machine was read.
fn stayed(mark: &str, leader: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    for pid in proc::since(leader) {
        if pid == leader {
            continue;
        }
        match proc::variable(pid, LAUNCH) {
            Some(of) if of == mark.as_bytes() => found.push(pid),
            None if is_adopted(pid) => {
                reap_adopted(pid);
                let family = proc::descendants(pid).into_iter();
                found.extend(family.filter(|pid| proc::started(*pid).is_some()));
            }
            // Another launch's, or none.
            _ => {}
        }
    }
    found
}
