//! What a comparison comes to, for a page and for a pull request: in a sentence, and row by row.

use labrun_analysis::{Comparison, Pair, RunId, Side, Unmeasured};

use super::shift;
use crate::units::{self, plural};
use crate::words;

/// What is known of a row that is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// By a count, or by another run.
    Confirmed,
    /// Only these two runs say so.
    Suspected,
    /// Another run says that it is not.
    Refuted,
}

impl Standing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Suspected => "suspected",
            Self::Refuted => "refuted",
        }
    }
}

/// The rows that are worse, those that are confirmed first.
pub(super) fn worse(comparison: &Comparison) -> Vec<(Standing, &Pair)> {
    let confirmed = comparison.confirmed();
    let mut rows: Vec<(Standing, &Pair)> =
        confirmed.map(|pair| (Standing::Confirmed, pair)).collect();
    let refuted = comparison.confirmation.iter().flat_map(|by| &by.refuted);
    let refuted: Vec<usize> = refuted.copied().collect();
    for (number, pair) in comparison.suspects() {
        let is_confirmed = rows.iter().any(|(_, one)| std::ptr::eq(*one, pair));
        if !is_confirmed {
            let is_refuted = refuted.contains(&number);
            rows.push((
                if is_refuted {
                    Standing::Refuted
                } else {
                    Standing::Suspected
                },
                pair,
            ));
        }
    }
    // What is alike stays in the order of the runs.
    rows.sort_by_key(|(standing, _)| *standing);
    rows
}

/// `1 row is worse, and that is confirmed; 3 rows are suspected to be worse`.
pub(super) fn verdict(comparison: &Comparison) -> String {
    let worse = worse(comparison);
    let count = |wanted| worse.iter().filter(|(own, _)| *own == wanted).count();
    let (confirmed, suspected) = (count(Standing::Confirmed), count(Standing::Suspected));
    let wrong = comparison.went_wrong().count();
    let are = |count: usize| {
        let verb = if count == 1 { "is" } else { "are" };
        format!("{} {verb}", plural(count, "row"))
    };
    let mut said = Vec::new();
    if wrong > 0 {
        said.push(format!("{} went wrong", plural(wrong, "row")));
    }
    if confirmed > 0 {
        said.push(format!("{} worse, which is confirmed", are(confirmed)));
    }
    if suspected > 0 {
        said.push(format!("{} suspected to be worse", are(suspected)));
    }
    for shift in comparison.suspected_shifts() {
        said.push(format!("{} is suspected", shift::suspected(shift)));
    }
    let counts = comparison.counts;
    let compared = counts.better + counts.worse + counts.equivalent + counts.inconclusive;
    if said.is_empty() {
        said.push(match compared {
            0 => "no row was measured in both".to_owned(),
            rows => format!("nothing got worse, of {}", plural(rows, "row")),
        });
    }
    if counts.better > 0 {
        said.push(format!("{} better", are(counts.better)));
    }
    words::capital(&said.join("; "))
}

/// What became of a row without a number: `failed: exit code 1`.
pub(super) fn became(one: &Unmeasured<'_>) -> String {
    let reason = one.reason.and_then(|reason| reason.lines().next());
    match (one.outcome, reason) {
        (Some(outcome), Some(reason)) => format!("{outcome}: {reason}"),
        (Some(outcome), None) => outcome.to_string(),
        (None, _) => "the candidate has no such row".to_owned(),
    }
}

/// The median of a side with its interval and the number of launches: `1.69 ms [1.66, 1.72]`; what
/// became of it where there is none.
pub(super) fn side(pair: &Pair, side: &Side) -> String {
    match side.median {
        None => side.outcome.to_string(),
        Some(median) if pair.row.metric.is_exact() => units::value(median, pair.unit),
        Some(median) => units::with_interval(median, side.ci, pair.unit),
    }
}

/// What is told of a run, by a word for it.
type Fact = (&'static str, fn(&RunId) -> String);

/// What is told of both runs.
pub(super) const FACTS: [Fact; 6] = [
    ("run", |run| run.run.clone()),
    ("begun", |run| run.started.clone()),
    ("scenario", |run| run.scenario.clone()),
    ("labrun", |run| run.lab_version.clone()),
    ("method", |run| run.method_version.to_string()),
    ("machine class", |run| run.class.clone()),
];
