//! What a replay says of the suspects: those that its side B is worse in are confirmed.

use labrun_record::{QUAD, Replay, Row, Run, Sample};

use super::confirm::Launched;
use super::{Comparison, Measurements};
use crate::outcome::lines_by_row;
use crate::stats::{Quad, quad_ratio, row_seed};
use crate::{RowOutcome, Verdict, outcome_of, verdict};

/// The suspects that a replay confirms, or why it says nothing.
pub(super) fn confirmed(
    comparison: &Comparison,
    base: &Run,
    candidate: &Run,
    again: Measurements<'_>,
    force: bool,
) -> Result<Vec<usize>, String> {
    let Some(replay) = &again.run.replay else {
        return Ok(Vec::new());
    };
    if again.run.method_version != candidate.method_version {
        return Err("the replay is of another version of the method".to_owned());
    }
    if again.run.machine_class != candidate.machine_class && !force {
        return Err(format!(
            "the replay is of another machine class, {}: --force takes it all the same",
            again.run.machine_class
        ));
    }
    let decided = decided(again, replay);
    let held = |row: &Row| decided.iter().find(|(other, _)| *other == row);
    let suspects: Vec<_> = comparison
        .suspects()
        .filter_map(|(number, pair)| Some((number, held(&pair.row)?)))
        .collect();
    if suspects.is_empty() {
        return Err("the replay has none of the suspected rows".to_owned());
    }
    let sides = replay.sides.each_ref().map(|side| Launched {
        artifacts: &side.artifacts,
        isolations: &side.isolations,
    });
    let of_these = |row: &Row| {
        Launched::of(base).is_as(&sides[0], row) && Launched::of(candidate).is_as(&sides[1], row)
    };
    let own = suspects.iter().filter(|(_, (row, _))| of_these(row));
    if own.clone().next().is_none() {
        return Err(format!(
            "what the replay launched, {} and {}, is not what the two runs launched",
            replay.sides[0].name, replay.sides[1].name
        ));
    }
    let worse = own.filter(|(_, (_, verdict))| *verdict == Verdict::Worse);
    Ok(worse.map(|(number, _)| *number).collect())
}

/// The verdict of a replay on each row whose two sides have the same identity, with no change made
/// on purpose, and with nothing gone wrong.
fn decided<'a>(of: Measurements<'a>, replay: &Replay) -> Vec<(&'a Row, Verdict)> {
    let lines = lines_by_row(of.run, of.samples);
    let rows = of.run.rows.iter().zip(&lines).zip(&replay.pairs);
    let plain = rows.filter(|(_, pair)| pair.b.is_none() && pair.change.is_none());
    plain
        .filter(|((_, lines), _)| {
            let RowOutcome { outcome, .. } = outcome_of(of.run, lines);
            outcome == labrun_record::Outcome::Measured
        })
        .map(|((row, lines), _)| {
            let ratio = quad_ratio(&quads(lines), row_seed(of.run.seed, row));
            let intervals = ratio.and_then(|ratio| ratio.intervals);
            (row, verdict(intervals, row.metric.better(), replay.margin))
        })
        .collect()
}

/// The whole quads of a row, in the order taken.
fn quads(lines: &[&Sample]) -> Vec<Quad> {
    let mut sorted = lines.to_vec();
    sorted.sort_by_key(|line| (line.block, line.seq));
    let quad = |block: &[&Sample]| {
        let sides: Vec<_> = block.iter().filter_map(|line| line.side).collect();
        let values: Vec<f64> = block.iter().filter_map(|line| line.value).collect();
        values.try_into().ok().filter(|_| sides == QUAD)
    };
    let blocks = sorted.chunk_by(|a, b| a.block == b.block);
    blocks.filter_map(quad).collect()
}
