//! Memory is counted in two ways that stand side by side in every headline: by the processes of an
//! isolate, and by its cgroup, which is what orchestrators limit. Neither is ever compared with the
//! other.

use labrun_record::{Metric, Row};

/// A metric of memory, counted in two ways.
struct TwoWays {
    metric: Metric,
    /// The scope of the processes: which configuration is the best one is decided by it.
    scope: &'static str,
    /// What that is called.
    name: &'static str,
    /// What both are called together.
    heading: &'static str,
}

/// The scope of the cgroup, and its name.
const CGROUP: &str = "cgroup";

const fn pss(metric: Metric) -> TwoWays {
    TwoWays {
        metric,
        scope: "pss",
        name: "PSS",
        heading: "PSS, then cgroup",
    }
}

const TWO_WAYS: [TwoWays; 4] = [
    pss(Metric::MemoryIdle),
    pss(Metric::MemoryMarginal),
    pss(Metric::MemoryFixed),
    TwoWays {
        metric: Metric::MemoryPeak,
        scope: "hwm",
        name: "VmHWM",
        heading: "VmHWM, then cgroup",
    },
];

/// The two ways in one of which a row is counted.
fn ways_of(row: &Row) -> Option<&'static TwoWays> {
    let scope = row.scope.as_deref()?;
    let mut ways = TWO_WAYS.iter();
    ways.find(|ways| ways.metric == row.metric && [ways.scope, CGROUP].contains(&scope))
}

/// What a row of memory is counted by, where it is one of the two ways.
pub(crate) fn scope_name(row: &Row) -> Option<&'static str> {
    let ways = ways_of(row)?;
    Some(if is_beside(row) { CGROUP } else { ways.name })
}

/// What both ways are called together, where a row is one of them.
pub(crate) fn heading(row: &Row) -> Option<&'static str> {
    Some(ways_of(row)?.heading)
}

/// Whether a row is the second way, which stands beside the first.
pub(crate) fn is_beside(row: &Row) -> bool {
    ways_of(row).is_some() && row.scope.as_deref() == Some(CGROUP)
}

/// The identity of what stands beside a row that is the first way.
pub(crate) fn beside(row: &Row) -> Option<Row> {
    ways_of(row).filter(|_| !is_beside(row))?;
    Some(Row {
        scope: Some(CGROUP.to_owned()),
        ..row.clone()
    })
}
