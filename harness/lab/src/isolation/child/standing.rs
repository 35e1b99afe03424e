//! Isolates that stay: a command holds after its output, a server listens.

use std::net::SocketAddr;

use super::{Boundary, CgroupScope, Started};
use crate::cgroup::{CgroupError, Group};
use crate::clock::now_ns;
use crate::isolation::{Job, RunningInstances};
use crate::outcome::Failure;
use crate::proc;
use crate::site::Site;
use crate::task::Task;

/// Isolates of one job. They end before their cgroup goes.
pub(in crate::isolation) struct Children<'a> {
    boundary: &'a dyn Boundary,
    site: &'a Site,
    job: &'a Job,
    alive: Vec<Started<'a>>,
    held: CgroupScope,
}

impl<'a> Children<'a> {
    /// Starts one.
    pub(in crate::isolation) fn start(
        boundary: &'a dyn Boundary,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Self, Failure> {
        let mut children = Self {
            boundary,
            site,
            job,
            alive: Vec::new(),
            held: CgroupScope::new(site),
        };
        children.grow(1)?;
        Ok(children)
    }
}

/// Why it is a failure that one of them has ended on its own.
fn ended_early(task: &Task) -> &'static str {
    match task {
        Task::Serve { .. } => "while it was to serve",
        _ => "while it was to stay: with LABRUN_HOLD=1 it has to wait for the end of its stdin",
    }
}

impl RunningInstances for Children<'_> {
    fn grow(&mut self, count: u32) -> Result<(), Failure> {
        while self.alive.len() < count as usize {
            let held = Some(&self.held);
            let mut one = Started::new(self.boundary, self.site, self.job, held)?;
            one.first_result()?;
            self.alive.push(one);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let deadline_ns = now_ns() + self.job.limit_ns();
        for one in &mut self.alive {
            one.ends_well(deadline_ns)?;
        }
        Ok(())
    }

    fn processes(&self) -> Result<proc::Processes, Failure> {
        let own = self.alive.iter().filter(|one| one.child.counts());
        let roots = own.filter_map(|one| one.isolate.root());
        let mut all = self.held.processes(roots);
        all.extend(self.alive.iter().flat_map(|one| one.child.beside()));
        Ok(all)
    }

    fn cgroups(&self) -> Result<Vec<Group>, CgroupError> {
        let own = self.alive.iter();
        let own: Option<Vec<_>> = own
            .map(|one| one.child.group(one.isolate.as_ref()))
            .collect();
        match own {
            Some(groups) => groups.into_iter().collect(),
            None => self.held.groups(),
        }
    }

    fn address(&self) -> Option<SocketAddr> {
        self.alive.first().and_then(|one| one.address)
    }

    fn still_stand(&mut self) -> Result<(), Failure> {
        let when = ended_early(&self.job.task);
        let mut all = self.alive.iter_mut();
        all.try_for_each(|one| one.still_runs(when))
    }

    fn sees_end_of_stdin(&self) -> bool {
        let mut all = self.alive.iter();
        all.all(|one| one.child.sees_end_of_stdin())
    }

    fn end(mut self: Box<Self>) -> Result<(), Failure> {
        let serves = matches!(self.job.task, Task::Serve { .. });
        // All are told first: they end together.
        for one in &mut self.alive {
            if !serves {
                one.isolate.close_stdin();
            } else if one.is_told_first() {
                one.child.stop(one.isolate.as_ref());
            }
        }
        let limit_ns = self.job.limit_ns();
        let deadline_ns = now_ns() + limit_ns;
        for one in &mut self.alive {
            let exit = if serves && !one.is_told_first() {
                one.end_server(deadline_ns)?.1
            } else {
                one.isolate.end(self.site, deadline_ns)?
            };
            let well = if serves {
                one.stopped_well(exit)
            } else {
                one.child.released_well(exit)
            };
            if !well {
                return Err(one.failed(format!("when it was told to end it {exit}")));
            }
            one.child.clear(exit, now_ns() + limit_ns)?;
        }
        let Self { alive, held, .. } = *self;
        drop(alive);
        held.remove()
    }
}
