//! Being the reaper of processes that are no children of the lab's, as a shim is.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, waitpgid, waitpid};

use crate::proc::{self, Pid};

/// While one of these lives, what a child of the lab's leaves behind becomes the lab's own child
/// (`PR_SET_CHILD_SUBREAPER`, prctl(2)), and not that of process 1.
#[derive(Debug)]
pub(crate) struct Subreaper(());

/// How many there are.
fn reapers() -> MutexGuard<'static, u32> {
    static REAPERS: Mutex<u32> = Mutex::new(0);
    REAPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Subreaper {
    /// Begins.
    pub(crate) fn begin() -> Self {
        let mut reapers = reapers();
        if *reapers == 0 {
            // It can only fail where the kernel does not know it.
            let _ = set_child_subreaper(Some(getpid()));
        }
        *reapers += 1;
        Self(())
    }
}

impl Drop for Subreaper {
    fn drop(&mut self) {
        let mut reapers = reapers();
        *reapers -= 1;
        if *reapers == 0 {
            let _ = set_child_subreaper(None);
        }
    }
}

/// The children that the lab has started and waits for.
pub(super) fn awaited() -> MutexGuard<'static, BTreeSet<Pid>> {
    static AWAITED: Mutex<BTreeSet<Pid>> = Mutex::new(BTreeSet::new());
    AWAITED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a process became the lab's child since whoever had started it is gone.
pub(super) fn is_adopted(pid: Pid) -> bool {
    let adopts = *reapers() > 0;
    let is_child = || proc::parent(pid) == Some(std::process::id().cast_signed());
    adopts && is_child() && !awaited().contains(&pid)
}

/// Reaps a process that the lab has adopted, if it has ended.
pub(super) fn reap_adopted(pid: Pid) {
    if let Ok(id) = proc::id(pid) {
        let _ = waitpid(Some(id), WaitOptions::NOHANG);
    }
}

/// Ends the children of the lab's that are in the process group of a child that is gone,
/// and waits until they are.
pub(crate) fn reap_group(group: Pid) {
    let Ok(id) = proc::id(group) else { return };
    loop {
        match waitpgid(id, WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Ok(None) => {
                // It holds a child of the lab's, so that its number is nobody else's; the
                // second wait is for one that was just killed.
                proc::kill_group(group);
                let _ = waitpgid(id, WaitOptions::empty());
            }
            Err(_) => return,
        }
    }
}
