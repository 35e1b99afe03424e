//! Footprint: memory of one instance at rest and at its peak, and what one more costs.

use labrun_record::{Metric, Row, Target};

use super::context::{PlanContext, case};
use super::{Case, Measure};
use crate::task::Policy;

/// The rows of a kind: metric and scope, the headline first, then what stands beside it.
const ROWS: [(Metric, &str); 14] = [
    (Metric::MemoryIdle, "pss"),
    (Metric::MemoryIdle, "cgroup"),
    (Metric::MemoryIdle, "private"),
    (Metric::MemoryIdle, "cgroup-anon"),
    (Metric::MemoryIdle, "cgroup-file"),
    (Metric::MemoryIdle, "cgroup-kernel"),
    (Metric::MemoryPeak, "hwm"),
    (Metric::MemoryPeak, "cgroup"),
    (Metric::MemoryMarginal, "pss"),
    (Metric::MemoryMarginal, "cgroup"),
    (Metric::MemoryMarginal, "private"),
    (Metric::MemoryFixed, "pss"),
    (Metric::MemoryFixed, "cgroup"),
    (Metric::MemoryFixed, "private"),
];

/// Every case of the scenario.
pub(super) fn cases(context: &PlanContext<'_>) -> Vec<Case> {
    let metrics = context.metrics();
    let plan = &context.scenario.memory;
    let of_scenario = |(metric, _): &&(Metric, &str)| metrics.contains(metric);
    let kinds = context.kinds().into_iter();
    let of_kind = kinds.map(|kind| {
        let row = |(metric, scope): &(Metric, &str)| Row {
            metric: *metric,
            scope: Some((*scope).to_owned()),
            ..kind.identity()
        };
        let rows = ROWS.iter().filter(of_scenario).map(row).collect();
        let measure = Measure::Footprint {
            grow_s: plan.grow_s,
            budget_bytes: plan.budget_bytes,
        };
        let launch = kind.launch(measure).map(|mut spec| {
            spec.instances = match kind.target {
                Target::Native => plan.processes,
                Target::Image => plan.containers,
                Target::Wasip1 | Target::Wasip2 => plan.isolates,
            };
            // What has answered stays; a fresh one would be gone.
            spec.policy = Policy::Reused;
            spec
        });
        case(rows, launch)
    });
    of_kind.collect()
}
