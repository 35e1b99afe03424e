//! Where the three standard descriptors go while a job runs.
//!
//! The protocol moves to descriptors of its own, which no guest can reach and no
//! child inherits. What is left is what a guest is meant to have, so that a runner
//! lets its runtime inherit the standard streams and is done:
//!
//! | descriptor | before | after |
//! |---|---|---|
//! | 0 | commands | `/dev/null`: a guest's stdin is empty |
//! | 1 | events | the guest's output: descriptor 3, or stderr where 3 is not open |
//! | 2 | the log | the log |
//! | 3 | the guest's output | closed, so that the pipe ends when 1 does |

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use labrun_protocol::GUEST_STDOUT_FD;

/// Moves the pipes; returns the commands and the place for events.
///
/// Called once, before anything else has opened a file.
pub(crate) fn take() -> io::Result<(File, File)> {
    // First of all, while 3 cannot be anything that we opened ourselves.
    let guest_output = writable(GUEST_STDOUT_FD);
    // `try_clone_to_owned` duplicates to a number above 2, with CLOEXEC set.
    let commands = io::stdin().as_fd().try_clone_to_owned()?;
    let events = io::stdout().as_fd().try_clone_to_owned()?;
    replace(libc::STDIN_FILENO, File::open("/dev/null")?.as_fd())?;
    match guest_output {
        Some(output) => replace(libc::STDOUT_FILENO, output.as_fd())?,
        None => replace(libc::STDOUT_FILENO, io::stderr().as_fd())?,
    }
    Ok((commands.into(), events.into()))
}

/// Descriptor `fd`, if it is open for writing.
fn writable(fd: RawFd) -> Option<OwnedFd> {
    // SAFETY: F_GETFL takes no further argument, and is safe on a number that is
    // not an open descriptor: it then fails.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    if flags < 0 || flags & libc::O_ACCMODE == libc::O_RDONLY {
        return None;
    }
    // SAFETY: it is open, and nothing in this process owns it: it was inherited,
    // and no file has been opened before this call.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Makes `fd` mean what `source` means.
fn replace(fd: RawFd, source: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: `source` is open. `fd` is a standard stream, which Rust's own
    // handles refer to by number, so that replacing it closes nothing they own.
    if unsafe { libc::dup2(source.as_raw_fd(), fd) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
