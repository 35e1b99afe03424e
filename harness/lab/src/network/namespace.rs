//! Network namespaces: that of a process, or a fresh one.

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd};
use std::path::PathBuf;
use std::{io, thread};

use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};

use super::netlink::{Netlink, index};
use crate::proc::Pid;

/// A network namespace, held open: it goes with its last process, or with the value.
#[derive(Debug)]
pub(crate) struct Namespace(File);

impl Namespace {
    /// That of process `pid`.
    pub(crate) fn of(pid: Pid) -> io::Result<Self> {
        File::open(format!("/proc/{pid}/ns/net")).map(Self)
    }

    /// A fresh one, in which nothing is but a loopback.
    pub(crate) fn new() -> io::Result<Self> {
        // A thread of its own: only the calling thread moves, and it ends with this.
        let made = thread::scope(|scope| {
            let make = || {
                // SAFETY: it leaves what threads share, such as descriptors, as it is.
                unsafe { unshare_unsafe(UnshareFlags::NEWNET)? };
                Netlink::open()?.raise(index("lo")?, None)?;
                File::open("/proc/thread-self/ns/net")
            };
            let started = thread::Builder::new().spawn_scoped(scope, make)?;
            Ok::<_, io::Error>(started.join())
        });
        made?
            .map_err(|_| io::Error::other("the thread in the new network panicked"))?
            .map(Self)
    }

    /// A path by which another process can join it while this value lives.
    pub(crate) fn path(&self) -> PathBuf {
        let fd = self.0.as_raw_fd();
        format!("/proc/{}/fd/{fd}", std::process::id()).into()
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Moves the calling thread into it, for good.
    pub(super) fn enter(&self) -> io::Result<()> {
        move_into_link_name_space(self.fd(), Some(LinkNameSpaceType::Network))?;
        Ok(())
    }
}
