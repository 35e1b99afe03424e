//! A program and nothing around it that the lab would have to make: the binary itself, or
//! a command line that brings its own boundary.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{CgroupScope, Child, Clock, HOLD, LaunchRequest};
use crate::outcome::Failure;
use crate::process::{Isolate, Prepared, Process, Program};

/// The port of a server that has a network of its own.
pub(in crate::isolation) const GUEST_PORT: u16 = 8080;

/// Where such a server listens.
pub(in crate::isolation) const GUEST: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), GUEST_PORT);

/// A program that is ready to be started.
pub(in crate::isolation) struct Plain {
    prepared: Option<Prepared>,
    /// Where its server will answer, if it is one.
    pub(in crate::isolation) address: Option<SocketAddr>,
}

impl Plain {
    /// Prepares `program`: with the pipe and the variable of what stays, where it is to.
    pub(in crate::isolation) fn new(
        order: &LaunchRequest<'_>,
        address: Option<SocketAddr>,
        mut program: Program,
    ) -> Result<Self, Failure> {
        if order.hold {
            program.env.push((HOLD.0.to_owned(), HOLD.1.to_owned()));
            // What is held waits for the end of its stdin.
            program.stdin = true;
        }
        let prepared = program.prepare(order.site);
        Ok(Self {
            prepared: Some(prepared.map_err(Failure::cannot("start it"))?),
            address,
        })
    }

    /// What is to be started, for who starts it in a way of its own.
    pub(in crate::isolation) fn take(&mut self) -> Result<Prepared, Failure> {
        let prepared = self.prepared.take();
        prepared.ok_or_else(|| Failure::failed("it was started before"))
    }

    /// Starts it, in a cgroup of the lab's where there is one.
    pub(in crate::isolation) fn spawn(
        &mut self,
        inside: Option<&CgroupScope>,
    ) -> Result<Process, Failure> {
        let process = CgroupScope::spawn_after(inside, self.take()?, || Ok(()));
        process.map_err(Failure::cannot("start it"))
    }
}

impl Child for Plain {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        let process = self.spawn(clock.inside)?;
        clock.marks.end("spawn");
        clock.address = self.address;
        Ok(Box::new(process))
    }
}
