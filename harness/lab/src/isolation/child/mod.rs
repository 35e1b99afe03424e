//! Isolates that end when their one task does: a process which the lab starts itself, bare or
//! with something around it (a sandbox, an OCI runtime, a product's own command line), or what
//! a daemon runs for it.
//!
//! What differs is a [`Boundary`]; running, serving, streaming and staying are here, once.

mod cgroup_scope;
mod ending;
mod launch;
mod listens;
mod plain;
mod standing;
mod started;
mod stream;

use std::net::SocketAddr;
use std::path::Path;

use super::{EachLine, Job, LaunchTiming, Launcher, RunningInstances};
use crate::cgroup::{CgroupError, Group};
use crate::define::listening;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::probe;
use crate::proc;
use crate::process::{Exit, Isolate};
use crate::site::{Grant, Site};
use crate::task::Task;

pub(in crate::isolation) use cgroup_scope::{CgroupScope, HOLD};
pub(in crate::isolation) use launch::launch;
pub(in crate::isolation) use plain::{GUEST, GUEST_PORT, Plain};
use standing::Children;
pub(in crate::isolation) use started::Clock;
use started::Started;
pub(in crate::isolation) use stream::{stream, tell};

/// What a launch is to be made of.
pub(in crate::isolation) struct LaunchRequest<'a> {
    /// Where it stands.
    pub(in crate::isolation) site: &'a Site,
    /// What it does.
    pub(in crate::isolation) job: &'a Job,
    /// The granted directory, where it has one; it goes with the order.
    pub(in crate::isolation) grant: Option<Grant>,
    /// Whether it stays after its output, until its stdin is closed.
    pub(in crate::isolation) hold: bool,
}

impl<'a> LaunchRequest<'a> {
    /// The order of one launch, with a fresh copy of the files that it is granted.
    pub(in crate::isolation) fn new(
        site: &'a Site,
        job: &'a Job,
        hold: bool,
    ) -> Result<Self, Failure> {
        let grant = job.grant(site)?;
        Ok(Self {
            site,
            job,
            grant,
            hold,
        })
    }

    /// The granted directory on the host.
    pub(in crate::isolation) fn folder(&self) -> Option<&Path> {
        self.grant.as_ref().map(Grant::path)
    }

    /// The arguments of the workload: those of its task, where `grant` is what it calls the
    /// granted directory, or those of a server that listens on `listen`.
    pub(in crate::isolation) fn args(
        &self,
        grant: &str,
        listen: Option<SocketAddr>,
    ) -> Vec<String> {
        let Some(listen) = listen else {
            return self.job.task.args(grant);
        };
        if let Some(args) = self.job.workload.server_args() {
            let put = |arg: &String| listening(arg, listen).replace("{grant}", grant);
            return args.iter().map(put).collect();
        }
        let mut args = vec!["--listen".to_owned(), listen.to_string()];
        if self.grant.is_some() {
            args.extend(["--files".to_owned(), grant.to_owned()]);
        }
        args
    }

    /// The variables of the workload, of which a server may be told where to listen.
    pub(in crate::isolation) fn variables(
        &self,
        listen: Option<SocketAddr>,
    ) -> Vec<(String, String)> {
        let mut variables = self.job.variables();
        if let (Some(listen), Some(_)) = (listen, self.job.workload.server_args()) {
            for (_, value) in &mut variables {
                *value = listening(value, listen);
            }
        }
        variables
    }

    /// The variables of a container, which have that by which it stays.
    pub(in crate::isolation) fn container_variables(
        &self,
        listen: Option<SocketAddr>,
    ) -> Vec<(String, String)> {
        let hold = [(HOLD.0.to_owned(), HOLD.1.to_owned())];
        let hold = hold.into_iter().filter(|_| self.hold);
        self.variables(listen).into_iter().chain(hold).collect()
    }

    /// Any free address for a server, whichever port it takes inside; none for a command.
    pub(in crate::isolation) fn any_address(&self) -> Result<Option<SocketAddr>, Failure> {
        let serves = matches!(self.job.task, Task::Serve { .. });
        serves.then(probe::free_address).transpose()
    }

    /// A free address for a server; none for a command.
    pub(in crate::isolation) fn free_address(&self) -> Result<Option<SocketAddr>, Failure> {
        let serves = matches!(self.job.task, Task::Serve { .. });
        let address = || match self.job.workload.fixed_port() {
            Some(port) => probe::fixed_address(port),
            None => probe::free_address(),
        };
        serves.then(address).transpose()
    }

    /// Where a server listens that has a network of its own.
    pub(in crate::isolation) fn guest(&self) -> SocketAddr {
        let port = self.job.workload.fixed_port().unwrap_or(GUEST_PORT);
        SocketAddr::new(GUEST.ip(), port)
    }

    /// Where such a server is reached, behind a link of the lab's.
    pub(in crate::isolation) fn behind(&self, veth: Option<&Veth>) -> Option<SocketAddr> {
        veth.map(|veth| SocketAddr::from((veth.guest, self.guest().port())))
    }

    /// The link to a server in a network of its own; none for a command.
    pub(in crate::isolation) fn veth(&self) -> Result<Option<Veth>, Failure> {
        let serves = matches!(self.job.task, Task::Serve { .. });
        let veth = serves.then(|| Veth::plan(&self.site.owner).and_then(Veth::fenced));
        veth.transpose().map_err(Failure::failed)
    }
}

/// What a technology puts around a program.
pub(in crate::isolation) trait Boundary {
    /// A failure as what it is, where the technology knows more of it than the process.
    fn explain(&self, failure: Failure) -> Failure {
        failure
    }

    /// Makes whatever may stand before the clock starts.
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure>;
}

impl<B: Boundary> Launcher for B {
    fn launch(&self, site: &Site, job: &Job) -> Result<LaunchTiming, Failure> {
        launch(self, site, job).map_err(|failure| self.explain(failure))
    }

    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure> {
        stream(self, site, job, each).map_err(|failure| self.explain(failure))
    }

    fn stand<'a>(
        &'a self,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Box<dyn RunningInstances + 'a>, Failure> {
        let children = Children::start(self, site, job);
        Ok(Box::new(children.map_err(|failure| self.explain(failure))?))
    }
}

/// One isolate, prepared and then alive. What it made is gone when it was
/// [cleared](Self::clear), at the latest when it is dropped; the isolate goes before it.
pub(in crate::isolation) trait Child {
    /// Starts it. The clock runs: whatever is done here ends one of its phases.
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure>;

    /// Whether a launch failed since its boundary could not be made, by what was said on
    /// stderr: that is no fault of the workload, which never ran.
    fn is_refused(&self, _said: &str) -> bool {
        false
    }

    /// Asks a server to end.
    fn stop(&self, isolate: &dyn Isolate) {
        isolate.signal(libc::SIGTERM);
    }

    /// Ends a server that does not end by being asked to.
    fn kill(&self, isolate: &dyn Isolate) {
        isolate.signal(libc::SIGKILL);
    }

    /// The first process inside, where that is one by itself.
    fn first_process(&self, _isolate: &dyn Isolate) -> Option<proc::Pid> {
        None
    }

    /// Whether a command sees the end of its stdin, and ends by it.
    fn sees_end_of_stdin(&self) -> bool {
        true
    }

    /// Whether a command that stays has ended well, after its stdin was closed.
    fn released_well(&self, exit: Exit) -> bool {
        exit.is_success()
    }

    /// Whether a server that was asked to end has ended well.
    fn stopped_well(&self, exit: Exit) -> bool {
        exit.is_success()
    }

    /// Removes what is left once its process has ended; gives the instant at which nothing
    /// was left.
    fn clear(&mut self, exit: Exit, _deadline_ns: u64) -> Result<u64, Failure> {
        Ok(exit.at_ns)
    }

    /// Whether its process counts as the isolate's. One that only speaks to a daemon is the
    /// lab's own.
    fn counts(&self) -> bool {
        true
    }

    /// Processes that exist because of it, beside its own and what that started.
    fn beside(&self) -> proc::Processes {
        proc::Processes::new()
    }

    /// The cgroup that it made itself, where it does not stay in the lab's.
    fn group(&self, _isolate: &dyn Isolate) -> Option<Result<Group, CgroupError>> {
        None
    }
}
