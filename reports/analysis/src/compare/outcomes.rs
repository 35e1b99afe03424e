//! What became of rows in the candidate that were measured, or were to be.

use labrun_record::{Outcome, Row};

use super::Comparison;

/// A row of which a run has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmeasured<'a> {
    /// Which row.
    pub row: &'a Row,
    /// What became of it; none where that run has no such row.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<&'a str>,
}

impl Comparison {
    /// The rows that failed, timed out or were wrong in the candidate.
    pub fn went_wrong(&self) -> impl Iterator<Item = Unmeasured<'_>> {
        let both = self.rows.iter().map(|pair| {
            let side = &pair.candidate;
            (&pair.row, side.outcome, side.reason.as_deref())
        });
        let own = self.only_in_candidate.iter();
        let own = own.map(|own| (&own.row, own.outcome, own.reason.as_deref()));
        let wrong = both.chain(own).filter(|(_, outcome, _)| is_wrong(*outcome));
        wrong.map(|(row, outcome, reason)| Unmeasured {
            row,
            outcome: Some(outcome),
            reason,
        })
    }

    /// The rows that went wrong in the base and were measured in the candidate.
    pub fn mended(&self) -> impl Iterator<Item = Unmeasured<'_>> {
        let mended = self.rows.iter().filter(|pair| {
            is_wrong(pair.base.outcome) && pair.candidate.outcome == Outcome::Measured
        });
        mended.map(|pair| Unmeasured {
            row: &pair.row,
            outcome: Some(pair.base.outcome),
            reason: pair.base.reason.as_deref(),
        })
    }

    /// The rows that were measured in the base and have no number in the candidate, where nothing
    /// went wrong.
    pub fn lost(&self) -> impl Iterator<Item = Unmeasured<'_>> {
        let both = self.rows.iter().filter(|pair| {
            let other = pair.candidate.outcome;
            pair.base.outcome == Outcome::Measured && other != Outcome::Measured && !is_wrong(other)
        });
        let both = both.map(|pair| Unmeasured {
            row: &pair.row,
            outcome: Some(pair.candidate.outcome),
            reason: pair.candidate.reason.as_deref(),
        });
        let gone = self.only_in_base.iter();
        let gone = gone.filter(|one| one.outcome == Outcome::Measured);
        both.chain(gone.map(|one| Unmeasured {
            row: &one.row,
            outcome: None,
            reason: None,
        }))
    }
}

fn is_wrong(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Failed | Outcome::Timeout | Outcome::Mismatch
    )
}
