//! One launch, from nothing to nothing: until the first correct output, and from there
//! until nothing is left.

use labrun_record::Outcome;

use super::{Boundary, Child, Order};
use crate::clock::now_ns;
use crate::isolation::marks::Marks;
use crate::isolation::{Job, Taken};
use crate::outcome::Failure;
use crate::probe;
use crate::process::{Isolate, Stream};
use crate::site::Site;
use crate::task::Task;

/// Launches `job` once.
pub(in crate::isolation) fn launch(
    boundary: &dyn Boundary,
    site: &Site,
    job: &Job,
) -> Result<Taken, Failure> {
    if let Task::Batches { .. } = job.task {
        return Err(Failure::failed("batches have no first result"));
    }
    let order = Order::new(site, job, false)?;
    let limit_ns = order.limit_ns();
    let mut child = boundary.prepare(&order)?;
    let mut marks = Marks::begin();
    let deadline_ns = now_ns() + limit_ns;
    let mut isolate = child.start(&mut marks, None, deadline_ns)?;
    let isolate = isolate.as_mut();
    let held_ns = first_result(isolate, child.as_ref(), &order, deadline_ns)?;
    // A command ends by itself from there on; a server, once it is asked to.
    let (since_ns, exit) = if let Task::Run { expected, .. } = &job.task {
        let exit = isolate.finish(site, deadline_ns)?;
        if isolate.kept(Stream::Stdout) != expected {
            let reason = "it printed more than its expected output";
            return Err(Failure::mismatch(reason));
        }
        if !exit.is_success() {
            return Err(isolate.explain(Failure::failed(format!("it {exit}")), Stream::Stdout));
        }
        (held_ns, exit)
    } else {
        let asked_ns = now_ns();
        child.stop(isolate);
        let exit = isolate.end(site, deadline_ns.max(asked_ns + limit_ns))?;
        if !child.stopped_well(exit) {
            let failure = Failure::failed(format!("when it was asked to end it {exit}"));
            return Err(isolate.explain(failure, Stream::Stdout));
        }
        (asked_ns, exit)
    };
    let gone_ns = child.clear(exit, now_ns() + limit_ns)?;
    let (total_ns, phases) = marks.until(held_ns);
    Ok(Taken {
        total_ns,
        phases,
        teardown_ns: gone_ns - since_ns,
        instantiate_warm_ns: None,
    })
}

/// Waits for the whole of the expected output of a command, or for the first correct answer of
/// a server; gives the instant.
pub(super) fn first_result(
    isolate: &mut dyn Isolate,
    child: &dyn Child,
    order: &Order<'_>,
    deadline_ns: u64,
) -> Result<u64, Failure> {
    let site = order.site;
    let held_ns = match &order.job.task {
        Task::Serve { request, expected } => {
            let Some(address) = child.address() else {
                still_runs(isolate, site, "before it answered")?;
                let reason = "it has no address at which its server could be asked";
                return Err(Failure::failed(reason));
            };
            probe::first_answer(site, address, request, expected, deadline_ns, || {
                still_there(isolate, site, "before it answered")
            })
            .map_err(|failure| isolate.explain(failure, Stream::Stdout))
        }
        task => isolate.expect(site, Stream::Stdout, task.expected(), deadline_ns),
    };
    held_ns.map_err(|failure| blamed(failure, isolate, child))
}

/// A failure as what it is: of the boundary, where that was refused.
pub(super) fn blamed(failure: Failure, isolate: &dyn Isolate, child: &dyn Child) -> Failure {
    let said = String::from_utf8_lossy(isolate.kept(Stream::Stderr));
    match failure {
        Failure::Outcome(Outcome::Failed, reason) if child.is_refused(&said) => {
            Failure::unavailable(reason)
        }
        failure => failure,
    }
}

/// A failure when an isolate has ended on its own; `when` says why that is one.
pub(super) fn still_runs(
    isolate: &mut dyn Isolate,
    site: &Site,
    when: &str,
) -> Result<(), Failure> {
    still_there(isolate, site, when).map_err(|failure| isolate.explain(failure, Stream::Stdout))
}

fn still_there(isolate: &mut dyn Isolate, site: &Site, when: &str) -> Result<(), Failure> {
    match isolate.ended(site)? {
        Some(exit) => Err(Failure::failed(format!("it {exit} {when}"))),
        None => Ok(()),
    }
}
