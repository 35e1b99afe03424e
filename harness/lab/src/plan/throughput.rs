//! Throughput: batches in steady state, calls of exports, and requests to servers.

use std::collections::BTreeMap;

use labrun_record::{Metric, Outcome, Row};

use super::context::{Kind, PlanContext, case};
use super::{Case, Measure, load};
use crate::define::{ArtifactKind, Workload};
use crate::outcome::Failure;

/// Every case of the scenario.
pub(super) fn cases(context: &PlanContext<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in context.every_kind() {
        let runs_programs = kind.profile.runs_programs();
        if runs_programs {
            steady(&mut cases, kind);
        }
        if kind.profile.calls == Some(kind.target) {
            let of_kind = kind.planned.calls.iter();
            cases.extend(of_kind.map(|name| calls(kind, name)));
        }
        if let (Some(plan), true) = (&kind.planned.load, runs_programs) {
            load::cases(&mut cases, kind, plan);
        }
        if runs_programs && ends(kind) {
            cases.push(case(vec![once(kind)], Err(never_steady(kind))));
        }
    }
    cases
}

/// Whether it is a command of which no way of working steadily is asked for, since it has none.
fn ends(kind: Kind<'_>) -> bool {
    let planned = kind.planned;
    let asks = !planned.steady.is_empty() || !planned.calls.is_empty();
    let workload = kind.workload();
    !asks && workload.is_ok_and(|workload| workload.run.is_some() && workload.steady.is_empty())
}

/// The row of a command that only ever ends.
fn once(kind: Kind<'_>) -> Row {
    Row {
        metric: Metric::OperationsPerSecond,
        ..kind.identity()
    }
}

/// Why it is not measured, where nothing else is in the way.
fn never_steady(kind: Kind<'_>) -> Failure {
    let way = kind.launch_with(&[], None, Measure::Size);
    way.err().unwrap_or_else(|| {
        let reason = "a command that ends has no steady state: a `[[steady]]` of its workload.toml \
            says how it works batch after batch";
        Failure::new(Outcome::Unsupported, reason)
    })
}

/// The cases of the workload's ways of working steadily.
fn steady(cases: &mut Vec<Case>, kind: Kind<'_>) {
    for name in &kind.planned.steady {
        let way = kind
            .workload()
            .and_then(|workload| named(workload, &workload.steady, name, |way| &way.name));
        let file_systems = match &kind.planned.file_systems[..] {
            [] => vec![None],
            some => some.iter().copied().map(Some).collect(),
        };
        for file_system in file_systems {
            let mut params = way.as_ref().map_or_else(
                |_| BTreeMap::from([("op".to_owned(), name.clone())]),
                |way| way.params.clone(),
            );
            if let Some(file_system) = file_system {
                params.insert("fs".to_owned(), file_system.name().to_owned());
            }
            let mut metrics = vec![Metric::OperationsPerSecond];
            if way.as_ref().is_ok_and(|way| way.bytes.is_some()) {
                metrics.push(Metric::BytesPerSecond);
            }
            let row = |metric: &Metric| Row {
                metric: *metric,
                params: params.clone(),
                ..kind.identity()
            };
            let rows = metrics.iter().map(row).collect();
            let measure = Measure::Batches { way: name.clone() };
            let launch = way.clone().and_then(|way| {
                let mut spec = kind.launch_with(&way.needs, None, measure)?;
                spec.file_system = file_system.unwrap_or_default();
                Ok(spec)
            });
            cases.push(case(rows, launch));
        }
    }
}

/// The case of one of the workload's exports that are called.
fn calls(kind: Kind<'_>, name: &str) -> Case {
    let calls = kind
        .workload()
        .and_then(|workload| named(workload, &workload.calls, name, |calls| &calls.name));
    let counts_operations = calls.as_ref().is_ok_and(|calls| calls.operations.is_some());
    let row = Row {
        metric: if counts_operations {
            Metric::OperationsPerSecond
        } else {
            Metric::CallsPerSecond
        },
        params: calls.as_ref().map_or_else(
            |_| BTreeMap::from([("export".to_owned(), name.to_owned())]),
            |calls| calls.params.clone(),
        ),
        ..kind.identity()
    };
    let measure = Measure::Calls {
        name: name.to_owned(),
    };
    let launch = calls.and_then(|_| kind.launch_with(&[], Some(ArtifactKind::Cdylib), measure));
    case(vec![row], launch)
}

/// What a workload defines under a name.
pub(super) fn named<'a, T>(
    workload: &Workload,
    all: &'a [T],
    name: &str,
    name_of: impl Fn(&T) -> &String,
) -> Result<&'a T, Failure> {
    let found = all.iter().find(|one| name_of(one) == name);
    let workload = &workload.name;
    found.ok_or_else(|| Failure::unavailable(format!("the workload {workload} has no `{name}`")))
}
