//! Cold start: time to first result from three starts, teardown, warm instantiation.

use labrun_record::{Metric, Row, Start};

use super::ground::{Ground, Making};
use super::plan::{Group, Launch, Planned, Value};
use crate::isolation::{Isolation, Job, Taken};
use crate::outcome::Failure;
use crate::site::Site;

/// Every row of the scenario, and the launches that give them samples.
pub(super) fn plan(ground: &Ground<'_>) -> Planned {
    let mut planned = Planned::default();
    let metrics = ground.metrics();
    for kind in ground.kinds() {
        for &start in kind.isolation.starts() {
            let kind = Making { start, ..kind };
            let own =
                |metric: &Metric| *metric != Metric::InstantiateWarm || start == Start::Loaded;
            let metrics: Vec<Metric> = metrics.iter().copied().filter(own).collect();
            let rows = metrics.iter().map(|&metric| Row {
                metric,
                start: Some(start),
                ..kind.identity()
            });
            let rows = planned.rows(rows);
            planned
                .groups
                .push(Group::of(kind.index, rows, kind.job(), |job| ColdStart {
                    job,
                    metrics,
                }));
        }
    }
    planned
}

/// One launch, from nothing to nothing.
#[derive(Debug)]
struct ColdStart {
    job: Job,
    metrics: Vec<Metric>,
}

impl Launch for ColdStart {
    /// How cold the caches are must not depend on what else the run measures. From the
    /// other starts the process itself has served a discarded isolate just before.
    fn is_primed(&self) -> bool {
        self.job.start == Start::Process
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let taken = isolation.launch(site, &self.job)?;
        let value = |metric: &Metric| value(*metric, &taken);
        Ok(self.metrics.iter().map(value).collect())
    }
}

fn value(metric: Metric, taken: &Taken) -> Value {
    match metric {
        Metric::Teardown => Value::of(taken.teardown_ns as f64),
        Metric::InstantiateWarm => taken.instantiate_warm_ns.map_or_else(
            || Value::none("the launch gave no value for this metric"),
            Value::of,
        ),
        _ => Value {
            given: Ok(taken.total_ns as f64),
            phases: taken
                .phases
                .iter()
                .map(|(name, ns)| (name.clone(), *ns as f64))
                .collect(),
            doubt: None,
            points: Vec::new(),
        },
    }
}
