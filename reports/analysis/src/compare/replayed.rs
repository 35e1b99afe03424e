//! What a replay says of the suspects: those that its side B is worse in are confirmed.

use labrun_record::{Row, Run};

use super::confirm::Launched;
use super::{Comparison, Measurements};
use crate::Verdict;
use crate::replay::{ReplayRow, decide};

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
    let decided = decided(again);
    let held = |row: &Row| decided.iter().find(|(other, _)| other == row);
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
/// on purpose. What went wrong, or had no whole quad, decides nothing.
fn decided(of: Measurements<'_>) -> Vec<(Row, Verdict)> {
    let results = decide(of.run, of.samples).map(|summary| summary.results);
    let plain = |row: &ReplayRow| row.row_b.is_none() && row.change.is_none();
    let rows = results.into_iter().flatten().filter(plain);
    rows.map(|row| {
        let verdict = row.verdict().unwrap_or(Verdict::Inconclusive);
        (row.row, verdict)
    })
    .collect()
}
