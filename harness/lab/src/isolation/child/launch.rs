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

/// How often a server that does not answer yet is looked after: a look can take a request to a
/// daemon, which has better things to do meanwhile.
const LOOK_INTERVAL_NS: u64 = 100_000_000;

/// Launches `job` once.
pub(in crate::isolation) fn launch(
    boundary: &dyn Boundary,
    site: &Site,
    job: &Job,
) -> Result<Taken, Failure> {
    let order = Order::new(site, job, false)?;
    match &job.task {
        Task::Run { expected, .. } => run(boundary, &order, expected),
        Task::Serve { request, expected } => serve(boundary, &order, request, expected),
        Task::Batches { .. } => Err(Failure::failed("batches have no first result")),
    }
}

fn run(boundary: &dyn Boundary, order: &Order<'_>, expected: &[u8]) -> Result<Taken, Failure> {
    let (site, limit_ns) = (order.site, order.limit_ns());
    let mut child = boundary.prepare(order)?;
    let mut marks = Marks::begin();
    let deadline_ns = now_ns() + limit_ns;
    let mut isolate = child.start(&mut marks, None, deadline_ns)?;
    let isolate = isolate.as_mut();
    let held_ns = prints(isolate, child.as_ref(), order, expected, deadline_ns)?;
    while !isolate.is_closed(Stream::Stdout) {
        isolate
            .wait(site, deadline_ns)
            .map_err(|failure| failure.without("the end of the output"))?;
    }
    let exit = isolate.end(site, deadline_ns)?;
    if isolate.kept(Stream::Stdout) != expected {
        return Err(Failure::mismatch(
            "it printed more than its expected output",
        ));
    }
    if !exit.is_success() {
        return Err(isolate.explain(Failure::failed(format!("it {exit}")), Stream::Stdout));
    }
    let gone_ns = child.clear(exit, now_ns() + limit_ns)?;
    Ok(taken(&marks, held_ns, gone_ns - held_ns))
}

fn serve(
    boundary: &dyn Boundary,
    order: &Order<'_>,
    request: &str,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let (site, limit_ns) = (order.site, order.limit_ns());
    let mut child = boundary.prepare(order)?;
    let mut marks = Marks::begin();
    let deadline_ns = now_ns() + limit_ns;
    let mut isolate = child.start(&mut marks, None, deadline_ns)?;
    let isolate = isolate.as_mut();
    let held_ns = answers(
        isolate,
        child.as_ref(),
        order,
        request,
        expected,
        deadline_ns,
    )?;
    let asked_ns = now_ns();
    child.stop(isolate);
    let exit = isolate.end(site, deadline_ns.max(asked_ns + limit_ns))?;
    if !child.stopped_well(exit) {
        let failure = Failure::failed(format!("when it was asked to end it {exit}"));
        return Err(isolate.explain(failure, Stream::Stdout));
    }
    let gone_ns = child.clear(exit, now_ns() + limit_ns)?;
    Ok(taken(&marks, held_ns, gone_ns - asked_ns))
}

/// Waits for the whole of the expected output of a command; gives the instant.
pub(super) fn prints(
    isolate: &mut dyn Isolate,
    child: &dyn Child,
    order: &Order<'_>,
    expected: &[u8],
    deadline_ns: u64,
) -> Result<u64, Failure> {
    isolate
        .expect(order.site, Stream::Stdout, expected, deadline_ns)
        .map_err(|failure| blamed(failure, isolate, child))
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

/// Waits for the first correct answer of a server; gives the instant.
pub(super) fn answers(
    isolate: &mut dyn Isolate,
    child: &dyn Child,
    order: &Order<'_>,
    request: &str,
    expected: &[u8],
    deadline_ns: u64,
) -> Result<u64, Failure> {
    let site = order.site;
    let address = child
        .address()
        .ok_or_else(|| Failure::failed("it has no address at which its server could be asked"))?;
    let mut looked_ns = now_ns();
    probe::first_answer(site, address, request, expected, deadline_ns, || {
        if now_ns() - looked_ns < LOOK_INTERVAL_NS {
            return Ok(());
        }
        looked_ns = now_ns();
        still_there(isolate, site, "before it answered")
    })
    .map_err(|failure| isolate.explain(failure, Stream::Stdout))
    .map_err(|failure| blamed(failure, isolate, child))
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

fn taken(marks: &Marks, held_ns: u64, teardown_ns: u64) -> Taken {
    let (total_ns, phases) = marks.until(held_ns);
    Taken {
        total_ns,
        phases,
        teardown_ns,
        instantiate_warm_ns: None,
    }
}
