//! Being the reaper of processes that are no children of the lab's, as a shim is.

use std::io;

/// While this lives, what a child of the lab's leaves behind becomes the lab's own child
/// (`PR_SET_CHILD_SUBREAPER`, prctl(2)), and not that of process 1.
pub(crate) struct Subreaper(());

impl Subreaper {
    /// Begins.
    pub(crate) fn begin() -> Self {
        set(1);
        Self(())
    }
}

impl Drop for Subreaper {
    fn drop(&mut self) {
        set(0);
    }
}

fn set(on: libc::c_ulong) {
    // SAFETY: a plain system call without pointers; it cannot fail with 0 or 1.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, on, 0, 0, 0) };
}

/// Ends the children of the lab's that are in the process group of a child that is gone,
/// and waits until they are.
pub(crate) fn reap_group(group: libc::pid_t) {
    let mut status = 0;
    loop {
        // SAFETY: only children of the lab's are waited for, and a group is only killed that
        // holds one: its number is then nobody else's.
        let ended = unsafe { libc::waitpid(-group, &raw mut status, libc::WNOHANG) };
        if ended > 0 {
            continue;
        }
        if ended < 0 {
            if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted {
                continue;
            }
            return;
        }
        // SAFETY: as above; the second wait is for one that was just killed.
        unsafe {
            libc::kill(-group, libc::SIGKILL);
            libc::waitpid(-group, &raw mut status, 0);
        }
    }
}
