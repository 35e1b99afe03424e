//! One launch of a wasm isolation, from each of the three starts.

use std::net::SocketAddr;

use labrun_protocol::{Command, Directory, Grants, GuestTarget, InstancePolicy, Load, Mark};
use labrun_record::{Outcome, Start, Target};

use super::executable::Executable;
use super::phases::phases;
use super::session::{Reply, RunnerSession, lines, prepare};
use crate::clock::now_ns;
use crate::define::GUEST_GRANT;
use crate::isolation::{Job, LaunchTiming};
use crate::outcome::Failure;
use crate::probe;
use crate::site::{Grant, Site};
use crate::task::Task;

/// Everything that one launch is about.
pub(super) struct Launch<'a> {
    pub(super) site: &'a Site,
    pub(super) job: &'a Job,
    pub(super) load: Command,
    pub(super) grants: Grants,
    pub(super) deadline_ns: u64,
    // CgroupScope until the launch is over.
    _grant: Option<Grant>,
}

/// Launches `job` once.
pub(crate) fn launch(
    site: &Site,
    executable: &Executable,
    configuration: &str,
    job: &Job,
) -> Result<LaunchTiming, Failure> {
    let launch = Launch::new(site, configuration, job)?;
    match (&job.task, job.start) {
        (Task::Run { expected, .. }, Start::Process) => launch.run_process(executable, expected),
        (Task::Run { expected, .. }, start) => {
            let mut runner = RunnerSession::open(site, executable)?;
            launch.warm_up(&mut runner, configuration)?;
            let taken = launch.run_standing(&mut runner, start, expected)?;
            runner.close(site, launch.deadline_ns)?;
            Ok(taken)
        }
        (Task::Serve { request, expected }, Start::Process) => {
            launch.serve_process(executable, request, expected)
        }
        (Task::Batches { .. }, _) => Err(Failure::failed("batches have no first result")),
        (Task::Serve { request, expected }, start) => {
            let mut runner = RunnerSession::open(site, executable)?;
            launch.warm_up(&mut runner, configuration)?;
            let taken = launch.serve_standing(&mut runner, start, request, expected)?;
            runner.close(site, launch.deadline_ns)?;
            Ok(taken)
        }
    }
}

impl<'a> Launch<'a> {
    pub(super) fn new(site: &'a Site, configuration: &str, job: &'a Job) -> Result<Self, Failure> {
        let grant = job.grant(site)?;
        Ok(Self {
            site,
            job,
            load: load(configuration, job)?,
            grants: grants(job, grant.as_ref()),
            deadline_ns: now_ns() + job.timeout.as_nanos() as u64,
            _grant: grant,
        })
    }

    /// Brings a fresh runner to where the clock may start: for `resident` it has
    /// served one discarded isolate of another module, for `loaded` one of this.
    fn warm_up(&self, runner: &mut RunnerSession, configuration: &str) -> Result<(), Failure> {
        match (self.job.start, &self.job.other) {
            (Start::Resident, Some(other)) => {
                let before = Self::new(self.site, configuration, other)?;
                before
                    .run_discarded(runner)
                    .map_err(|failure| match failure {
                        Failure::Outcome(outcome, reason) => Failure::Outcome(
                            outcome,
                            format!("before the clock, {}: {reason}", other.workload.name),
                        ),
                        Failure::Interrupted => Failure::Interrupted,
                    })
            }
            (Start::Resident, None) => Err(Failure::failed(
                "no other module was given for a resident start",
            )),
            (Start::Loaded, _) => match self.job.task {
                Task::Run { .. } => self.run_discarded(runner),
                // A handler's discarded isolate is one of its requests.
                Task::Serve { .. } | Task::Batches { .. } => self.ask(runner, &self.load).map(drop),
            },
            (Start::Process, _) => Ok(()),
        }
    }

    /// One isolate from load to drop, its output checked and discarded.
    fn run_discarded(&self, runner: &mut RunnerSession) -> Result<(), Failure> {
        let expected = self.job.task.expected();
        self.ask(runner, &self.load)?;
        runner.write(&lines(&[self.run_command()])?)?;
        runner.expect_guest(self.site, expected, self.deadline_ns)?;
        runner.reply(self.site, self.deadline_ns)?;
        runner.discard_guest(expected)
    }

    pub(super) fn ask(
        &self,
        runner: &mut RunnerSession,
        command: &Command,
    ) -> Result<Reply, Failure> {
        runner.ask(self.site, command, self.deadline_ns)
    }

    pub(super) fn run_command(&self) -> Command {
        Command::Run(self.grants.clone())
    }

    fn listen_command(&self, address: SocketAddr, trace: u32) -> Command {
        Command::Listen {
            address: address.to_string(),
            trace,
            grants: self.grants.clone(),
            policy: InstancePolicy::Fresh,
            threads: 1,
        }
    }

    /// `process`: the runner is started with its commands already in its stdin, and
    /// ends by itself.
    fn run_process(
        &self,
        executable: &Executable,
        expected: &[u8],
    ) -> Result<LaunchTiming, Failure> {
        let commands = lines(&[self.load.clone(), self.run_command()])?;
        let mut prepared = prepare(self.site, executable, &commands)?;
        prepared.close_stdin();
        let began_ns = now_ns();
        let mut runner = RunnerSession::start(prepared)?;
        let held_ns = runner.expect_guest(self.site, expected, self.deadline_ns)?;
        let mut marks = runner.reply(self.site, self.deadline_ns)?.marks;
        marks.extend(runner.reply(self.site, self.deadline_ns)?.marks);
        let exit = runner.close(self.site, self.deadline_ns)?;
        runner.discard_guest(expected)?;
        Ok(taken(began_ns, held_ns, &marks, exit.at_ns - held_ns))
    }

    /// `resident` and `loaded`: the clock starts at the command.
    fn run_standing(
        &self,
        runner: &mut RunnerSession,
        start: Start,
        expected: &[u8],
    ) -> Result<LaunchTiming, Failure> {
        let loads = start == Start::Resident;
        let commands = if loads {
            lines(&[self.load.clone(), self.run_command()])?
        } else {
            lines(&[self.run_command()])?
        };
        let began_ns = now_ns();
        runner.write(&commands)?;
        let held_ns = runner.expect_guest(self.site, expected, self.deadline_ns)?;
        let mut marks = Vec::new();
        if loads {
            marks = runner.reply(self.site, self.deadline_ns)?.marks;
        }
        let gone = runner.reply(self.site, self.deadline_ns)?;
        marks.extend(gone.marks);
        runner.discard_guest(expected)?;
        let mut taken = taken(
            began_ns,
            held_ns,
            &marks,
            gone.at_ns.saturating_sub(held_ns),
        );
        taken.instantiate_warm_ns = self.repeat(runner)?;
        Ok(taken)
    }

    /// `process`, for a server: until its first correct answer.
    fn serve_process(
        &self,
        executable: &Executable,
        request: &str,
        expected: &[u8],
    ) -> Result<LaunchTiming, Failure> {
        let address = free_address()?;
        let commands = lines(&[self.load.clone(), self.listen_command(address, 1)])?;
        let prepared = prepare(self.site, executable, &commands)?;
        let began_ns = now_ns();
        let mut runner = RunnerSession::start(prepared)?;
        let held_ns = self.first_answer(&mut runner, address, request, expected)?;
        let mut marks = runner.reply(self.site, self.deadline_ns)?.marks;
        marks.extend(runner.reply(self.site, self.deadline_ns)?.marks);
        marks.extend(runner.served(self.site, self.deadline_ns)?.marks);
        let asked_ns = now_ns();
        let exit = runner.close(self.site, self.deadline_ns)?;
        Ok(taken(began_ns, held_ns, &marks, exit.at_ns - asked_ns))
    }

    /// `resident` and `loaded`, for a server: it listens before the clock starts.
    fn serve_standing(
        &self,
        runner: &mut RunnerSession,
        start: Start,
        request: &str,
        expected: &[u8],
    ) -> Result<LaunchTiming, Failure> {
        let address = free_address()?;
        let loads = start == Start::Resident;
        self.ask(
            runner,
            &self.listen_command(address, if loads { 1 } else { 2 }),
        )?;
        if !loads {
            self.first_answer(runner, address, request, expected)?;
            runner.served(self.site, self.deadline_ns)?;
        }
        let commands = lines(std::slice::from_ref(&self.load))?;
        let began_ns = now_ns();
        if loads {
            runner.write(&commands)?;
        }
        let held_ns = self.first_answer(runner, address, request, expected)?;
        let mut marks: Vec<Mark> = Vec::new();
        if loads {
            marks = runner.reply(self.site, self.deadline_ns)?.marks;
        }
        let gone = runner.served(self.site, self.deadline_ns)?;
        marks.extend(gone.marks);
        let mut taken = taken(
            began_ns,
            held_ns,
            &marks,
            gone.at_ns.saturating_sub(held_ns),
        );
        taken.instantiate_warm_ns = self.repeat(runner)?;
        Ok(taken)
    }

    pub(super) fn first_answer(
        &self,
        runner: &mut RunnerSession,
        address: SocketAddr,
        request: &str,
        expected: &[u8],
    ) -> Result<u64, Failure> {
        probe::first_answer(
            self.site,
            address,
            request,
            expected,
            self.deadline_ns,
            || runner.still_runs(self.site),
        )
        .map_err(|failure| match failure {
            // What the runner failed with is explained already.
            Failure::Outcome(Outcome::Timeout | Outcome::Mismatch, _) => runner.explain(failure),
            other => other,
        })
    }

    /// `instantiate_warm`: the median of the repeats is the launch's one sample.
    fn repeat(&self, runner: &mut RunnerSession) -> Result<Option<f64>, Failure> {
        if self.job.start != Start::Loaded || self.job.warm_repeats == 0 {
            return Ok(None);
        }
        let command = Command::Repeat {
            times: self.job.warm_repeats,
            grants: self.grants.clone(),
        };
        let spans: Vec<f64> = self
            .ask(runner, &command)?
            .spans_ns
            .iter()
            .map(|ns| *ns as f64)
            .collect();
        if spans.len() != self.job.warm_repeats as usize {
            return Err(Failure::failed(format!(
                "the runner repeated {} of {} instantiations",
                spans.len(),
                self.job.warm_repeats
            )));
        }
        Ok(labrun_analysis::stats::median(&spans))
    }
}

pub(super) fn free_address() -> Result<SocketAddr, Failure> {
    probe::free_address().map_err(|error| Failure::failed(format!("no free port: {error}")))
}

fn taken(began_ns: u64, held_ns: u64, marks: &[Mark], teardown_ns: u64) -> LaunchTiming {
    LaunchTiming {
        total_ns: held_ns - began_ns,
        phases: phases(began_ns, held_ns, marks),
        teardown_ns,
        instantiate_warm_ns: None,
    }
}

fn load(configuration: &str, job: &Job) -> Result<Command, Failure> {
    Ok(Command::Load(Load {
        configuration: configuration.to_owned(),
        target: guest_target(job.target)
            .ok_or_else(|| Failure::failed(format!("a runner does not run {}", job.target)))?,
        artifact: job.artifact.clone(),
        precompiled: job.precompiled.clone(),
        instances: (job.instances > 0).then_some(job.instances),
    }))
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

fn grants(job: &Job, grant: Option<&Grant>) -> Grants {
    Grants {
        args: job.task.args(GUEST_GRANT),
        env: std::collections::BTreeMap::default(),
        directories: grant
            .map(|grant| Directory {
                host: grant.path().to_owned(),
                guest: GUEST_GRANT.to_owned(),
            })
            .into_iter()
            .collect(),
    }
}
