//! What `run.json` says of a run before its first launch.

use labrun_record::{Calibration, Plan, Reference, Row, Run};

use super::calibrate;
use super::execute::{RunRequest, Wishes};
use super::plan::Group;
use crate::define::Scenario;
use crate::fingerprint::fingerprint;
use crate::isolation::runner::State;

/// The record of a run that is about to begin.
pub(super) fn run(request: &RunRequest<'_>, rows: Vec<Row>, groups: &[Group]) -> Run {
    let ground = request.ground;
    let machine = fingerprint();
    let mut artifacts = Vec::new();
    for artifact in groups.iter().flat_map(|group| &group.artifacts) {
        if !artifacts.contains(artifact) {
            artifacts.push(artifact.clone());
        }
    }
    for artifact in &mut artifacts {
        if let Ok(inside) = artifact.path.strip_prefix(ground.builder.lab()) {
            artifact.path = inside.to_owned();
        }
    }
    Run {
        schema_version: labrun_record::SCHEMA_VERSION,
        method_version: labrun_record::METHOD_VERSION,
        lab_version: request.wishes.lab_version.clone(),
        id: request.id.clone(),
        scenario: ground.scenario.name.clone(),
        question: ground.scenario.question.clone(),
        started: request.started.clone(),
        command: request.wishes.command.clone(),
        seed: request.wishes.seed,
        indicative: request.wishes.quick,
        plan: plan(ground.scenario, request.wishes),
        machine_class: machine.machine_class(),
        machine,
        references: references(ground.scenario),
        calibration: calibrations(request, groups),
        artifacts,
        isolations: ground
            .isolations
            .iter()
            .map(|isolation| isolation.record())
            .collect(),
        rows,
        // Until it is over: a lab that is killed cannot say so any more.
        interrupted: Some("the run was still going on when this was written".to_owned()),
    }
}

fn plan(scenario: &Scenario, wishes: &Wishes) -> Plan {
    let file = &scenario.plan;
    let exact = wishes
        .samples
        .or(wishes.quick.then_some(scenario.quick.samples));
    Plan {
        min_samples: exact.unwrap_or(file.min_samples),
        max_samples: exact.unwrap_or(file.max_samples),
        half_width: file.half_width,
        fine_half_width: file.fine_half_width,
        fine_s: file.fine_s,
        time_budget_s: wishes.time_budget_s.unwrap_or(file.time_budget_s),
        timeout_s: file.timeout_s,
        warmup: wishes.warmup.unwrap_or(file.warmup),
        warm_repeats: file.warm_repeats,
        margin: file.margin,
    }
}

fn references(scenario: &Scenario) -> Vec<Reference> {
    let reference = |metric: &crate::define::MetricPlan| Reference {
        metric: metric.name,
        isolation: metric.reference.clone(),
        start: metric.reference_start,
    };
    scenario.metrics.iter().map(reference).collect()
}

fn calibrations(request: &RunRequest<'_>, groups: &[Group]) -> Vec<Calibration> {
    let mut calibrations = vec![calibrate::connect_interval()];
    for (technology, state) in request.ground.runners {
        let used = groups.iter().any(|group| {
            let name = request.ground.isolations[group.isolation].name();
            group.job.is_ok() && name.split('/').next() == Some(technology)
        });
        if let (State::Ready(ready), true) = (state, used) {
            match calibrate::round_trip(request.site, technology, ready) {
                Ok(calibration) => calibrations.push(calibration),
                // Its rows will say what is wrong with it.
                Err(failure) => {
                    request
                        .progress
                        .note(&format!("could not calibrate {technology}: {failure}"));
                }
            }
        }
    }
    calibrations
}
