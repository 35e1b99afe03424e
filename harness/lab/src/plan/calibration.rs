//! What a calibration launches: every case against itself, and a workload against itself with
//! changes of known size.

use std::collections::BTreeMap;

use labrun_record::{Change, Metric, Start, Target};

use super::{Asked, Case, CasePair, Measure, Plan, RunOptions, pairs};
use crate::define::{MemoryPlan, MetricPlan, Model, Scenario, Workload, WorkloadPlan};
use crate::glob::Globs;
use crate::isolation::Profile;
use crate::select::Selected;

/// Delays, as shares of the time that is measured.
pub const DELAYS: [f64; 4] = [0.02, 0.03, 0.05, 0.10];

/// A stall, in times that are measured.
const STALL: f64 = 10.0;

/// Tries of a stall.
const STALL_TRIES: u32 = 5;

/// Allocations in MiB, and how often each is tried.
const ALLOCATIONS: [u32; 2] = [1, 16];
const ALLOCATION_TRIES: u32 = 3;

/// Every case of a plan against itself. How something is torn down is left out: it is no part of a
/// start, and waits for the kernel.
pub fn same(plan: &Plan) -> Vec<CasePair> {
    let mut plan = plan.clone();
    for case in plan.parts.iter_mut().flat_map(|part| &mut part.cases) {
        case.rows.retain(|row| row.metric != Metric::Teardown);
    }
    pairs(&plan, &plan, None)
}

/// Cold starts and memory of the workload that can be changed.
pub fn changeable(
    workload: &str,
    workloads: &[Workload],
    profiles: &[Profile],
    isolations: &Globs,
    arch: &str,
) -> Vec<Case> {
    let scenario = |model, metric| Scenario {
        name: "calibrate".to_owned(),
        model,
        metrics: vec![MetricPlan {
            name: metric,
            reference: None,
            reference_start: None,
            reference_params: BTreeMap::new(),
            workload: None,
            reference_workload: None,
        }],
        workloads: vec![WorkloadPlan {
            name: workload.to_owned(),
            targets: vec![Target::Native, Target::Image, Target::Wasip1],
            other: Some(workload.to_owned()),
            quick: true,
            steady: Vec::new(),
            calls: Vec::new(),
            file_systems: Vec::new(),
            load: None,
        }],
        memory: MemoryPlan {
            isolates: 1,
            processes: 1,
            containers: 1,
            ..MemoryPlan::default()
        },
        ..Scenario::default()
    };
    let selected = Selected::default();
    let scenarios = [
        scenario(Model::ColdStart, Metric::TimeToFirstResult),
        scenario(Model::Footprint, Metric::MemoryIdle),
    ];
    let planned = super::plan(&Asked {
        scenario: "calibrate",
        question: "",
        parts: scenarios
            .iter()
            .map(|scenario| (scenario, isolations.clone(), &selected))
            .collect(),
        workloads,
        profiles,
        arch,
        options: &RunOptions::default(),
    });
    let from_nothing = |case: &&Case| case.spec().is_some_and(|spec| spec.start == Start::Process);
    let cases = planned.cases().map(|(_, case)| case);
    cases.filter(from_nothing).cloned().collect()
}

/// A case against itself with changes, each so many times; `median` is what it takes without any.
pub fn changed(case: &Case, median: f64, tries: u32) -> Vec<CasePair> {
    let times = |change: Change, tries: u32| {
        let pair = CasePair {
            a: case.clone(),
            b: case.clone(),
            rows: vec![[0, 0]],
            change: Some(change),
        };
        std::iter::repeat_n(pair, tries as usize)
    };
    let measure = case.spec().map(|spec| &spec.measure);
    match measure {
        Some(Measure::ColdStart) => DELAYS
            .iter()
            .map(|share| (Change::DelayNs((share * median).round()), tries))
            .chain([(
                Change::StallNs((STALL * median).round()),
                STALL_TRIES.min(tries),
            )])
            .flat_map(|(change, tries)| times(change, tries))
            .collect(),
        Some(Measure::Footprint { .. }) => ALLOCATIONS
            .iter()
            .map(|mebibytes| f64::from(mebibytes << 20))
            .flat_map(|bytes| {
                let tries = ALLOCATION_TRIES.min(tries);
                times(Change::AllocationBytes(bytes), tries)
            })
            .collect(),
        _ => Vec::new(),
    }
}
