//! Waiting for descriptors, with a deadline on the lab's clock.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use crate::clock::now_ns;
use crate::interrupt::Interrupt;
use crate::isolation::Failure;

/// A descriptor to wait for until it can be read.
pub(super) fn readable(fd: RawFd) -> libc::pollfd {
    libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    }
}

/// `ppoll` until a descriptor is ready or `deadline_ns` has passed.
pub(super) fn poll(fds: &mut [libc::pollfd], deadline_ns: u64) -> Result<(), Failure> {
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
