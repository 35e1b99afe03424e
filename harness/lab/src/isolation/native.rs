//! `native/static` and `native/dynamic`: the binary as a process, nothing around it.

use labrun_record::{IsolationRecord, Outcome, Setting, Start, Target, Tier};

use super::{Failure, Isolation, Job, Taken, Task};
use crate::clock::now_ns;
use crate::probe;
use crate::process::{Process, Program, Stream};
use crate::site::{Grant, Site};

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
            "native/dynamic" | "docker/runc-debian" => Self::Dynamic,
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
        let grant = grant(site, job)?;
        let granted = grant
            .as_ref()
            .map(|grant| grant.path().display().to_string());
        match &job.task {
            Task::Run { expected, .. } => {
                let args = job.task.args(granted.as_deref().unwrap_or_default());
                run(site, job, args, expected)
            }
            Task::Serve { request, expected } => serve(site, job, granted, request, expected),
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

/// The granted directory of one launch.
pub(super) fn grant(site: &Site, job: &Job) -> Result<Option<Grant>, Failure> {
    job.workload
        .grant_files()
        .map(|files| site.grant(&files))
        .transpose()
        .map_err(|error| Failure::failed(format!("cannot make the granted directory: {error}")))
}

fn start(site: &Site, job: &Job, args: Vec<String>) -> Result<(u64, u64, Process), Failure> {
    let program = Program {
        path: job.artifact.clone(),
        args,
        ..Program::default()
    };
    let prepared = program
        .prepare(site)
        .map_err(|error| cannot_start(&error))?;
    let began_ns = now_ns();
    let process = prepared.spawn().map_err(|error| cannot_start(&error))?;
    Ok((began_ns, now_ns(), process))
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot start it: {error}"))
}

fn run(site: &Site, job: &Job, args: Vec<String>, expected: &[u8]) -> Result<Taken, Failure> {
    let (began_ns, spawned_ns, mut process) = start(site, job, args)?;
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
    granted: Option<String>,
    request: &str,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let address =
        probe::free_address().map_err(|error| Failure::failed(format!("no free port: {error}")))?;
    let mut args = vec!["--listen".to_owned(), address.to_string()];
    if let Some(folder) = granted {
        args.extend(["--files".to_owned(), folder]);
    }
    let (began_ns, spawned_ns, mut process) = start(site, job, args)?;
    let deadline_ns = began_ns + job.timeout.as_nanos() as u64;
    let held_ns = probe::first_answer(site, address, request, expected, deadline_ns, || {
        still_runs(&mut process, site)
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

/// A failure when a server has ended on its own.
pub(super) fn still_runs(process: &mut Process, site: &Site) -> Result<(), Failure> {
    match process.end(site, 0) {
        Ok(exit) => Err(process.explain(
            Failure::failed(format!("it {exit} before it answered")),
            Stream::Stdout,
        )),
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
