//! Footprint: memory of one instance at rest and at its peak, and what one more costs.

use labrun_record::{Metric, Outcome, Row, Target};

use super::context::{Kind, PlanContext, case};
use super::{Case, LaunchSpec, Measure};
use crate::outcome::Failure;
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
    let mut cases = Vec::new();
    for kind in context.kinds() {
        let rows = |wanted: &dyn Fn(&(Metric, &str)) -> bool| -> Vec<Row> {
            let rows = ROWS.iter().filter(|row| metrics.contains(&row.0));
            let row = |(metric, scope): &(Metric, &str)| Row {
                metric: *metric,
                scope: Some((*scope).to_owned()),
                ..kind.identity()
            };
            rows.filter(|row| wanted(row)).map(row).collect()
        };
        let launch = launch(context, &kind);
        if kind.workload().is_ok_and(|workload| !workload.stays()) && launch.is_ok() {
            cases.push(case(rows(&|row| *row == AFTER_ITS_END), launch));
            let reason = Failure::new(Outcome::Unsupported, ENDS);
            cases.push(case(rows(&|row| *row != AFTER_ITS_END), Err(reason)));
        } else {
            cases.push(case(rows(&|_| true), launch));
        }
    }
    cases
}

/// What is known of a command that has ended.
const AFTER_ITS_END: (Metric, &str) = (Metric::MemoryPeak, "cgroup");

/// Why the rest is not.
const ENDS: &str = "it ends when it is done, and is never idle: only the peak of its cgroup is known \
    then. A command that waits for the end of its stdin where LABRUN_HOLD is set says `hold = true` \
    under [run] of its workload.toml";

fn launch(context: &PlanContext<'_>, kind: &Kind<'_>) -> Result<LaunchSpec, Failure> {
    let plan = &context.scenario.memory;
    let measure = Measure::Footprint {
        grow_s: plan.grow_s,
        budget_bytes: plan.budget_bytes,
    };
    let mut spec = kind.launch(measure)?;
    let workload = kind.workload()?;
    let one_port = workload.fixed_port().is_some();
    let mut networks = kind.profile.networks.iter();
    let on_host = networks.any(|(_, name)| *name == "host");
    spec.instances = match kind.target {
        _ if !workload.stays() => 1,
        // One more could not listen on the same.
        Target::Native if one_port => 1,
        Target::Image if on_host && (one_port || !workload.is_told_port()) => 1,
        Target::Native => plan.processes,
        Target::Image => plan.containers,
        Target::Wasip1 | Target::Wasip2 => plan.isolates,
    };
    // What has answered stays; a fresh one would be gone.
    spec.policy = Policy::Reused;
    Ok(spec)
}
