//! What `run.json` says of a replay before its first launch.

use std::collections::BTreeSet;

use labrun_record::{Pair, Replay, ReplaySide, Row, Run, Side};

use super::describe;
use super::inputs;
use super::replay::{PreparedPair, ReplayRequest};
use crate::plan::CasePair;

/// The record of a replay that is about to begin.
pub(super) fn replay(request: &ReplayRequest<'_>, pairs: &[PreparedPair<'_>]) -> Run {
    let mut rules = request.plan.parts[0].rules.clone();
    rules.time_budget_s = request.time_budget_s;
    // A quad has two launches of each side.
    let least = request.quads.unwrap_or(1).saturating_mul(2);
    (rules.min_samples, rules.max_samples) = (least, request.quads.map_or(u32::MAX, |_| least));
    Run {
        rows: pairs.iter().flat_map(|pair| rows(pair.pair)).collect(),
        replay: Some(Replay {
            sides: [Side::A, Side::B].map(|side| of_side(request, pairs, side)),
            margin: request.margin,
            pairs: pairs.iter().flat_map(|pair| compared(pair.pair)).collect(),
        }),
        ..request.about.run(request.plan, rules)
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
        inputs: inputs::digests(
            cases().flat_map(|case| &case.case.rows),
            source.supply.workloads,
        ),
    }
}
