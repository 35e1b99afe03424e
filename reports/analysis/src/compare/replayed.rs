//! What a replay says of the suspects: those that its side B is worse in are confirmed.

use labrun_record::{Row, Run};

use super::confirm::{Finding, Found};
use super::launched::Launched;
use super::{Comparison, Measurements};
use crate::replay::{ReplayRow, decide};

/// What it says of each row in question, or why it is none of the two runs.
pub(super) fn found(
    comparison: &Comparison,
    base: &Run,
    candidate: &Run,
    again: Measurements<'_>,
    force: bool,
) -> Result<Vec<Found>, String> {
    let (Some(replay), Some(summary)) = (&again.run.replay, decide(again.run, again.samples))
    else {
        return Err("it is no replay".to_owned());
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
    let [a, b] = &replay.sides;
    if summary.is_of_itself() {
        return Err(format!("the replay is of {} against itself", a.name));
    }
    // Those whose two sides have the same identity, with no change made on purpose.
    let plain = |row: &&ReplayRow| row.row_b.is_none() && row.change.is_none();
    let rows: Vec<&ReplayRow> = summary.results.iter().filter(plain).collect();
    let both = |row: &&&ReplayRow| comparison.rows.iter().any(|pair| pair.row == row.row);
    let shared: Vec<&&ReplayRow> = rows.iter().filter(both).collect();
    if shared.is_empty() {
        return Err("the replay has no row of the two runs".to_owned());
    }
    let [of_a, of_b] = [a, b].map(Launched::of_side);
    let is_of_these = |row: &Row| {
        Launched::of(base).is_as(&of_a, row) && Launched::of(candidate).is_as(&of_b, row)
    };
    if !shared.iter().any(|row| is_of_these(&row.row)) {
        return Err(format!(
            "what the replay launched, {} and {}, is not what the two runs launched",
            a.name, b.name
        ));
    }
    let finding = |row: &Row| match rows.iter().find(|other| other.row == *row) {
        None => Finding::Absent,
        Some(_) if !is_of_these(row) => Finding::Unlike,
        Some(own) => Finding::Judged(own.verdict()),
    };
    let in_question = comparison.in_question();
    Ok(in_question
        .map(|(number, pair)| (number, finding(&pair.row)))
        .collect())
}
