//! One launch of a wasm isolation, from each of the three starts.

use std::net::SocketAddr;

use labrun_protocol::{Command, Directory, Grants, GuestTarget, InstancePolicy, Load, Mark};
use labrun_record::{Outcome, Start, Target};

use super::Runner;
use super::phases::phases;
use super::session::{Reply, RunnerSession, lines};
use crate::clock::now_ns;
use crate::define::GUEST_GRANT;
use crate::isolation::{Job, LaunchTiming};
use crate::outcome::Failure;
use crate::probe;
use crate::site::{Grant, Site};
use crate::task::{Policy, Task};

/// Everything that one launch is about.
pub(super) struct Launch<'a> {
    runner: &'a Runner,
    pub(super) site: &'a Site,
    pub(super) job: &'a Job,
    pub(super) load: Command,
    pub(super) grants: Grants,
    pub(super) deadline_ns: u64,
    // Held until the launch is over.
    _grant: Option<Grant>,
}

impl<'a> Launch<'a> {
    pub(super) fn new(runner: &'a Runner, site: &'a Site, job: &'a Job) -> Result<Self, Failure> {
        let grant = job.grant(site)?;
        let target = guest_target(job.target);
        let no_target = || Failure::failed(format!("a runner does not run {}", job.target));
        let directory = grant.as_ref().map(|grant| Directory {
            host: grant.path().to_owned(),
            guest: GUEST_GRANT.to_owned(),
        });
        Ok(Self {
            runner,
            site,
            job,
            load: Command::Load(Load {
                configuration: runner.configuration.clone(),
                target: target.ok_or_else(no_target)?,
                artifact: job.artifact.clone(),
                precompiled: job.precompiled.clone(),
                instances: (job.instances > 0).then_some(job.instances),
            }),
            grants: Grants {
                args: job.task.args(GUEST_GRANT),
                env: job.variables().into_iter().collect(),
                directories: directory.into_iter().collect(),
            },
            deadline_ns: now_ns() + job.limit_ns(),
            _grant: grant,
        })
    }

    /// Whether its module is none of the lab's own.
    pub(super) fn is_given(&self) -> bool {
        !self.job.workload.is_ours()
    }

    /// Launches it once.
    pub(super) fn once(&self) -> Result<LaunchTiming, Failure> {
        match (&self.job.task, self.job.start) {
            (Task::Batches { .. }, _) => Err(Failure::failed("batches have no first result")),
            (_, Start::Process) => self.by_process(),
            _ => self.by_standing_process(),
        }
    }

    /// `process`: the runner is started with its commands already in its stdin. After a command
    /// it ends by itself; a server, when it is asked to.
    fn by_process(&self) -> Result<LaunchTiming, Failure> {
        let address = self.free_address()?;
        let command = match address {
            Some(address) => self.listen_command(address, 1, Policy::Fresh),
            None => self.run_command(),
        };
        let commands = lines(&[self.load.clone(), command])?;
        let mut prepared = self.runner.prepare(self.site, &commands)?;
        if address.is_none() {
            prepared.close_stdin();
        }
        let began_ns = now_ns();
        let mut session = RunnerSession::start(self.site, prepared)?.given(self.is_given());
        let held_ns = self.first_result(&mut session, address)?;
        let mut marks = session.reply(self.deadline_ns)?.marks;
        marks.extend(session.reply(self.deadline_ns)?.marks);
        let mut since_ns = held_ns;
        if address.is_some() {
            marks.extend(session.served(self.deadline_ns)?.marks);
            since_ns = now_ns();
        }
        let exit = session.close(self.deadline_ns)?;
        self.discard_output(&mut session)?;
        Ok(taken(began_ns, held_ns, &marks, exit.at_ns - since_ns))
    }

    /// `resident` and `loaded`: the clock starts at the command; for a server that is loaded, at
    /// the request. It listens before the clock starts.
    fn by_standing_process(&self) -> Result<LaunchTiming, Failure> {
        let mut session = self.runner.open(self.site)?.given(self.is_given());
        self.warm_up(&mut session)?;
        let loads = self.job.start == Start::Resident;
        let address = self.free_address()?;
        if let Some(address) = address {
            let trace = if loads { 1 } else { 2 };
            self.ask(
                &mut session,
                &self.listen_command(address, trace, Policy::Fresh),
            )?;
            if !loads {
                self.first_result(&mut session, Some(address))?;
                session.served(self.deadline_ns)?;
            }
        }
        let mut commands = Vec::new();
        commands.extend(loads.then(|| self.load.clone()));
        commands.extend(address.is_none().then(|| self.run_command()));
        let commands = lines(&commands)?;
        let began_ns = now_ns();
        session.write(&commands)?;
        let held_ns = self.first_result(&mut session, address)?;
        let mut marks: Vec<Mark> = Vec::new();
        if loads {
            marks = session.reply(self.deadline_ns)?.marks;
        }
        let gone = match address {
            Some(_) => session.served(self.deadline_ns)?,
            None => session.reply(self.deadline_ns)?,
        };
        marks.extend(gone.marks);
        self.discard_output(&mut session)?;
        let teardown_ns = gone.at_ns.saturating_sub(held_ns);
        let mut taken = taken(began_ns, held_ns, &marks, teardown_ns);
        taken.instantiate_warm_ns = self.repeat(&mut session)?;
        session.close(self.deadline_ns)?;
        Ok(taken)
    }

    /// Brings a fresh runner to where the clock may start: for `resident` it has
    /// served one discarded isolate of another module, for `loaded` one of this.
    fn warm_up(&self, session: &mut RunnerSession<'_>) -> Result<(), Failure> {
        match (self.job.start, &self.job.other) {
            (Start::Resident, Some(other)) => {
                let before = Self::new(self.runner, self.site, other)?;
                before.run_discarded(session).map_err(|failure| {
                    let name = &other.workload.name;
                    failure.reworded(|reason| format!("before the clock, {name}: {reason}"))
                })
            }
            (Start::Resident, None) => Err(Failure::failed(
                "no other module was given for a resident start",
            )),
            (Start::Loaded, _) => match self.job.task {
                Task::Run { .. } => self.run_discarded(session),
                // A handler's discarded isolate is one of its requests.
                Task::Serve { .. } | Task::Batches { .. } => {
                    self.ask(session, &self.load).map(drop)
                }
            },
            (Start::Process, _) => Ok(()),
        }
    }

    /// One isolate from load to drop, its output checked and discarded.
    fn run_discarded(&self, session: &mut RunnerSession<'_>) -> Result<(), Failure> {
        self.ask(session, &self.load)?;
        session.write(&lines(&[self.run_command()])?)?;
        self.first_result(session, None)?;
        session.reply(self.deadline_ns)?;
        self.discard_output(session)
    }

    pub(super) fn ask(
        &self,
        session: &mut RunnerSession<'_>,
        command: &Command,
    ) -> Result<Reply, Failure> {
        session.ask(command, self.deadline_ns)
    }

    pub(super) fn run_command(&self) -> Command {
        Command::Run(self.grants.clone())
    }

    pub(super) fn listen_command(
        &self,
        address: SocketAddr,
        trace: u32,
        policy: Policy,
    ) -> Command {
        Command::Listen {
            address: address.to_string(),
            trace,
            grants: self.grants.clone(),
            policy: match policy {
                Policy::Fresh => InstancePolicy::Fresh,
                Policy::Reused => InstancePolicy::Reused,
            },
            threads: 1,
        }
    }

    /// A free address for a server; none for a command.
    pub(super) fn free_address(&self) -> Result<Option<SocketAddr>, Failure> {
        let serves = matches!(self.job.task, Task::Serve { .. });
        serves.then(probe::free_address).transpose()
    }

    /// Waits for the output of a command, or for the first correct answer of a server; gives the
    /// instant.
    pub(super) fn first_result(
        &self,
        session: &mut RunnerSession<'_>,
        address: Option<SocketAddr>,
    ) -> Result<u64, Failure> {
        let (site, deadline_ns) = (self.site, self.deadline_ns);
        let (request, right, address) = match (&self.job.task, address) {
            (Task::Run { expected, .. }, _) => return session.expect_guest(expected, deadline_ns),
            (Task::Serve { request, right }, Some(address)) => (request, right, address),
            _ => return Err(Failure::failed("it has no first result")),
        };
        let alive = || session.still_runs();
        probe::first_answer(site, address, request, right, deadline_ns, alive).map_err(|failure| {
            match failure {
                // What the runner failed with is explained already.
                Failure::Outcome(Outcome::Timeout | Outcome::Mismatch, _) => {
                    session.explain(failure)
                }
                other => other,
            }
        })
    }

    /// Forgets the output of a command; more than was expected is an error.
    fn discard_output(&self, session: &mut RunnerSession<'_>) -> Result<(), Failure> {
        match &self.job.task {
            Task::Run { expected, .. } => session.discard_guest(expected, self.deadline_ns),
            _ => Ok(()),
        }
    }

    /// `instantiate_warm`: the median of the repeats is the launch's one sample.
    fn repeat(&self, session: &mut RunnerSession<'_>) -> Result<Option<f64>, Failure> {
        let times = self.job.warm_repeats;
        if self.job.start != Start::Loaded || times == 0 {
            return Ok(None);
        }
        let grants = self.grants.clone();
        let reply = self.ask(session, &Command::Repeat { times, grants })?;
        let found = reply.spans_ns.len();
        if found != times as usize {
            return Err(Failure::failed(format!(
                "the runner repeated {found} of {times} instantiations"
            )));
        }
        Ok(labrun_analysis::stats::median(&reply.spans()))
    }
}

fn taken(began_ns: u64, held_ns: u64, marks: &[Mark], teardown_ns: u64) -> LaunchTiming {
    LaunchTiming {
        total_ns: held_ns - began_ns,
        phases: phases(began_ns, held_ns, marks),
        teardown_ns,
        instantiate_warm_ns: None,
    }
}

/// What a target is called in the protocol.
pub(super) fn guest_target(target: Target) -> Option<GuestTarget> {
    match target {
        Target::Wasip1 => Some(GuestTarget::Wasip1),
        Target::Wasip2 => Some(GuestTarget::Wasip2),
        Target::Native => Some(GuestTarget::Native),
        Target::Image => None,
    }
}
