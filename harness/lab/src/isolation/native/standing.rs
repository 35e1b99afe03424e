//! Processes that stay: a command holds after its output, a server listens.

use std::io;
use std::net::SocketAddr;

use super::{start, still_runs};
use crate::cgroup::{Cgroup, CgroupError, Group};
use crate::clock::now_ns;
use crate::isolation::{Failure, Job, Standing, Task};
use crate::memory;
use crate::probe;
use crate::process::{Prepared, Process, Stream};
use crate::site::{Grant, Site};

/// What a workload is told when it is to stay after its output.
pub(in crate::isolation) const HOLD: (&str, &str) = ("LABRUN_HOLD", "1");

/// Where processes that stay are started: in a cgroup of their own, where the machine
/// allows it.
pub(in crate::isolation) struct Held(Result<Cgroup, CgroupError>);

impl Held {
    pub(in crate::isolation) fn new(site: &Site) -> Self {
        Self(Cgroup::new(site))
    }

    pub(in crate::isolation) fn spawn(&self, prepared: Prepared) -> io::Result<Process> {
        match &self.0 {
            Ok(cgroup) => prepared.spawn_in(cgroup),
            Err(_) => prepared.spawn(),
        }
    }

    /// What the cgroup holds, or why there is none.
    pub(in crate::isolation) fn groups(&self) -> Result<Vec<Group>, CgroupError> {
        let cgroup = self
            .0
            .as_ref()
            .map_err(|error| CgroupError::Unusable(error.to_string()))?;
        Ok(vec![cgroup.group().clone()])
    }

    /// Everyone in the cgroup; where there is none, `roots` and what they started.
    pub(in crate::isolation) fn processes(
        &self,
        roots: impl Iterator<Item = libc::pid_t>,
    ) -> memory::Processes {
        let mut all: memory::Processes = roots.flat_map(memory::descendants).collect();
        if let Ok(cgroup) = &self.0 {
            all.extend(cgroup.group().pids().unwrap_or_default());
        }
        all
    }

    /// Removes the cgroup, once its processes are gone.
    pub(in crate::isolation) fn remove(self) -> Result<(), Failure> {
        match self.0 {
            Ok(cgroup) => cgroup
                .remove()
                .map_err(|error| Failure::failed(error.to_string())),
            Err(_) => Ok(()),
        }
    }
}

/// Processes of one job. They end before their cgroup goes.
pub(super) struct Processes<'a> {
    site: &'a Site,
    job: &'a Job,
    alive: Vec<One>,
    held: Held,
}

struct One {
    process: Process,
    address: Option<SocketAddr>,
    // Held while the process stands.
    _grant: Option<Grant>,
}

impl<'a> Processes<'a> {
    pub(super) fn start(site: &'a Site, job: &'a Job) -> Result<Self, Failure> {
        let mut processes = Self {
            site,
            job,
            alive: Vec::new(),
            held: Held::new(site),
        };
        processes.grow(1)?;
        Ok(processes)
    }

    fn one(&self) -> Result<One, Failure> {
        let (site, job) = (self.site, self.job);
        let grant = job.grant(site)?;
        let granted = grant
            .as_ref()
            .map(|grant| grant.path().display().to_string());
        let (process, address) = match &job.task {
            Task::Serve { request, expected } => {
                let address = probe::free_address()
                    .map_err(|error| Failure::failed(format!("no free port: {error}")))?;
                let args = serve_args(address, granted.as_deref());
                let (began_ns, _, mut process) = start(site, job, args, Some(&self.held))?;
                let deadline_ns = began_ns + job.timeout.as_nanos() as u64;
                probe::first_answer(site, address, request, expected, deadline_ns, || {
                    still_runs(&mut process, site, "before it answered")
                })
                .map_err(|failure| process.explain(failure, Stream::Stdout))?;
                (process, Some(address))
            }
            task => {
                let args = task.args(granted.as_deref().unwrap_or_default());
                let (began_ns, _, mut process) = start(site, job, args, Some(&self.held))?;
                let deadline_ns = began_ns + job.timeout.as_nanos() as u64;
                process.expect(site, Stream::Stdout, task.expected(), deadline_ns)?;
                (process, None)
            }
        };
        Ok(One {
            process,
            address,
            _grant: grant,
        })
    }
}

/// Why it is a failure that one of them has ended on its own.
pub(in crate::isolation) fn ended_early(task: &Task) -> &'static str {
    match task {
        Task::Serve { .. } => "while it was to serve",
        _ => "while it was to stay: with LABRUN_HOLD=1 it has to wait for the end of its stdin",
    }
}

/// The arguments of a server.
pub(in crate::isolation) fn serve_args(address: SocketAddr, files: Option<&str>) -> Vec<String> {
    let mut args = vec!["--listen".to_owned(), address.to_string()];
    if let Some(folder) = files {
        args.extend(["--files".to_owned(), folder.to_owned()]);
    }
    args
}

impl Standing for Processes<'_> {
    fn grow(&mut self, count: u32) -> Result<(), Failure> {
        while self.alive.len() < count as usize {
            let one = self.one()?;
            self.alive.push(one);
        }
        Ok(())
    }

    fn processes(&self) -> Result<memory::Processes, Failure> {
        let roots = self.alive.iter().map(|one| one.process.pid());
        Ok(self.held.processes(roots))
    }

    fn cgroups(&self) -> Result<Vec<Group>, CgroupError> {
        self.held.groups()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.alive.first().and_then(|one| one.address)
    }

    fn still_stand(&mut self) -> Result<(), Failure> {
        let (site, when) = (self.site, ended_early(&self.job.task));
        self.alive
            .iter_mut()
            .try_for_each(|one| still_runs(&mut one.process, site, when))
    }

    fn end(mut self: Box<Self>) -> Result<(), Failure> {
        // All are told first: they end together.
        for one in &mut self.alive {
            match one.address {
                Some(_) => one.process.signal(libc::SIGTERM),
                None => one.process.close_stdin(),
            }
        }
        let deadline_ns = now_ns() + self.job.timeout.as_nanos() as u64;
        for one in &mut self.alive {
            let exit = one.process.end(self.site, deadline_ns)?;
            if !exit.is_success() {
                let failure = Failure::failed(format!("when it was told to end it {exit}"));
                return Err(one.process.explain(failure, Stream::Stdout));
            }
        }
        let Self { alive, held, .. } = *self;
        drop(alive);
        held.remove()
    }
}
