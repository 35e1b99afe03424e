//! Instances in a runner's process that stay, batches that a guest does, and calls.

use std::net::SocketAddr;

use labrun_protocol::{Command, InstancePolicy};

use super::executable::Executable;
use super::launch::{Launch, free_address};
use super::session::{RunnerSession, lines, prepare};
use crate::cgroup::{CgroupError, Group};
use crate::clock::now_ns;
use crate::isolation::child::CgroupScope;
use crate::isolation::{CallSpec, EachLine, Job, RunningInstances};
use crate::outcome::Failure;
use crate::proc::Processes;
use crate::site::Site;
use crate::task::{Policy, Task};

/// Has a guest work batch after batch, and tells its lines.
pub(super) fn stream(
    site: &Site,
    executable: &Executable,
    configuration: &str,
    job: &Job,
    each: &mut EachLine<'_>,
) -> Result<(), Failure> {
    let launch = Launch::new(site, configuration, job)?;
    let commands = lines(&[launch.load.clone(), launch.run_command()])?;
    let mut runner = RunnerSession::start(prepare(site, executable, &commands)?)?;
    runner.lines(site, job.timeout, each)
}

/// Has an export called; gives the nanoseconds of each batch.
pub(super) fn call(
    site: &Site,
    executable: &Executable,
    configuration: &str,
    job: &Job,
    order: &CallSpec,
) -> Result<Vec<f64>, Failure> {
    let launch = Launch::new(site, configuration, job)?;
    let mut runner = RunnerSession::open(site, executable)?;
    launch.ask(&mut runner, &launch.load)?;
    let command = Command::Call {
        export: order.export.clone(),
        arguments: (order.arguments[0], order.arguments[1]),
        expected: order.expected,
        calls: order.calls,
        batches: order.batches,
        grants: launch.grants.clone(),
    };
    let asked_ns = now_ns();
    let reply = launch.ask(&mut runner, &command)?;
    let seen_ns = (reply.at_ns - asked_ns) as f64;
    runner.close(site, launch.deadline_ns)?;
    let spans: Vec<f64> = reply.spans_ns.iter().map(|ns| *ns as f64).collect();
    check(&spans, order.batches, seen_ns)?;
    Ok(spans)
}

/// Least share of the time that the lab saw which the batches have to account for: the
/// rest is an instantiation, a pipe's round trip, and what lies between two batches.
const LEAST_SHARE: f64 = 0.5;

/// The runner's spans explain the time that the lab saw pass; they cannot replace it.
fn check(spans: &[f64], batches: u32, seen_ns: f64) -> Result<(), Failure> {
    if spans.len() != batches as usize {
        return Err(Failure::failed(format!(
            "the runner timed {} of {batches} batches",
            spans.len()
        )));
    }
    let sum: f64 = spans.iter().sum();
    if sum > seen_ns || sum < LEAST_SHARE * seen_ns {
        return Err(Failure::failed(format!(
            "the runner says that its calls took {:.3} ms, the lab saw {:.3} ms pass",
            sum / 1e6,
            seen_ns / 1e6
        )));
    }
    Ok(())
}

/// Instances in one process.
pub(super) struct Isolates<'a> {
    launch: Launch<'a>,
    // Ends before its cgroup goes.
    runner: RunnerSession,
    held: CgroupScope,
    address: Option<SocketAddr>,
    alive: u32,
}

impl<'a> Isolates<'a> {
    pub(super) fn start(
        site: &'a Site,
        executable: &Executable,
        configuration: &str,
        job: &'a Job,
    ) -> Result<Self, Failure> {
        let launch = Launch::new(site, configuration, job)?;
        let held = CgroupScope::new(site);
        let mut runner = RunnerSession::start_in(prepare(site, executable, &[])?, Some(&held))?;
        launch.ask(&mut runner, &launch.load)?;
        let mut isolates = Self {
            launch,
            runner,
            held,
            address: None,
            alive: 0,
        };
        if let Task::Serve { request, expected } = &job.task {
            isolates.listen(request, expected)?;
        } else {
            isolates.grow(1)?;
        }
        Ok(isolates)
    }

    /// A server: its front end, and one instance where they are reused.
    fn listen(&mut self, request: &str, expected: &[u8]) -> Result<(), Failure> {
        let address = free_address()?;
        let command = Command::Listen {
            address: address.to_string(),
            trace: 0,
            grants: self.launch.grants.clone(),
            policy: match self.launch.job.policy {
                Policy::Fresh => InstancePolicy::Fresh,
                Policy::Reused => InstancePolicy::Reused,
            },
            threads: 1,
        };
        self.launch.ask(&mut self.runner, &command)?;
        let launch = &self.launch;
        launch.first_answer(&mut self.runner, address, request, expected)?;
        self.address = Some(address);
        self.alive = 1;
        Ok(())
    }
}

impl RunningInstances for Isolates<'_> {
    fn grow(&mut self, count: u32) -> Result<(), Failure> {
        if count <= self.alive {
            return Ok(());
        }
        let deadline_ns = now_ns() + self.launch.job.timeout.as_nanos() as u64;
        let (site, task) = (self.launch.site, &self.launch.job.task);
        // A server has one instance that it did not get from this command.
        let (held, request) = match task {
            Task::Serve { request, .. } => (count - 1, Some(request.clone())),
            _ => (count, None),
        };
        let command = Command::Hold {
            count: held,
            grants: self.launch.grants.clone(),
            request,
        };
        self.runner.write(&lines(&[command])?)?;
        if let Task::Run { expected, .. } = task {
            // The outputs of all, which may come in one piece.
            let all = expected.repeat((count - self.alive) as usize);
            self.runner.expect_guest(site, &all, deadline_ns)?;
            self.runner.reply(site, deadline_ns)?;
            self.runner.discard_guest(&all)?;
        } else {
            self.runner.reply(site, deadline_ns)?;
        }
        self.alive = count;
        Ok(())
    }

    fn processes(&self) -> Result<Processes, Failure> {
        Ok(self.held.processes(std::iter::once(self.runner.pid())))
    }

    fn cgroups(&self) -> Result<Vec<Group>, CgroupError> {
        self.held.groups()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    fn still_stand(&mut self) -> Result<(), Failure> {
        self.runner.still_runs(self.launch.site)
    }

    fn end(mut self: Box<Self>) -> Result<(), Failure> {
        let deadline_ns = now_ns() + self.launch.job.timeout.as_nanos() as u64;
        self.runner.close(self.launch.site, deadline_ns)?;
        let Self { runner, held, .. } = *self;
        drop(runner);
        held.remove()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_the_lab_did_not_see_pass_are_refused() {
        assert!(check(&[400.0, 500.0], 2, 1000.0).is_ok());
        assert!(
            check(&[400.0, 700.0], 2, 1000.0).is_err(),
            "more than passed"
        );
        assert!(
            check(&[100.0, 100.0], 2, 1000.0).is_err(),
            "where was the rest?"
        );
        assert!(check(&[900.0], 2, 1000.0).is_err(), "a batch is missing");
    }
}
