//! `native/static` and `native/dynamic`: the binary as a process, nothing around it.

mod standing;

use std::time::Duration;

use labrun_record::{IsolationRecord, Outcome, Setting, Start, Target, Tier};

use super::{EachLine, Failure, Isolation, Job, Line, More, Standing, Taken, Task};
use crate::clock::now_ns;
use crate::probe;
use crate::process::{Process, Program, Stream};
use crate::site::Site;
use standing::Processes;

pub(super) use standing::{HOLD, Held, ended_early, serve_args};

/// How the binary is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// Against musl, all in one file.
    Static,
    /// Against the system's glibc, through its dynamic loader.
    Dynamic,
}

impl Linking {
    /// How the binary of an isolation is linked: against glibc where its base has
    /// one, else statically.
    pub fn of(isolation: &str) -> Self {
        match isolation {
            "native/dynamic" | "native/in-process" | "docker/runc-debian" => Self::Dynamic,
            _ => Self::Static,
        }
    }
}

/// The binary as a process.
#[derive(Debug)]
pub struct Native {
    linking: Linking,
}

impl Native {
    /// One for each linking.
    pub fn all() -> [Self; 2] {
        [
            Self {
                linking: Linking::Static,
            },
            Self {
                linking: Linking::Dynamic,
            },
        ]
    }
}

impl Isolation for Native {
    fn name(&self) -> &str {
        match self.linking {
            Linking::Static => "native/static",
            Linking::Dynamic => "native/dynamic",
        }
    }

    fn tier(&self) -> Tier {
        Tier::Process
    }

    fn summary(&self) -> &str {
        match self.linking {
            Linking::Static => "a process: the binary linked statically against musl",
            Linking::Dynamic => "a process: the binary linked dynamically against glibc",
        }
    }

    fn targets(&self) -> &[Target] {
        &[Target::Native]
    }

    fn starts(&self) -> &[Start] {
        &[Start::Process]
    }

    fn record(&self) -> IsolationRecord {
        let (value, reason) = match self.linking {
            Linking::Static => (
                "static, musl",
                "nothing is loaded but the program: the least that a process costs",
            ),
            Linking::Dynamic => (
                "dynamic, glibc",
                "what a distribution's own programs pay at each start",
            ),
        };
        IsolationRecord {
            name: self.name().to_owned(),
            tier: Tier::Process,
            version: Some(kernel_release()),
            sha256: None,
            settings: vec![Setting {
                name: "linking".to_owned(),
                value: value.to_owned(),
                reason: reason.to_owned(),
            }],
            outcome: Outcome::Measured,
            reason: None,
        }
    }

    fn launch(&self, site: &Site, job: &Job) -> Result<Taken, Failure> {
        let grant = job.grant(site)?;
        let granted = grant
            .as_ref()
            .map(|grant| grant.path().display().to_string());
        match &job.task {
            Task::Run { expected, .. } => {
                let args = job.task.args(granted.as_deref().unwrap_or_default());
                run(site, job, args, expected)
            }
            Task::Serve { request, expected } => {
                serve(site, job, granted.as_deref(), request, expected)
            }
            Task::Batches { .. } => Err(Failure::failed("batches have no first result")),
        }
    }

    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure> {
        let grant = job.grant(site)?;
        let granted = grant
            .as_ref()
            .map(|grant| grant.path().display().to_string());
        let args = job.task.args(granted.as_deref().unwrap_or_default());
        let (_, _, mut process) = start(site, job, args, None)?;
        lines(&mut process, Stream::Stdout, site, job.timeout, each)
    }

    fn stand<'a>(
        &'a self,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Box<dyn Standing + 'a>, Failure> {
        Ok(Box::new(Processes::start(site, job)?))
    }
}

/// Tells each whole line that is kept of a stream, and forgets it.
pub(super) fn tell(
    process: &mut Process,
    stream: Stream,
    at_ns: u64,
    each: &mut EachLine<'_>,
) -> Result<More, Failure> {
    while let Some(end) = process.kept(stream).iter().position(|byte| *byte == b'\n') {
        let text = process.kept(stream)[..=end].to_vec();
        process.discard(stream, end + 1);
        if each(Line { at_ns, text: &text })? == More::Enough {
            return Ok(More::Enough);
        }
    }
    Ok(More::Wanted)
}

/// Tells each line of a process until enough of them came. It is ended when dropped.
fn lines(
    process: &mut Process,
    stream: Stream,
    site: &Site,
    patience: Duration,
    each: &mut EachLine<'_>,
) -> Result<(), Failure> {
    loop {
        // The limit is that of one batch: how many there will be is not known.
        let deadline_ns = now_ns() + patience.as_nanos() as u64;
        let at_ns = process
            .wait(site, deadline_ns)
            .map_err(|failure| process.explain(failure, stream))?;
        if tell(process, stream, at_ns, each)? == More::Enough {
            return Ok(());
        }
        if process.is_closed(stream) {
            let exit = process.end(site, deadline_ns)?;
            let reason = format!("it {exit} before it had done enough batches");
            return Err(process.explain(Failure::failed(reason), stream));
        }
    }
}

/// The version of a native process is that of the kernel under it.
fn kernel_release() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(
        |_| "unknown".to_owned(),
        |release| format!("Linux {}", release.trim()),
    )
}

fn start(
    site: &Site,
    job: &Job,
    args: Vec<String>,
    inside: Option<&Held>,
) -> Result<(u64, u64, Process), Failure> {
    let program = Program {
        path: job.artifact.clone(),
        args,
        env: inside
            .map(|_| (HOLD.0.to_owned(), HOLD.1.to_owned()))
            .into_iter()
            .collect(),
        // What is held waits for the end of its stdin.
        stdin: inside.is_some(),
        ..Program::default()
    };
    let prepared = program
        .prepare(site)
        .map_err(|error| cannot_start(&error))?;
    let began_ns = now_ns();
    let process = match inside {
        Some(held) => held.spawn(prepared),
        None => prepared.spawn(),
    };
    Ok((
        began_ns,
        now_ns(),
        process.map_err(|error| cannot_start(&error))?,
    ))
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot start it: {error}"))
}

fn run(site: &Site, job: &Job, args: Vec<String>, expected: &[u8]) -> Result<Taken, Failure> {
    let (began_ns, spawned_ns, mut process) = start(site, job, args, None)?;
    let deadline_ns = began_ns + job.timeout.as_nanos() as u64;
    let held_ns = process.expect(site, Stream::Stdout, expected, deadline_ns)?;
    while !process.is_closed(Stream::Stdout) {
        process.wait(site, deadline_ns)?;
    }
    let exit = process.end(site, deadline_ns)?;
    if process.kept(Stream::Stdout) != expected {
        return Err(Failure::mismatch(
            "it printed more than its expected output",
        ));
    }
    if !exit.is_success() {
        return Err(process.explain(Failure::failed(format!("it {exit}")), Stream::Stdout));
    }
    Ok(taken(began_ns, spawned_ns, held_ns, exit.at_ns - held_ns))
}

fn serve(
    site: &Site,
    job: &Job,
    granted: Option<&str>,
    request: &str,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let address =
        probe::free_address().map_err(|error| Failure::failed(format!("no free port: {error}")))?;
    let args = serve_args(address, granted);
    let (began_ns, spawned_ns, mut process) = start(site, job, args, None)?;
    let deadline_ns = began_ns + job.timeout.as_nanos() as u64;
    let held_ns = probe::first_answer(site, address, request, expected, deadline_ns, || {
        still_runs(&mut process, site, "before it answered")
    })
    .map_err(|failure| process.explain(failure, Stream::Stdout))?;
    let asked_ns = now_ns();
    process.signal(libc::SIGTERM);
    let exit = process.end(
        site,
        deadline_ns.max(asked_ns + job.timeout.as_nanos() as u64),
    )?;
    if !exit.is_success() {
        return Err(process.explain(
            Failure::failed(format!("after SIGTERM it {exit}")),
            Stream::Stdout,
        ));
    }
    Ok(taken(began_ns, spawned_ns, held_ns, exit.at_ns - asked_ns))
}

/// A failure when a process has ended on its own; `when` says why that is one.
pub(super) fn still_runs(process: &mut Process, site: &Site, when: &str) -> Result<(), Failure> {
    match process.end(site, 0) {
        Ok(exit) => {
            Err(process.explain(Failure::failed(format!("it {exit} {when}")), Stream::Stdout))
        }
        Err(Failure::Interrupted) => Err(Failure::Interrupted),
        Err(Failure::Outcome(..)) => Ok(()),
    }
}

fn taken(began_ns: u64, spawned_ns: u64, held_ns: u64, teardown_ns: u64) -> Taken {
    // A short program may have answered before the spawn returned to the lab.
    let spawn = spawned_ns.min(held_ns) - began_ns;
    let total_ns = held_ns - began_ns;
    Taken {
        total_ns,
        phases: vec![
            ("spawn".to_owned(), spawn),
            ("call".to_owned(), total_ns - spawn),
        ],
        teardown_ns,
        instantiate_warm_ns: None,
    }
}
