//! Waiting for events of an epoll, to the nanosecond and on every kernel.
//!
//! `epoll_pwait` waits for whole milliseconds, and `epoll_pwait2` is neither in Linux before 5.11 nor
//! permitted by every container runtime. So `ppoll` waits for the epoll itself, and `epoll_pwait`
//! takes what is there. Only who sleeps pays for the second call.

use std::os::fd::AsFd;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, epoll, poll};
use rustix::io::{Errno, Result};

use crate::clock::timespec;

/// Puts the events that come within `wait_ns` into `events`, at once if that is 0; without it waits
/// until there are some. A signal may end a wait without any.
pub(crate) fn wait(
    epoll: impl AsFd,
    events: &mut Vec<epoll::Event>,
    wait_ns: Option<u64>,
) -> Result<()> {
    events.clear();
    if let Some(wait_ns @ 1..) = wait_ns {
        let mut fds = [PollFd::from_borrowed_fd(epoll.as_fd(), PollFlags::IN)];
        match poll(&mut fds, Some(&timespec(wait_ns))) {
            Ok(0) | Err(Errno::INTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    let at_once = wait_ns.map(|_| timespec(0));
    match epoll::wait(epoll, spare_capacity(events), at_once.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{EventfdFlags, eventfd};

    use super::*;
    use crate::clock::now_ns;

    #[test]
    fn it_waits_for_parts_of_a_millisecond_and_takes_what_is_there() {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
        let fd = eventfd(0, EventfdFlags::CLOEXEC).unwrap();
        let data = epoll::EventData::new_u64(7);
        epoll::add(&epoll, &fd, data, epoll::EventFlags::IN).unwrap();
        let mut events = Vec::with_capacity(4);
        for none in [0, 1, 100_500] {
            let began = now_ns();
            wait(&epoll, &mut events, Some(none)).unwrap();
            assert!(events.is_empty() && now_ns() - began >= none);
        }
        rustix::io::write(&fd, &1_u64.to_ne_bytes()).unwrap();
        for some in [None, Some(0), Some(1), Some(60_000_000_007)] {
            wait(&epoll, &mut events, some).unwrap();
            let seen: Vec<u64> = events.iter().map(|event| event.data.u64()).collect();
            assert_eq!(seen, [7]);
        }
    }
}
