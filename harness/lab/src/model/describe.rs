//! What `run.json` says of a run before its first launch.

use std::collections::BTreeSet;

use labrun_record::{Artifact, Calibration, Part, Plan, Reference, Run};

use super::calibrate;
use super::ground::Ground;
use super::plan::Planned;
use super::run::{RunRequest, Wishes};
use crate::define::{Model, Scenario};
use crate::fingerprint::fingerprint;
use crate::isolation::runner::State;

/// The record of a run that is about to begin.
pub(super) fn run(request: &RunRequest<'_>, planned: &[Planned]) -> Run {
    let machine = fingerprint();
    let parts = parts(request, planned);
    // Of several scenarios the first one's rules, with the time of all.
    let mut whole = parts.first().map_or_else(
        || plan(&Scenario::default(), request.wishes, 1.0),
        |part| part.plan.clone(),
    );
    whole.time_budget_s = parts.iter().map(|part| part.plan.time_budget_s).sum();
    Run {
        schema_version: labrun_record::SCHEMA_VERSION,
        method_version: labrun_record::METHOD_VERSION,
        lab_version: request.wishes.lab_version.clone(),
        id: request.id.clone(),
        scenario: request.scenario.to_owned(),
        question: request.question.to_owned(),
        started: request.started.clone(),
        command: request.wishes.command.clone(),
        seed: request.wishes.seed,
        indicative: request.wishes.quick,
        plan: whole,
        parts: if parts.len() > 1 { parts } else { Vec::new() },
        machine_class: machine.machine_class(),
        machine,
        references: references(request.grounds),
        calibration: calibrations(request, planned),
        build: request
            .grounds
            .first()
            .map(|ground| ground.builder.environment()),
        artifacts: artifacts(request, planned),
        isolations: taken(request.grounds)
            .iter()
            .map(|index| request.grounds[0].isolations[*index].record())
            .collect(),
        rows: planned.iter().flat_map(|part| part.rows.clone()).collect(),
        // Until it is over: a lab that is killed cannot say so any more.
        interrupted: Some("the run was still going on when this was written".to_owned()),
    }
}

/// The scenarios of the run, each with its own rules. A time that is wished for is
/// shared by them as their own times are.
fn parts(request: &RunRequest<'_>, planned: &[Planned]) -> Vec<Part> {
    let budget = |ground: &Ground<'_>| ground.scenario.plan.time_budget_s;
    let all: f64 = request.grounds.iter().map(budget).sum();
    let mut first_row = 0;
    let mut parts = Vec::new();
    for (ground, planned) in request.grounds.iter().zip(planned) {
        let share = if all > 0.0 { budget(ground) / all } else { 1.0 };
        parts.push(Part {
            scenario: ground.scenario.name.clone(),
            question: ground.scenario.question.clone(),
            plan: plan(ground.scenario, request.wishes, share),
            first_row,
            rows: planned.rows.len(),
        });
        first_row += planned.rows.len();
    }
    parts
}

/// The numbers of the isolations that any part takes.
fn taken(grounds: &[Ground<'_>]) -> BTreeSet<usize> {
    let of_part = |ground: &Ground<'_>| {
        ground
            .isolations()
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
    };
    grounds.iter().flat_map(of_part).collect()
}

/// What is launched, each once.
fn artifacts(request: &RunRequest<'_>, planned: &[Planned]) -> Vec<Artifact> {
    let mut artifacts: Vec<Artifact> = Vec::new();
    let groups = planned.iter().flat_map(|part| &part.groups);
    for artifact in groups.flat_map(|group| &group.artifacts) {
        let mut artifact = artifact.clone();
        let lab = request.grounds.first().map(|ground| ground.builder.lab());
        if let Some(Ok(inside)) = lab.map(|lab| artifact.path.strip_prefix(lab)) {
            artifact.path = inside.to_path_buf();
        }
        if !artifacts.contains(&artifact) {
            artifacts.push(artifact);
        }
    }
    artifacts
}

fn plan(scenario: &Scenario, wishes: &Wishes, share: f64) -> Plan {
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
        time_budget_s: wishes
            .time_budget_s
            .map_or(file.time_budget_s, |wished| wished * share),
        timeout_s: file.timeout_s,
        warmup: wishes.warmup.unwrap_or(file.warmup),
        warm_repeats: file.warm_repeats,
        margin: file.margin,
    }
}

fn references(grounds: &[Ground<'_>]) -> Vec<Reference> {
    let reference = |metric: &crate::define::MetricPlan| {
        Some(Reference {
            metric: metric.name,
            isolation: metric.reference.clone()?,
            start: metric.reference_start,
            workload: metric.workload.clone(),
            params: metric.reference_params.clone(),
        })
    };
    let metrics = grounds.iter().flat_map(|ground| &ground.scenario.metrics);
    metrics.filter_map(reference).collect()
}

/// What the clock of a cold start has inside it besides.
fn calibrations(request: &RunRequest<'_>, planned: &[Planned]) -> Vec<Calibration> {
    let mut parts = request.grounds.iter().zip(planned);
    let Some((ground, part)) = parts.find(|(g, _)| g.scenario.model == Model::ColdStart) else {
        return Vec::new();
    };
    let mut calibrations = vec![calibrate::connect_interval()];
    for (technology, state) in ground.runners {
        let used = part.groups.iter().any(|group| {
            let name = ground.isolations[group.isolation].name();
            group.launch.is_ok() && name.split('/').next() == Some(technology)
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
