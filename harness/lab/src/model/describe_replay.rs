//! What `run.json` says of a replay before its first launch.

use std::collections::BTreeSet;

use labrun_record::{Pair, Replay, ReplaySide, Row, Run, Side};

use super::describe;
use super::replay::{PreparedPair, ReplayRequest};
use crate::fingerprint::fingerprint;
use crate::plan::CasePair;

/// The record of a replay that is about to begin.
pub(super) fn replay(request: &ReplayRequest<'_>, pairs: &[PreparedPair<'_>]) -> Run {
    let machine = fingerprint();
    let plan = request.plan;
    let mut rules = plan.parts[0].rules.clone();
    rules.time_budget_s = request.time_budget_s;
    // A quad has two launches of each side.
    let least = request.quads.unwrap_or(1).saturating_mul(2);
    (rules.min_samples, rules.max_samples) = (least, request.quads.map_or(u32::MAX, |_| least));
    Run {
        schema_version: labrun_record::SCHEMA_VERSION,
        method_version: labrun_record::METHOD_VERSION,
        lab_version: request.lab_version.clone(),
        id: request.id.clone(),
        scenario: plan.scenario.clone(),
        question: plan.question.clone(),
        started: request.started.clone(),
        command: request.command.clone(),
        seed: request.seed,
        indicative: plan.quick,
        plan: rules,
        parts: Vec::new(),
        machine_class: machine.machine_class(),
        machine,
        build: None,
        references: Vec::new(),
        calibration: Vec::new(),
        artifacts: Vec::new(),
        isolations: Vec::new(),
        rows: pairs.iter().flat_map(|pair| rows(pair.pair)).collect(),
        resolution: request.resolution.clone(),
        spent: None,
        replay: Some(Replay {
            sides: [Side::A, Side::B].map(|side| of_side(request, pairs, side)),
            margin: request.margin,
            pairs: pairs.iter().flat_map(|pair| compared(pair.pair)).collect(),
        }),
        interrupted: Some("the run was still going on when this was written".to_owned()),
        left_out: Vec::new(),
    }
}

/// The rows of side A.
fn rows(pair: &CasePair) -> impl Iterator<Item = Row> {
    pair.rows.iter().map(|[a, _]| pair.a.rows[*a].clone())
}

/// What is held against each of them.
fn compared(pair: &CasePair) -> impl Iterator<Item = Pair> {
    pair.rows.iter().map(|[a, b]| {
        let (a, b) = (&pair.a.rows[*a], &pair.b.rows[*b]);
        Pair {
            b: (a != b).then(|| b.clone()),
            change: pair.change,
        }
    })
}

fn of_side(request: &ReplayRequest<'_>, pairs: &[PreparedPair<'_>], side: Side) -> ReplaySide {
    let source = &request.sides[side as usize];
    let cases = || pairs.iter().map(|pair| pair.case(side));
    let named: BTreeSet<&str> = cases().map(|case| case.case.isolation()).collect();
    let isolations = source.supply.isolations;
    ReplaySide {
        name: source.name.clone(),
        of: source.of.clone(),
        lab_version: source.lab_version.clone(),
        build: source.supply.stock.environment(),
        artifacts: describe::artifacts(source.root, cases()),
        isolations: named
            .into_iter()
            .filter_map(|name| isolations.record(name).cloned())
            .collect(),
    }
}
