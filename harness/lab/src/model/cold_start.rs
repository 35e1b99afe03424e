//! Cold start: time to first result from three starts, teardown, warm instantiation.

use labrun_record::{Metric, Row, Start};

use super::launch::{Launch, Value};
use crate::isolation::{Isolation, Job, LaunchTiming};
use crate::outcome::Failure;
use crate::site::Site;

/// One launch, from nothing to nothing.
#[derive(Debug)]
pub(super) struct ColdStart {
    job: Job,
    metrics: Vec<Metric>,
}

impl ColdStart {
    pub(super) fn new(job: Job, rows: &[Row]) -> Self {
        let metrics = rows.iter().map(|row| row.metric).collect();
        Self { job, metrics }
    }
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

fn value(metric: Metric, taken: &LaunchTiming) -> Value {
    match metric {
        Metric::Teardown => Value::of(taken.teardown_ns as f64),
        Metric::InstantiateWarm => taken.instantiate_warm_ns.map_or_else(
            || Value::none("the launch gave no value for this metric"),
            Value::of,
        ),
        _ => Value {
            phases: taken
                .phases
                .iter()
                .map(|(name, ns)| (name.as_str(), *ns as f64))
                .collect(),
            ..Value::of(taken.total_ns as f64)
        },
    }
}
