//! Instances in a runner's process that stay.

use std::net::SocketAddr;

use labrun_protocol::Command;

use super::Runner;
use super::launch::Launch;
use super::session::{RunnerSession, lines};
use crate::cgroup::{CgroupError, Group};
use crate::clock::now_ns;
use crate::isolation::child::CgroupScope;
use crate::isolation::{Job, RunningInstances};
use crate::outcome::Failure;
use crate::proc::Processes;
use crate::site::Site;
use crate::task::{Expected, Task};

/// Instances in one process.
pub(super) struct Isolates<'a> {
    launch: Launch<'a>,
    // Ends before its cgroup goes.
    session: RunnerSession<'a>,
    held: CgroupScope,
    address: Option<SocketAddr>,
    alive: u32,
}

impl<'a> Isolates<'a> {
    pub(super) fn start(runner: &'a Runner, site: &'a Site, job: &'a Job) -> Result<Self, Failure> {
        let launch = Launch::new(runner, site, job)?;
        let held = CgroupScope::new(site);
        let prepared = runner.prepare(site, &[])?;
        let mut session =
            RunnerSession::start_in(site, prepared, Some(&held))?.given(launch.is_given());
        launch.ask(&mut session, &launch.load)?;
        let address = launch.free_address()?;
        let mut isolates = Self {
            launch,
            session,
            held,
            address,
            alive: 0,
        };
        match address {
            Some(address) => isolates.listen(address)?,
            None => isolates.grow(1)?,
        }
        Ok(isolates)
    }

    /// A server: its front end, and one instance where they are reused.
    fn listen(&mut self, address: SocketAddr) -> Result<(), Failure> {
        let (launch, session) = (&self.launch, &mut self.session);
        let command = launch.listen_command(address, 0, launch.job.policy);
        launch.ask(session, &command)?;
        launch.first_result(session, Some(address))?;
        self.alive = 1;
        Ok(())
    }
}

impl Isolates<'_> {
    /// Has so many held; those that are new print what is `expected`, or answer a request.
    fn hold(
        &mut self,
        count: u32,
        request: Option<String>,
        expected: Option<&Expected>,
    ) -> Result<(), Failure> {
        let deadline_ns = now_ns() + self.launch.job.limit_ns();
        let command = Command::Hold {
            // A server has one instance that it did not get from this command.
            count: if request.is_some() { count - 1 } else { count },
            grants: self.launch.grants.clone(),
            request,
        };
        self.session.write(&lines(&[command])?)?;
        if let Some(expected) = expected {
            self.session.expect_guest(expected, deadline_ns)?;
        }
        self.session.reply(deadline_ns)?;
        if let Some(expected) = expected {
            self.session.discard_guest(expected, deadline_ns)?;
        }
        self.alive = count;
        Ok(())
    }
}

impl RunningInstances for Isolates<'_> {
    fn grow(&mut self, count: u32) -> Result<(), Failure> {
        if count <= self.alive {
            return Ok(());
        }
        match &self.launch.job.task {
            Task::Run {
                expected: Expected::Whole(whole),
                ..
            } => {
                // The outputs of all, which may come in one piece.
                let all = whole.repeat((count - self.alive) as usize);
                self.hold(count, None, Some(&Expected::Whole(all)))
            }
            // What each prints beside its answer is not known: one after another.
            Task::Run { expected, .. } => {
                let expected = expected.clone();
                (self.alive + 1..=count).try_for_each(|one| self.hold(one, None, Some(&expected)))
            }
            Task::Serve { request, .. } => {
                let request = request.clone();
                self.hold(count, Some(request), None)
            }
            Task::Batches { .. } => self.hold(count, None, None),
        }
    }

    /// Each instance has returned when it was made.
    fn finish(&mut self) -> Result<(), Failure> {
        self.session.still_runs()
    }

    fn processes(&self) -> Result<Processes, Failure> {
        Ok(self.held.processes(std::iter::once(self.session.pid())))
    }

    fn cgroups(&self) -> Result<Vec<Group>, CgroupError> {
        self.held.groups()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    fn still_stand(&mut self) -> Result<(), Failure> {
        self.session.still_runs()
    }

    fn end(mut self: Box<Self>) -> Result<(), Failure> {
        let deadline_ns = now_ns() + self.launch.job.limit_ns();
        self.session.close(deadline_ns)?;
        let Self { session, held, .. } = *self;
        drop(session);
        held.remove()
    }
}
