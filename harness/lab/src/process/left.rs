//! What a program leaves behind: processes that carry the mark of its launch and live on
//! after it.

use std::fs;
use std::os::fd::AsRawFd;
use std::time::Duration;

use super::poll::{pidfd, poll, readable};
use crate::clock::now_ns;
use crate::owner::LAUNCH;

/// How long what a program started may take to end after it, on its own.
const GRACE_NS: u64 = 1_000_000_000;

/// How long a process may take to be gone once it was killed.
const KILLED_NS: u64 = 5_000_000_000;

/// How it stood when a program had ended.
pub(super) struct Left {
    /// When the last of its processes was gone, or the program itself where some stayed.
    pub(super) gone_ns: u64,
    /// Those that stayed, for a person.
    pub(super) reason: Option<String>,
}

/// Looks for what the program `leader` left, right after it has ended. Those that end on
/// their own within a second were on their way.
pub(super) fn after(mark: &str, leader: libc::pid_t) -> Left {
    let ended_ns = now_ns();
    let mut gone_ns = ended_ns;
    loop {
        let alive: Vec<_> = marked(mark)
            .into_iter()
            .filter(|pid| *pid != leader)
            .collect();
        if alive.is_empty() {
            return Left {
                gone_ns,
                reason: None,
            };
        }
        if now_ns() >= ended_ns + GRACE_NS {
            let names: Vec<String> = alive.iter().map(|pid| named(*pid)).collect();
            for pid in &alive {
                end(*pid);
            }
            return Left {
                gone_ns: ended_ns,
                reason: Some(format!(
                    "it ended and left processes behind, which were ended: {}",
                    names.join(", ")
                )),
            };
        }
        for pid in alive {
            if wait(pid, ended_ns + GRACE_NS) {
                gone_ns = now_ns();
            }
        }
    }
}

/// Waits until a process has ended, so long at most; gives whether it has.
pub(crate) fn ends_until(pid: libc::pid_t, limit: Duration) -> bool {
    wait(pid, now_ns() + limit.as_nanos() as u64)
}

/// Ends every process that carries the mark.
pub(crate) fn end_all(mark: &str) {
    for pid in marked(mark) {
        end(pid);
    }
}

/// Processes that carry the mark and have not ended.
fn marked(mark: &str) -> Vec<libc::pid_t> {
    let pair = format!("{LAUNCH}={mark}");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| {
        // One that waits to be reaped has no environment any more.
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|all| {
            all.split(|byte| *byte == 0)
                .any(|one| one == pair.as_bytes())
        })
    })
    .collect()
}

/// Its name and number.
fn named(pid: libc::pid_t) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    format!("{} ({pid})", name.trim())
}

fn end(pid: libc::pid_t) {
    // SAFETY: a plain kill; the process carries the mark of a launch of this lab.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    wait(pid, now_ns() + KILLED_NS);
}

/// Waits until a process has ended; gives whether it has.
fn wait(pid: libc::pid_t, deadline_ns: u64) -> bool {
    let Ok(pidfd) = pidfd(pid) else {
        return true;
    };
    let mut fds = [readable(pidfd.as_raw_fd())];
    poll(&mut fds, deadline_ns).is_ok() && fds[0].revents != 0
}
