//! The end of a process where the kernel gives no descriptor of it: before Linux 5.3, or under a
//! filter of system calls that refuses `pidfd_open` (older container runtimes').
//!
//! A thread waits for the process and then closes a pipe, whose other end is what is waited for.
//! So an end is known some tens of microseconds later than by a pidfd.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{WaitId, WaitIdOptions, waitid};

use crate::proc::{self, Pid};

/// Time between two looks at a process that is no child of the lab's.
const LOOK_INTERVAL: Duration = Duration::from_micros(500);

/// When a process started, and what can be read once it has ended.
type Watched = BTreeMap<Pid, (Option<u64>, OwnedFd)>;

/// A descriptor that can be read once process `pid` has ended. One thread watches it, however often
/// it is asked for.
pub(super) fn descriptor(pid: Pid) -> io::Result<OwnedFd> {
    let started = proc::started(pid);
    let mut all = watched();
    if let Some((known, reader)) = all.get(&pid)
        && *known == started
    {
        return reader.try_clone();
    }
    let (reader, writer) = io::pipe()?;
    let reader = OwnedFd::from(reader);
    // What has ended already is known at once, as by a pidfd.
    if has_ended(pid, started, WaitIdOptions::NOHANG) {
        return Ok(reader);
    }
    let shared = reader.try_clone()?;
    thread::Builder::new()
        .name(format!("end of {pid}"))
        .spawn(move || {
            while !has_ended(pid, started, WaitIdOptions::empty()) {
                thread::sleep(LOOK_INTERVAL);
            }
            let mut all = watched();
            if all.get(&pid).is_some_and(|(known, _)| *known == started) {
                all.remove(&pid);
            }
            drop(writer);
        })?;
    all.insert(pid, (started, shared));
    Ok(reader)
}

/// Whether a process has ended; of a child of the lab's it is waited for, unless `how` says not to.
/// It is left to be reaped.
fn has_ended(pid: Pid, started: Option<u64>, how: WaitIdOptions) -> bool {
    let Ok(id) = proc::id(pid) else { return true };
    let how = how | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(id), how) {
        Ok(status) => status.is_some(),
        Err(Errno::INTR) => false,
        // No child of the lab's, or reaped.
        Err(_) => started.is_none() || proc::started(pid) != started,
    }
}

/// The processes that are watched.
fn watched() -> MutexGuard<'static, Watched> {
    static WATCHED: Mutex<Watched> = Mutex::new(BTreeMap::new());
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::clock::now_ns;
    use crate::wait::{is_ready, poll, readable};

    fn can_be_read(fd: &OwnedFd, limit: Duration) -> bool {
        let mut fds = [readable(fd.as_fd())];
        poll(&mut fds, now_ns() + limit.as_nanos() as u64).expect("polls");
        is_ready(&fds[0])
    }

    const AT_ONCE: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn a_child_is_seen_to_end_and_is_left_to_be_reaped() {
        let mut child = Command::new("/bin/cat")
            .stdin(Stdio::piped())
            .spawn()
            .expect("starts");
        let pid = child.id().cast_signed();
        let (one, other) = (descriptor(pid).expect("one"), descriptor(pid).expect("one"));
        assert!(!can_be_read(&one, AT_ONCE));
        drop(child.stdin.take());
        assert!(can_be_read(&one, LONG) && can_be_read(&other, LONG));
        // One that only waits to be reaped has ended, too.
        assert!(can_be_read(&descriptor(pid).expect("one"), AT_ONCE));
        assert!(child.wait().expect("is there").success());
        assert!(can_be_read(&descriptor(pid).expect("one"), AT_ONCE));
    }

    #[test]
    fn a_process_of_somebody_else_s_is_seen_to_end() {
        // The shell ends, and leaves one that is nobody's child here.
        let shell = Command::new("/bin/sh")
            .args(["-c", "sleep 600 >&- 2>&- & echo $!"])
            .output()
            .expect("runs");
        let pid: Pid = String::from_utf8_lossy(&shell.stdout)
            .trim()
            .parse()
            .expect("a number");
        let fd = descriptor(pid).expect("one");
        assert!(!can_be_read(&fd, AT_ONCE));
        proc::kill(pid, rustix::process::Signal::KILL).expect("is there");
        assert!(can_be_read(&fd, LONG));
    }
}
