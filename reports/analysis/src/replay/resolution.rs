//! What a machine can tell apart: a replay of a build against itself, and against changes of known
//! size.

use std::mem::discriminant;

use labrun_record::{Change, Changed, ChangedBy, Resolution, Unchanged, Unit};

use super::{ReplayRow, ReplaySummary};
use crate::Verdict;
use crate::stats::median;

/// In how many of ten tries a change has to be found to count as one that is.
const FOUND_IN_TEN: usize = 9;

/// What a calibration says that its machine can tell apart; `None` unless both sides are the same.
pub fn resolution(replay: &ReplaySummary) -> Option<Resolution> {
    if !replay.is_of_itself() {
        return None;
    }
    Some(Resolution {
        run: replay.run.clone(),
        started: replay.started.clone(),
        machine_class: replay.machine.class.clone(),
        margin: replay.margin,
        equivalence: replay.equivalence,
        unchanged: unchanged(&replay.results),
        changed: changed(&replay.results),
    })
}

fn unchanged(results: &[ReplayRow]) -> Unchanged {
    let mut seen = Unchanged::default();
    for row in results.iter().filter(|row| row.change.is_none()) {
        seen.rows += 1;
        seen.quads += row.quads;
        *match row.verdict() {
            Some(Verdict::Better | Verdict::Worse) => &mut seen.wrong,
            Some(Verdict::Equivalent) => &mut seen.equivalent,
            Some(Verdict::Inconclusive) => &mut seen.inconclusive,
            None => &mut seen.not_decided,
        } += 1;
    }
    seen
}

/// By row and way of changing it, in the order of their first appearance.
fn changed(results: &[ReplayRow]) -> Vec<Changed> {
    let mut groups: Vec<(Change, Vec<&ReplayRow>)> = Vec::new();
    for row in results {
        let Some(change) = row.change else { continue };
        let is_own = |(other, rows): &&mut (Change, Vec<&ReplayRow>)| {
            discriminant(other) == discriminant(&change) && rows[0].row == row.row
        };
        match groups.iter_mut().find(is_own) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((change, vec![row])),
        }
    }
    groups
        .into_iter()
        .map(|(_, rows)| of_group(&rows))
        .collect()
}

fn of_group(rows: &[&ReplayRow]) -> Changed {
    let amount = |row: &ReplayRow| row.change.map_or(0.0, Change::amount);
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| amount(a).total_cmp(&amount(b)));
    let sizes: Vec<ChangedBy> = rows
        .chunk_by(|one, next| one.change == next.change)
        .filter_map(of_size)
        .collect();
    Changed {
        row: rows[0].row.clone(),
        least_found: least_found(&sizes),
        sizes,
    }
}

fn of_size(tries: &[&ReplayRow]) -> Option<ChangedBy> {
    let change = tries.first()?.change?;
    let decided: Vec<Try> = tries
        .iter()
        .filter_map(|row| Try::of(row, change))
        .collect();
    let over = |value: fn(&Try) -> Option<f64>| {
        let values: Vec<f64> = decided.iter().filter_map(value).collect();
        median(&values)
    };
    let errors = decided.iter().filter_map(Try::error).map(f64::abs);
    let is_worse = |row: &&&ReplayRow| row.verdict() == Some(Verdict::Worse);
    Some(ChangedBy {
        change,
        tries: tries.len(),
        worse: tries.iter().filter(is_worse).count(),
        not_decided: tries.len() - decided.len(),
        injected: over(|one| one.injected),
        found: over(|one| Some(one.found)),
        error: over(Try::error),
        largest_error: errors.max_by(f64::total_cmp),
        difference: over(|one| Some(one.difference)),
    })
}

/// The least of the sizes from which on every one is found. Of fewer than ten tries nine of ten is
/// not known.
fn least_found(sizes: &[ChangedBy]) -> Option<f64> {
    let is_found =
        |size: &&ChangedBy| size.tries >= 10 && size.worse * 10 >= size.tries * FOUND_IN_TEN;
    let found = sizes.iter().rev().take_while(is_found);
    found.last()?.injected
}

/// One row that was changed, with its ratio.
struct Try {
    injected: Option<f64>,
    found: f64,
    difference: f64,
}

impl Try {
    fn of(row: &ReplayRow, change: Change) -> Option<Self> {
        let (a, b) = (row.a?.median, row.b?.median);
        let in_unit = match change {
            Change::DelayNs(_) | Change::StallNs(_) => row.unit == Unit::Ns,
            Change::AllocationBytes(_) => row.unit == Unit::Bytes,
        };
        Some(Self {
            injected: (in_unit && a > 0.0).then(|| change.amount() / a),
            found: row.ratio?.value? - 1.0,
            difference: b - a,
        })
    }

    fn error(&self) -> Option<f64> {
        Some(self.found - self.injected?)
    }
}
