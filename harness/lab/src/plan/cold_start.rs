//! Cold start: time to first result from three starts, teardown, warm instantiation.

use labrun_record::{Metric, Row, Start};

use super::context::{PlanContext, case};
use super::{Case, Measure};
use crate::isolation::Role;

/// Every case of the scenario.
pub(super) fn cases(context: &PlanContext<'_>) -> Vec<Case> {
    let metrics = context.metrics();
    let mut cases = Vec::new();
    for kind in context.kinds() {
        for &start in &kind.profile.starts {
            let own = |metric: &&Metric| match metric {
                Metric::InstantiateWarm => start == Start::Loaded,
                Metric::Teardown => kind.profile.role != Role::Control,
                _ => true,
            };
            let row = |metric: &Metric| Row {
                metric: *metric,
                start: Some(start),
                ..kind.identity()
            };
            let rows = metrics.iter().filter(own).map(row).collect();
            let launch = kind.launch(Measure::ColdStart).and_then(|mut spec| {
                spec.start = start;
                if start == Start::Resident {
                    spec.other = Some(Box::new(kind.other()?));
                }
                Ok(spec)
            });
            cases.push(case(rows, launch));
        }
    }
    cases
}
