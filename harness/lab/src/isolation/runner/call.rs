//! Calls of an export of one instance, timed by the runner in batches.

use labrun_protocol::Command;

use super::Runner;
use super::launch::Launch;
use crate::clock::now_ns;
use crate::isolation::{CallSpec, Job};
use crate::outcome::Failure;
use crate::site::Site;

/// Has an export called; gives the nanoseconds of each batch.
pub(super) fn call(
    runner: &Runner,
    site: &Site,
    job: &Job,
    order: &CallSpec,
) -> Result<Vec<f64>, Failure> {
    let launch = Launch::new(runner, site, job)?;
    let mut session = runner.open(site)?.given(launch.is_given());
    launch.ask(&mut session, &launch.load)?;
    let command = Command::Call {
        export: order.export.clone(),
        arguments: (order.arguments[0], order.arguments[1]),
        expected: order.expected,
        calls: order.calls,
        batches: order.batches,
        grants: launch.grants.clone(),
    };
    let asked_ns = now_ns();
    let reply = launch.ask(&mut session, &command)?;
    let seen_ns = (reply.at_ns - asked_ns) as f64;
    session.close(launch.deadline_ns)?;
    let spans = reply.spans();
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
