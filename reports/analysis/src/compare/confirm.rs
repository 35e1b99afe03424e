//! Suspects, and what another run of the candidate says of them.
//!
//! Two runs one after another only suspect: one of hundreds of rows is worse by chance. What is
//! worse in a second run of the same candidate too is confirmed.

use labrun_record::{Outcome, Row};
use serde::{Deserialize, Serialize};

use super::{Comparison, Measurements, Pair, RunId, compare, run_id};
use crate::{Verdict, artifact_of};

/// What another run of the candidate says of the suspects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Which run.
    pub run: RunId,
    /// The rows that are worse in it too, by their numbers in `rows`.
    pub confirmed: Vec<usize>,
    /// Why nothing can be confirmed by it.
    pub why_not: Option<String>,
}

impl Comparison {
    /// The rows that are worse, with their numbers.
    pub fn suspects(&self) -> impl Iterator<Item = (usize, &Pair)> {
        let is_worse = |pair: &Pair| pair.ratio.is_some_and(|r| r.verdict == Verdict::Worse);
        let rows = self.rows.iter().enumerate();
        rows.filter(move |(_, pair)| is_worse(pair))
    }

    /// The rows that went wrong in the candidate.
    pub fn went_wrong(&self) -> impl Iterator<Item = &Row> {
        let wrong = |outcome: Outcome| {
            matches!(
                outcome,
                Outcome::Failed | Outcome::Timeout | Outcome::Mismatch
            )
        };
        let both = self.rows.iter().filter(move |p| wrong(p.candidate.outcome));
        let own = self.only_in_candidate.iter();
        let own = own.filter(move |row| wrong(row.outcome));
        both.map(|pair| &pair.row).chain(own.map(|own| &own.row))
    }

    /// Holds the suspects against another run of the candidate.
    pub fn confirm(
        &mut self,
        base: Measurements<'_>,
        candidate: Measurements<'_>,
        again: Measurements<'_>,
        force: bool,
    ) {
        let other = compare(base, again, force);
        let why_not = why_not(self, &other);
        let is_worse = |row: &Row| {
            let mut suspects = other.suspects();
            let same = artifact_of(candidate.run, row).map(|artifact| &artifact.sha256)
                == artifact_of(again.run, row).map(|artifact| &artifact.sha256);
            same && suspects.any(|(_, pair)| pair.row == *row)
        };
        let suspects = self.suspects().filter(|(_, pair)| is_worse(&pair.row));
        let confirmed = suspects.map(|(number, _)| number).collect();
        self.confirmation = Some(Confirmation {
            run: run_id(again.run),
            confirmed: if why_not.is_none() {
                confirmed
            } else {
                Vec::new()
            },
            why_not,
        });
    }
}

/// Why one run confirms nothing of what another comparison suspects.
fn why_not(first: &Comparison, second: &Comparison) -> Option<String> {
    if let [first, ..] = &second.incomparable[..]
        && !second.forced
    {
        return Some(format!("it cannot be compared with the base: {first}"));
    }
    if first.candidate.run == second.candidate.run {
        return Some("it is the candidate itself".to_owned());
    }
    let runs = [&first.base, &first.candidate, &second.candidate];
    runs.into_iter().find_map(|run| {
        let what = match (run.indicative, run.interrupted) {
            (true, _) => "an indication only (--quick)",
            (_, true) => "interrupted",
            _ => return None,
        };
        Some(format!("{} is {what}, and can only suspect", run.run))
    })
}
