//! Conformance: each check is a case of its own, with one row.

use std::collections::BTreeMap;

use labrun_record::{Check, Metric, Row};

use super::context::{Kind, PlanContext, case};
use super::{Case, Measure};
use crate::conformance::WORKLOAD;
use crate::define::Workload;
use crate::outcome::Failure;

/// Every case of the scenario.
pub(super) fn cases(context: &PlanContext<'_>) -> Vec<Case> {
    let kinds = context.kinds().into_iter();
    kinds
        .flat_map(|kind| checks(kind.workload().ok()).map(move |check| of_check(kind, check)))
        .collect()
}

/// What a workload is checked with: a server by its answer, a command by all else.
fn checks(workload: Option<&Workload>) -> impl Iterator<Item = Check> + use<> {
    let serves = workload.is_some_and(|workload| workload.serve.is_some());
    let is_for = move |check: &Check| (*check == Check::Http) == serves;
    Check::ALL.into_iter().filter(is_for)
}

fn of_check(kind: Kind<'_>, check: Check) -> Case {
    let row = Row {
        metric: Metric::Conformance,
        params: BTreeMap::from([(Check::PARAM.to_owned(), check.name().to_owned())]),
        ..kind.identity()
    };
    let does = |workload: &Workload| workload.serve.is_some() || workload.name == WORKLOAD;
    // What a check needs is no reason to leave it: that it does not hold is seen.
    let launch = kind.launch_with(&[], None, Measure::Conformance { check });
    let launch = launch.and_then(|spec| match kind.workload()? {
        workload if does(workload) => Ok(spec),
        workload => Err(Failure::unavailable(format!(
            "the program of {} does nothing that is checked: `{WORKLOAD}` does",
            workload.name
        ))),
    });
    case(vec![row], launch)
}
