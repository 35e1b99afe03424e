//! Another view of the file system or of the network, for labrun and what it starts alone.

use std::ffi::CStr;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::{skip, started_by};

/// Whether mounts can be made; if not, the test is skipped.
pub(crate) fn may_mount(test: &str) -> bool {
    // SAFETY: geteuid() cannot fail.
    let may = unsafe { libc::geteuid() } == 0;
    if !may {
        skip(test, "a mount is made by root alone: sudo scripts/test");
    }
    may
}

/// Lays an empty tmpfs with these options over a folder.
pub(crate) fn lay_tmpfs<'a>(
    command: &'a mut Command,
    over: &'static CStr,
    options: &'static CStr,
) -> &'a mut Command {
    let lay = move || {
        let none = std::ptr::null();
        // SAFETY: strings end with NUL, and nothing but this process's own mounts change.
        let laid = unsafe {
            libc::unshare(libc::CLONE_NEWNS) == 0
                && libc::mount(
                    none,
                    c"/".as_ptr(),
                    none,
                    libc::MS_REC | libc::MS_PRIVATE,
                    none.cast(),
                ) == 0
                && libc::mount(
                    c"none".as_ptr(),
                    over.as_ptr(),
                    c"tmpfs".as_ptr(),
                    0,
                    options.as_ptr().cast(),
                ) == 0
        };
        if laid {
            Ok(())
        } else {
            Err(std::io::Error::last_os_error())
        }
    };
    // SAFETY: system calls alone, on constants.
    unsafe { command.pre_exec(lay) }
}

/// The same command in a PID namespace of its own with a `/proc` of that; it ends with the process
/// that is started, unshare(1).
pub(crate) fn in_pid_namespace(command: &Command) -> Command {
    let mut inside = Command::new("unshare");
    inside.args(["--pid", "--fork", "--mount-proc", "--kill-child"]);
    started_by(inside, command)
}

/// Whether a process may have a network of its own; if not, the test is skipped.
pub(crate) fn may_be_alone(test: &str) -> bool {
    let tried = alone(&mut Command::new("/bin/true")).status();
    if let Err(error) = &tried {
        skip(test, &format!("no network namespace can be made: {error}"));
    }
    tried.is_ok()
}

/// Gives it a fresh network namespace, in which the loopback is down.
pub(crate) fn alone(command: &mut Command) -> &mut Command {
    let leave = || {
        // SAFETY: a plain system call without pointers.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } == 0 {
            Ok(())
        } else {
            Err(std::io::Error::last_os_error())
        }
    };
    // SAFETY: a system call alone.
    unsafe { command.pre_exec(leave) }
}
