//! Throughput: which rows there are, and what launches give them samples.

use std::collections::BTreeMap;

use labrun_record::{Metric, Outcome, Row};

use super::calls::Calling;
use super::ground::{Ground, Making};
use super::load;
use super::plan::{Group, Planned};
use super::steady::Working;
use crate::define::{ArtifactKind, Calls, Workload};
use crate::isolation::CallOrder;
use crate::outcome::Failure;
use crate::site;
use crate::task::FileSystem;

/// Batches of calls in a launch.
const BATCHES: u32 = 50;

/// Every row of the scenario, and the launches that give them samples.
pub(super) fn plan(ground: &Ground<'_>) -> Planned {
    let mut planned = Planned::default();
    // The generator's own limit is the same for all: it is found once.
    let limit = load::Limit::default();
    for kind in ground.every_kind() {
        if kind.runs_programs() {
            steady(&mut planned, kind);
        }
        if kind.isolation.calls() == Some(kind.target) {
            calls(&mut planned, kind);
        }
        if let (Some(plan), true) = (&kind.planned.load, kind.runs_programs()) {
            load::plan(&mut planned, kind, plan, &limit);
        }
    }
    planned
}

/// The rows of the workload's ways of working steadily.
fn steady(planned: &mut Planned, kind: Making<'_>) {
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
            let rows = planned.rows(metrics.iter().map(row));
            let made = way.clone().and_then(|way| {
                let file_system = file_system.unwrap_or_default();
                if let (FileSystem::Disk, Some(reason)) = (file_system, site::no_disk()) {
                    return Err(Failure::unavailable(reason));
                }
                let (mut job, artifacts) = kind.job_with(&way.needs)?;
                job.file_system = file_system;
                Ok((job, artifacts))
            });
            let group = match &way {
                Ok(way) => Group::of(kind.index, rows, made, |job| {
                    Working::new(job, (*way).clone(), metrics)
                }),
                Err(blocked) => Group::blocked(kind.index, rows, blocked.clone()),
            };
            planned.groups.push(group);
        }
    }
}

/// The rows of the workload's exports that are called.
fn calls(planned: &mut Planned, kind: Making<'_>) {
    for name in &kind.planned.calls {
        let calls = kind
            .workload()
            .and_then(|workload| named(workload, &workload.calls, name, |calls| &calls.name));
        let metric = match &calls {
            Ok(Calls {
                operations: Some(_),
                ..
            }) => Metric::OperationsPerSecond,
            _ => Metric::CallsPerSecond,
        };
        let row = Row {
            metric,
            params: calls.as_ref().map_or_else(
                |_| BTreeMap::from([("export".to_owned(), name.clone())]),
                |calls| calls.params.clone(),
            ),
            ..kind.identity()
        };
        let rows = planned.rows([row]);
        let made = calls
            .as_ref()
            .map_err(Failure::clone)
            .and_then(|_| kind.job_of(&[], ArtifactKind::Cdylib));
        let order = calls.as_ref().map(|calls| CallOrder {
            export: calls.export.clone(),
            arguments: calls.arguments,
            expected: calls.expected,
            calls: calls.calls,
            batches: BATCHES,
        });
        let per_batch = calls.as_ref().map_or(0.0, |calls| {
            f64::from(calls.calls) * f64::from(calls.operations.unwrap_or(1))
        });
        let group = match order {
            Ok(order) => Group::of(kind.index, rows, made, |job| Calling {
                job,
                order,
                per_batch,
            }),
            Err(blocked) => Group::blocked(kind.index, rows, blocked.clone()),
        };
        planned.groups.push(group);
    }
}

/// What a workload defines under a name.
fn named<'a, T>(
    workload: &Workload,
    all: &'a [T],
    name: &str,
    name_of: impl Fn(&T) -> &String,
) -> Result<&'a T, Failure> {
    all.iter().find(|one| name_of(one) == name).ok_or_else(|| {
        Failure::new(
            Outcome::Unavailable,
            format!("the workload {} has no `{name}`", workload.name),
        )
    })
}
