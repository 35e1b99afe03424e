//! What `run.json` says of a run before its first launch.

use std::collections::BTreeSet;
use std::path::Path;

use labrun_record::{Artifact, Calibration, Part, Run};

use super::calibrate;
use super::given;
use super::inputs;
use super::prepare::{PreparedCase, PreparedPart};
use super::run::RunRequest;
use crate::define::Model;
use crate::isolation::{Counter, Driver, Emulator, Isolation};

/// The record of a run that is about to begin.
pub(super) fn run(request: &RunRequest<'_>, prepared: &[PreparedPart<'_>]) -> Run {
    let plan = request.plan;
    let parts: Vec<Part> = prepared.iter().map(part).collect();
    // Of several scenarios the first one's rules, with the time of all.
    let mut rules = parts[0].plan.clone();
    rules.time_budget_s = parts.iter().map(|part| part.plan.time_budget_s).sum();
    let isolations = request.supply.isolations;
    let named: BTreeSet<&str> = plan.cases().map(|(_, case)| case.isolation()).collect();
    let taken = isolations.iter().map(Isolation::name);
    let taken = taken.filter(|name| named.contains(name));
    let mut run = Run {
        parts: if parts.len() > 1 { parts } else { Vec::new() },
        build: request.supply.stock.environment(),
        emulator: emulated_by(request).map(emulator),
        references: plan
            .parts
            .iter()
            .flat_map(|part| part.references.clone())
            .collect(),
        calibration: calibrations(request, prepared),
        artifacts: artifacts(request.root, prepared.iter().flat_map(|part| &part.cases)),
        given: given::artifacts(
            plan,
            request.supply.workloads,
            prepared
                .iter()
                .flat_map(|part| &part.cases)
                .flat_map(|case| &case.artifacts),
        ),
        isolations: taken
            .filter_map(|name| isolations.record(name).cloned())
            .collect(),
        rows: plan
            .cases()
            .flat_map(|(_, case)| case.rows.clone())
            .collect(),
        ..request.about.run(plan, rules)
    };
    run.inputs = inputs::digests(&run.rows, request.supply.workloads);
    run
}

/// What runs its programs: where they are of another architecture, and where instructions are counted.
fn emulated_by<'a>(request: &RunRequest<'a>) -> Option<&'a Emulator> {
    let isolations = request.supply.isolations;
    let counts = || {
        let is_counted = request.plan.counts_instructions();
        let counter = is_counted.then(|| isolations.counter().ok()).flatten();
        counter.map(Counter::emulator)
    };
    isolations.processor().emulator().or_else(counts)
}

fn emulator(emulator: &Emulator) -> labrun_record::Emulator {
    labrun_record::Emulator {
        name: emulator.name(),
        version: emulator.version().to_owned(),
        sha256: emulator.sha256().to_owned(),
        processor: emulator.processor().to_owned(),
    }
}

fn part(prepared: &PreparedPart<'_>) -> Part {
    let part = prepared.part;
    Part {
        scenario: part.scenario.clone(),
        question: part.question.clone(),
        plan: part.rules.clone(),
        first_row: prepared.first_row,
        rows: part.cases.iter().map(|case| case.rows.len()).sum(),
    }
}

/// What is launched, each once.
pub(super) fn artifacts<'a>(
    root: &Path,
    cases: impl Iterator<Item = &'a PreparedCase<'a>>,
) -> Vec<Artifact> {
    let mut artifacts: Vec<Artifact> = Vec::new();
    for artifact in cases.flat_map(|case| &case.artifacts) {
        let mut artifact = artifact.clone();
        if let Ok(inside) = artifact.path.strip_prefix(root) {
            artifact.path = inside.to_path_buf();
        }
        if !artifacts.contains(&artifact) {
            artifacts.push(artifact);
        }
    }
    artifacts
}

/// What the clock of a cold start has inside it besides.
fn calibrations(request: &RunRequest<'_>, prepared: &[PreparedPart<'_>]) -> Vec<Calibration> {
    let mut parts = prepared.iter();
    let Some(part) = parts.find(|prepared| prepared.part.model == Model::ColdStart) else {
        return Vec::new();
    };
    let mut calibrations = vec![calibrate::connect_interval()];
    let launched = part
        .cases
        .iter()
        .filter_map(|case| case.launch.as_ref().ok());
    let mut told = BTreeSet::new();
    for (_, isolation) in launched {
        let profile = isolation.profile();
        let Some(Driver::Runner(technology)) = &profile.driver else {
            continue;
        };
        let (true, Some(ready)) = (told.insert(technology), isolation.program()) else {
            continue;
        };
        match calibrate::round_trip(request.supply.site, technology, &ready) {
            Ok(calibration) => calibrations.push(calibration),
            // Its rows will say what is wrong with it.
            Err(failure) => {
                request
                    .progress
                    .note(&format!("could not calibrate {technology}: {failure}"));
            }
        }
    }
    calibrations
}
