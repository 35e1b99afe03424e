//! Waiting: for descriptors, for processes, for what has to be gone, each with a deadline on
//! the lab's clock.

mod ended;

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use rustix::time::Timespec;

use crate::clock::now_ns;
use crate::interrupt::Interrupt;
use crate::outcome::Failure;
use crate::proc::{self, Pid};

/// A descriptor to wait for until it can be read.
pub(crate) fn readable(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::from_borrowed_fd(fd, PollFlags::IN)
}

/// Whether a descriptor that was waited for can be read, or has ended.
pub(crate) fn is_ready(fd: &PollFd<'_>) -> bool {
    !fd.revents().is_empty()
}

/// `ppoll` until a descriptor is ready or `deadline_ns` has passed.
pub(crate) fn poll(fds: &mut [PollFd<'_>], deadline_ns: u64) -> Result<(), Failure> {
    loop {
        let left = deadline_ns.saturating_sub(now_ns());
        let timeout = Timespec {
            tv_sec: (left / 1_000_000_000).cast_signed(),
            tv_nsec: (left % 1_000_000_000).cast_signed(),
        };
        match rustix::event::poll(fds, Some(&timeout)) {
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(Failure::failed(format!("poll: {error}"))),
        }
    }
}

/// Waits for `time`, or until the run is asked to end.
pub(crate) fn pause(interrupt: &Interrupt, time: Duration) -> Result<(), Failure> {
    let mut fds = [readable(interrupt.fd())];
    poll(&mut fds, now_ns() + time.as_nanos() as u64)?;
    if is_ready(&fds[0]) {
        return Err(Failure::Interrupted);
    }
    Ok(())
}

/// A descriptor that can be read once process `pid` has ended. To wait for alone: where the kernel
/// has no pidfd, it is another.
pub(crate) fn pidfd(pid: Pid) -> io::Result<OwnedFd> {
    match held(pid) {
        Err(Errno::NOSYS | Errno::PERM) => ended::descriptor(pid),
        held => Ok(held?),
    }
}

/// Whether the kernel gives pidfds; why not, else.
pub(crate) fn has_pidfds() -> Result<(), Errno> {
    held(std::process::id().cast_signed()).map(drop)
}

/// Kills process `pid` if it is still the one that is meant; gives whether it was told. Its number
/// may have become another's since it was read, so that it is held first, where that can be.
pub(crate) fn kill_if(pid: Pid, still_is: impl FnOnce() -> bool) -> bool {
    match held(pid) {
        Ok(held) => still_is() && pidfd_send_signal(held, Signal::KILL).is_ok(),
        Err(Errno::NOSYS | Errno::PERM) => still_is() && proc::kill(pid, Signal::KILL).is_ok(),
        Err(_) => false,
    }
}

fn held(pid: Pid) -> Result<OwnedFd, Errno> {
    pidfd_open(proc::id(pid)?, PidfdFlags::empty())
}

/// Waits until process `pid` has ended; gives whether it has by the deadline.
pub(crate) fn ends_by(pid: Pid, deadline_ns: u64) -> bool {
    let Ok(pidfd) = pidfd(pid) else {
        return true;
    };
    let mut fds = [readable(pidfd.as_fd())];
    poll(&mut fds, deadline_ns).is_ok() && is_ready(&fds[0])
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
