//! Calls of a bare export, from host to guest and back, in batches inside one instance.

use labrun_analysis::stats::median;
use labrun_record::Doubt;

use super::launch::{Launch, Value};
use crate::define::Calls;
use crate::isolation::{CallSpec, Isolation, Job};
use crate::outcome::Failure;
use crate::site::Site;

/// Share of the batches that are discarded first: an instance's first calls are cold.
const WARM_UP: f64 = 0.2;

/// How much faster the last third of what counts may be than its first, and be steady.
const FASTER: f64 = 0.05;

/// Batches of calls in a launch.
const BATCHES: u32 = 50;

/// An export that is called one time after another.
#[derive(Debug)]
pub(super) struct Calling {
    job: Job,
    order: CallSpec,
    /// What one batch counts for: its calls, or the operations inside them.
    per_batch: f64,
}

impl Calling {
    pub(super) fn new(job: Job, calls: &Calls) -> Self {
        let order = CallSpec {
            export: calls.export.clone(),
            arguments: calls.arguments,
            expected: calls.expected,
            calls: calls.calls,
            batches: BATCHES,
        };
        Self {
            job,
            order,
            per_batch: f64::from(calls.calls) * f64::from(calls.operations.unwrap_or(1)),
        }
    }
}

impl Launch for Calling {
    fn warms_up(&self) -> bool {
        false
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let spans = isolation.call(site, &self.job, &self.order)?;
        let (batch_s, doubt) = steady(&spans)
            .ok_or_else(|| Failure::failed("its batches took no time that could be measured"))?;
        Ok(vec![Value::of(self.per_batch / batch_s).doubted(doubt)])
    }
}

/// The median batch after the warm-up, in seconds, and whether it was still getting faster.
fn steady(spans_ns: &[f64]) -> Option<(f64, Option<Doubt>)> {
    let warm = (spans_ns.len() as f64 * WARM_UP).ceil() as usize;
    let counted = spans_ns.get(warm..)?;
    let third = counted.len() / 3;
    let ends = (
        median(counted.get(..third)?),
        median(&counted[counted.len() - third..]),
    );
    let faster = matches!(ends, (Some(first), Some(last)) if last < first * (1.0 - FASTER));
    let batch_s = median(counted).filter(|ns| *ns > 0.0)? / 1e9;
    Some((batch_s, faster.then_some(Doubt::Unsteady)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_batches_do_not_count() {
        let mut spans = vec![9e6; 10];
        spans.extend([2e6; 40]);
        assert_eq!(steady(&spans), Some((0.002, None)));
    }

    #[test]
    fn what_gets_faster_all_the_time_is_doubted() {
        let spans: Vec<f64> = (0..50).map(|n| 1e6 - f64::from(n) * 1e4).collect();
        assert!(matches!(steady(&spans), Some((_, Some(Doubt::Unsteady)))));
        assert_eq!(steady(&[]), None);
    }
}
