//! One launch, from nothing to nothing: until the first correct output, and from there
//! until nothing is left.

use super::{Boundary, Started};
use crate::clock::now_ns;
use crate::isolation::{Job, LaunchTiming};
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::Task;

/// Launches `job` once.
pub(in crate::isolation) fn launch(
    boundary: &dyn Boundary,
    site: &Site,
    job: &Job,
) -> Result<LaunchTiming, Failure> {
    let mut started = Started::new(boundary, site, job, None)?;
    let held_ns = started.first_result()?;
    let limit_ns = job.limit_ns();
    let deadline_ns = started.deadline_ns;
    // A command ends by itself from there on; a server, once it is asked to.
    let (since_ns, exit) = if let Task::Run { .. } = job.task {
        (held_ns, started.ends_well(deadline_ns)?)
    } else {
        let deadline_ns = deadline_ns.max(now_ns() + limit_ns);
        let (asked_ns, exit) = started.end_server(deadline_ns)?;
        if !started.stopped_well(exit) {
            return Err(started.failed(format!("when it was asked to end it {exit}")));
        }
        (asked_ns, exit)
    };
    let gone_ns = started.child.clear(exit, now_ns() + limit_ns)?;
    let (total_ns, phases) = started.marks.until(held_ns);
    Ok(LaunchTiming {
        total_ns,
        phases,
        teardown_ns: gone_ns - since_ns,
        instantiate_warm_ns: None,
    })
}
