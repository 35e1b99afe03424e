//! Being the reaper of processes that are no children of the lab's, as a shim is.

use rustix::io::Errno;
use rustix::process::{WaitOptions, getpid, set_child_subreaper, waitpgid};

use crate::proc::{self, Pid};

/// While this lives, what a child of the lab's leaves behind becomes the lab's own child
/// (`PR_SET_CHILD_SUBREAPER`, prctl(2)), and not that of process 1.
pub(crate) struct Subreaper(());

impl Subreaper {
    /// Begins.
    pub(crate) fn begin() -> Self {
        // It can only fail where the kernel does not know it.
        let _ = set_child_subreaper(Some(getpid()));
        Self(())
    }
}

impl Drop for Subreaper {
    fn drop(&mut self) {
        let _ = set_child_subreaper(None);
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
