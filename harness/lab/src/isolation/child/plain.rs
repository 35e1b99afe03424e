//! A program and nothing around it that the lab would have to make: the binary itself, or
//! a command line that brings its own boundary.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Child, HOLD, Held, Order};
use crate::isolation::marks::Marks;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::probe;
use crate::process::{Isolate, Prepared, Process, Program};
use crate::task::Task;

/// The port of a server that has a network of its own.
pub(in crate::isolation) const GUEST_PORT: u16 = 8080;

/// Where such a server listens.
pub(in crate::isolation) const GUEST: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), GUEST_PORT);

/// Where a server answers, if the task is one.
#[derive(Debug, Clone, Copy)]
pub(in crate::isolation) struct Door(pub(in crate::isolation) Option<SocketAddr>);

impl Door {
    /// A free address for a server; none for a command.
    pub(in crate::isolation) fn of(order: &Order<'_>) -> Result<Self, Failure> {
        match order.job.task {
            Task::Serve { .. } => probe::free_address()
                .map(|address| Self(Some(address)))
                .map_err(|error| Failure::failed(format!("no free port: {error}"))),
            _ => Ok(Self(None)),
        }
    }

    /// The address of a server behind a link of the lab's.
    pub(in crate::isolation) fn behind(veth: Option<&Veth>) -> Self {
        Self(veth.map(|veth| SocketAddr::from((veth.guest, GUEST_PORT))))
    }
}

/// A program that is ready to be started.
pub(in crate::isolation) struct Plain {
    prepared: Option<Prepared>,
    address: Option<SocketAddr>,
}

impl Plain {
    /// Prepares `program`: with the pipe and the variable of what stays, where it is to.
    pub(in crate::isolation) fn new(
        order: &Order<'_>,
        door: Door,
        mut program: Program,
    ) -> Result<Self, Failure> {
        if order.hold {
            program.env.push((HOLD.0.to_owned(), HOLD.1.to_owned()));
            // What is held waits for the end of its stdin.
            program.stdin = true;
        }
        let prepared = program
            .prepare(order.site)
            .map_err(|error| cannot_start(&error))?;
        Ok(Self {
            prepared: Some(prepared),
            address: door.0,
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
        inside: Option<&Held>,
    ) -> Result<Process, Failure> {
        let process = Held::spawn_after(inside, self.take()?, || Ok(()));
        process.map_err(|error| cannot_start(&error))
    }
}

impl Child for Plain {
    fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    fn start(
        &mut self,
        marks: &mut Marks,
        inside: Option<&Held>,
        _deadline_ns: u64,
    ) -> Result<Box<dyn Isolate>, Failure> {
        let process = self.spawn(inside)?;
        marks.end("spawn");
        Ok(Box::new(process))
    }
}

fn cannot_start(error: &io::Error) -> Failure {
    Failure::failed(format!("cannot start it: {error}"))
}
