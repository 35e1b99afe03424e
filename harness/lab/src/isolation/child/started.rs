//! An isolate that was started, until its first correct output.

use std::net::SocketAddr;

use labrun_record::Outcome;

use super::{Boundary, CgroupScope, Child, LaunchRequest, ending, listens};
use crate::clock::now_ns;
use crate::isolation::Job;
use crate::isolation::marks::Marks;
use crate::outcome::Failure;
use crate::probe;
use crate::proc::Pid;
use crate::process::{Exit, Isolate, Stream};
use crate::site::Site;
use crate::task::Task;

/// The start of an isolate: the clock runs.
pub(in crate::isolation) struct Clock<'a> {
    /// Its phases so far.
    pub(in crate::isolation) marks: Marks,
    /// A cgroup of the lab's for what stays, where the machine allows one.
    pub(in crate::isolation) inside: Option<&'a CgroupScope>,
    /// When the launch is given up.
    pub(in crate::isolation) deadline_ns: u64,
    /// Where its server answers the lab, once that is known.
    pub(in crate::isolation) address: Option<SocketAddr>,
}

/// An isolate that was started. What it stands on goes after it.
pub(super) struct Started<'a> {
    pub(super) isolate: Box<dyn Isolate>,
    pub(super) child: Box<dyn Child + 'a>,
    order: LaunchRequest<'a>,
    pub(super) marks: Marks,
    pub(super) deadline_ns: u64,
    /// Where its server answers the lab.
    pub(super) address: Option<SocketAddr>,
}

impl<'a> Started<'a> {
    /// Starts one of a job; where a cgroup is given it stays after its output, if its workload does.
    pub(super) fn new(
        boundary: &'a dyn Boundary,
        site: &'a Site,
        job: &'a Job,
        inside: Option<&CgroupScope>,
    ) -> Result<Self, Failure> {
        let holds = inside.is_some() && job.workload.stays();
        let order = LaunchRequest::new(site, job, holds)?;
        let mut child = boundary.prepare(&order)?;
        let mut clock = Clock {
            marks: Marks::begin(),
            inside,
            deadline_ns: now_ns() + job.limit_ns(),
            address: None,
        };
        let isolate = child.start(&mut clock)?;
        Ok(Self {
            isolate,
            child,
            order,
            marks: clock.marks,
            deadline_ns: clock.deadline_ns,
            address: clock.address,
        })
    }

    /// Waits for the whole of the expected output of a command, or for the first correct answer
    /// of a server; gives the instant.
    pub(super) fn first_result(&mut self) -> Result<u64, Failure> {
        let (site, deadline_ns) = (self.order.site, self.deadline_ns);
        let isolate = self.isolate.as_mut();
        let held_ns = match &self.order.job.task {
            Task::Serve { request, right } => {
                let Some(address) = self.address else {
                    self.still_runs("before it answered")?;
                    let reason = "it has no address at which its server could be asked";
                    return Err(Failure::failed(reason));
                };
                probe::first_answer(site, address, request, right, deadline_ns, || {
                    still_serves(isolate, site, "before it answered")
                })
                .map_err(|failure| isolate.explain(failure, Stream::Stdout))
                .map_err(|failure| {
                    let first = self.child.first_process(isolate);
                    let own = || isolate.root().filter(|_| self.child.counts());
                    let pid = first.or_else(own);
                    unreached(failure, site, pid, self.order.guest().port(), address)
                })
            }
            Task::Run { expected, .. } => {
                isolate.expect(site, Stream::Stdout, expected, deadline_ns)
            }
            Task::Batches { .. } => Err(Failure::failed("batches have no first result")),
        };
        held_ns.map_err(|failure| self.blamed(failure))
    }

    /// Waits for the end of a command, whose output has to be right to its last byte.
    pub(super) fn ends_well(&mut self, deadline_ns: u64) -> Result<Exit, Failure> {
        let site = self.order.site;
        if let Task::Run { expected, .. } = &self.order.job.task {
            return self.isolate.ends_well(site, expected, deadline_ns);
        }
        let exit = self.isolate.end(site, deadline_ns)?;
        if !exit.is_success() {
            return Err(self.failed(format!("it {exit}")));
        }
        Ok(exit)
    }

    /// Whether a server that was asked to end has ended well. What is none of the lab's own need not
    /// handle SIGTERM: it ends by it, or with the code that says so; and where it does, it may have a code of
    /// its own for it (lighttpd 1.4 has 1), which says nothing of its answers. One that crashes then has not.
    pub(super) fn stopped_well(&self, exit: Exit) -> bool {
        let by_signal = exit.is_by(libc::SIGTERM) || exit.is_code(128 + libc::SIGTERM as u8);
        // An image's may be ended as an engine of containers does it.
        let by_force = exit.is_by(libc::SIGKILL) || exit.is_code(128 + libc::SIGKILL as u8);
        let by_itself = exit.code().is_some_and(|code| code < 128);
        let job = self.order.job;
        self.child.stopped_well(exit)
            || (by_signal || by_itself) && !job.workload.is_ours()
            || by_force && job.image.is_some()
    }

    /// Whether several can be asked to end before any of them is waited for.
    pub(super) fn is_told_first(&self) -> bool {
        self.order.job.image.is_none()
    }

    /// Asks a server to end; gives the instant of that, and how it has ended.
    pub(super) fn end_server(&mut self, deadline_ns: u64) -> Result<(u64, Exit), Failure> {
        let (child, isolate) = (self.child.as_mut(), self.isolate.as_mut());
        if self.order.job.image.is_some() {
            let outlives = &self.order.job.workload.outlives_term;
            return ending::end(child, isolate, self.order.site, outlives, deadline_ns);
        }
        let asked_ns = now_ns();
        child.stop(isolate);
        Ok((asked_ns, isolate.end(self.order.site, deadline_ns)?))
    }

    /// A failure when it has ended on its own; `when` says why that is one.
    pub(super) fn still_runs(&mut self, when: &str) -> Result<(), Failure> {
        still_there(self.isolate.as_mut(), self.order.site, when)
            .map_err(|failure| self.isolate.explain(failure, Stream::Stdout))
    }

    /// A failure with what it said on stderr.
    pub(super) fn failed(&self, reason: String) -> Failure {
        self.isolate
            .explain(Failure::failed(reason), Stream::Stdout)
    }

    /// A failure as what it is: of the boundary, where that was refused.
    pub(super) fn blamed(&self, failure: Failure) -> Failure {
        let said = String::from_utf8_lossy(self.isolate.kept(Stream::Stderr));
        match failure {
            Failure::Outcome(Outcome::Failed, reason) if self.child.is_refused(&said) => {
                Failure::unavailable(reason)
            }
            failure => failure,
        }
    }
}

/// A failure with where its server listens, where nobody could reach that.
fn unreached(
    failure: Failure,
    site: &Site,
    pid: Option<Pid>,
    port: u16,
    asked: SocketAddr,
) -> Failure {
    let Failure::Outcome(Outcome::Timeout, reason) = failure else {
        return failure;
    };
    let why = pid.and_then(|pid| listens::unreached(pid, port, asked));
    let Some(why) = why else {
        return Failure::timeout(reason);
    };
    if why.is_elsewhere {
        site.patience.note_in_vain();
    }
    Failure::timeout(format!("{reason}; {}", why.told))
}

fn still_there(isolate: &mut dyn Isolate, site: &Site, when: &str) -> Result<(), Failure> {
    match isolate.ended(site)? {
        Some(exit) => Err(Failure::failed(format!("it {exit} {when}"))),
        None => Ok(()),
    }
}

/// The same of a server. One that has ended well, or has left others in its place, went into the background,
/// where no isolation can hold it.
fn still_serves(isolate: &mut dyn Isolate, site: &Site, when: &str) -> Result<(), Failure> {
    let why = "a server has to stay in the foreground";
    match isolate.ended(site) {
        Ok(None) => Ok(()),
        Ok(Some(exit)) if exit.is_success() => {
            Err(Failure::failed(format!("it {exit} {when}: {why}")))
        }
        Ok(Some(exit)) => Err(Failure::failed(format!("it {exit} {when}"))),
        Err(failure @ Failure::Outcome(Outcome::Failed, _)) => {
            Err(failure.reworded(|reason| format!("{reason}: {why}")))
        }
        Err(failure) => Err(failure),
    }
}
