//! Waiting: for descriptors, for processes, for what has to be gone, each with a deadline on
//! the lab's clock.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use crate::clock::now_ns;
use crate::interrupt::Interrupt;
use crate::outcome::Failure;

/// A descriptor to wait for until it can be read.
pub(crate) fn readable(fd: RawFd) -> libc::pollfd {
    libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    }
}

/// `ppoll` until a descriptor is ready or `deadline_ns` has passed.
pub(crate) fn poll(fds: &mut [libc::pollfd], deadline_ns: u64) -> Result<(), Failure> {
    loop {
        let left = deadline_ns.saturating_sub(now_ns());
        let timeout = libc::timespec {
            tv_sec: (left / 1_000_000_000).cast_signed(),
            tv_nsec: (left % 1_000_000_000).cast_signed(),
        };
        // SAFETY: the slice is valid for its length; timeout outlives the call.
        let ready = unsafe {
            libc::ppoll(
                fds.as_mut_ptr(),
                fds.len() as libc::nfds_t,
                &raw const timeout,
                std::ptr::null(),
            )
        };
        if ready >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(Failure::failed(format!("poll: {error}")));
        }
    }
}

/// Waits for `time`, or until the run is asked to end.
pub(crate) fn pause(interrupt: &Interrupt, time: Duration) -> Result<(), Failure> {
    let mut fds = [readable(interrupt.fd())];
    poll(&mut fds, now_ns() + time.as_nanos() as u64)?;
    if fds[0].revents == 0 {
        Ok(())
    } else {
        Err(Failure::Interrupted)
    }
}

/// A descriptor that can be read once process `pid` has ended.
pub(crate) fn pidfd(pid: libc::pid_t) -> io::Result<OwnedFd> {
    // SAFETY: a plain system call; the descriptor that it gives is fresh.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// Waits until process `pid` has ended; gives whether it has by the deadline.
pub(crate) fn ends_by(pid: libc::pid_t, deadline_ns: u64) -> bool {
    let Ok(pidfd) = pidfd(pid) else {
        return true;
    };
    let mut fds = [readable(pidfd.as_raw_fd())];
    poll(&mut fds, deadline_ns).is_ok() && fds[0].revents != 0
}

/// Time between two looks at what has to go.
const LOOK_INTERVAL: Duration = Duration::from_micros(500);

/// Looks until nothing is `left`; gives the instant before the look that found nothing, which
/// is `known_ns` for the first look: reading `/proc` is the lab's own work, and not that of what
/// has gone. What is left at the deadline is named, and a failure.
pub(crate) fn until_gone(
    interrupt: &Interrupt,
    known_ns: u64,
    deadline_ns: u64,
    mut left: impl FnMut() -> Option<String>,
) -> Result<u64, Failure> {
    let mut before_ns = known_ns;
    while let Some(name) = left() {
        if now_ns() >= deadline_ns {
            return Err(Failure::timeout(format!(
                "gave up waiting for {name} to go"
            )));
        }
        pause(interrupt, LOOK_INTERVAL)?;
        before_ns = now_ns();
    }
    Ok(before_ns)
}
