//! Starting a program inside a cgroup of version 2: `clone3` with `CLONE_INTO_CGROUP`
//! (clone(2), Linux 5.7).
//!
//! Version 2 cannot move one thread of a process alone, and to move the whole lab into
//! the group and back would charge the group for what its other threads allocate
//! meanwhile. So the child is made there. It is a copy of the lab (`fork`) until it
//! executes the program: pages that it writes until then, some tens of KiB, are charged
//! to the group, are given back by the exec, and may count in the group's peak.

use std::ffi::CStr;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::process::{WaitOptions, waitpid};

use crate::proc;

/// Every handled signal is back at its default in the child (Linux 5.5).
const CLEAR_SIGNAL_HANDLERS: u64 = 1 << 32;
/// The child begins in the cgroup of the descriptor (Linux 5.7).
const INTO_CGROUP: u64 = 1 << 33;

/// Starts `path` in the cgroup that `folder` is open on; gives its id once the program
/// is executed. `argv` and `envp` end with a null pointer.
pub(super) fn clone_into(
    folder: BorrowedFd<'_>,
    path: &CStr,
    argv: &[*mut libc::c_char],
    envp: &[*mut libc::c_char],
    child_ends: &[(OwnedFd, RawFd)],
) -> io::Result<libc::pid_t> {
    // Closed by the exec: what is read from it is why there was none.
    let (mut why, tell) = io::pipe()?;
    let mut request = libc::clone_args {
        flags: libc::CLONE_VFORK as u64 | CLEAR_SIGNAL_HANDLERS | INTO_CGROUP,
        pidfd: 0,
        child_tid: 0,
        parent_tid: 0,
        exit_signal: libc::SIGCHLD as u64,
        stack: 0,
        stack_size: 0,
        tls: 0,
        set_tid: 0,
        set_tid_size: 0,
        cgroup: folder.as_raw_fd() as u64,
    };
    // SAFETY: `request` is valid for its size. The child has a copy of the memory (no
    // CLONE_VM) on the same stack, as after fork(2), and calls only what may be called
    // after a fork in a program with threads (signal-safety(7)).
    let pid = unsafe {
        libc::syscall(
            libc::SYS_clone3,
            &raw mut request,
            size_of::<libc::clone_args>(),
        )
    };
    if pid == 0 {
        // SAFETY: this is the child; the pointers are valid here as in the lab.
        unsafe { become_program(path, argv, envp, child_ends, tell.as_raw_fd()) }
    }
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    let pid = pid as libc::pid_t;
    drop(tell);
    let mut error = [0; 4];
    if why.read_exact(&mut error).is_err() {
        return Ok(pid);
    }
    // It ends by itself.
    let _ = waitpid(Some(proc::id(pid)?), WaitOptions::empty());
    Err(io::Error::from_raw_os_error(i32::from_ne_bytes(error)))
}

/// What `posix_spawn` does in the child: a process group of its own, its descriptors, no
/// blocked signals, SIGPIPE as a fresh program expects it, and the program.
///
/// # Safety
/// Only in a child that has not executed a program, with pointers that end with null.
unsafe fn become_program(
    path: &CStr,
    argv: &[*mut libc::c_char],
    envp: &[*mut libc::c_char],
    child_ends: &[(OwnedFd, RawFd)],
    tell: RawFd,
) -> ! {
    // SAFETY: each of these may be called after a fork in a program with threads; they
    // take no lock and allocate nothing. `none` is filled before it is used.
    unsafe {
        let mut failed = libc::setpgid(0, 0) < 0;
        for (end, number) in child_ends {
            failed = failed || libc::dup2(end.as_raw_fd(), *number) < 0;
        }
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        let mut none = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
        if !failed {
            libc::execve(path.as_ptr(), argv.as_ptr().cast(), envp.as_ptr().cast());
        }
        let error = (*libc::__errno_location()).to_ne_bytes();
        libc::write(tell, error.as_ptr().cast(), error.len());
        libc::_exit(127)
    }
}
