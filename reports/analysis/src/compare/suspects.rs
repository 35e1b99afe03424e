//! What two runs one after another suspect: one of hundreds of rows is worse by chance. What was
//! counted is no noise, and is beyond doubt.

use super::{CommonShift, Comparison, Pair, RunId};
use crate::Verdict;

impl Comparison {
    /// The rows that are worse and only suspected, with their numbers.
    pub fn suspects(&self) -> impl Iterator<Item = (usize, &Pair)> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(number, pair)| is_worse(pair) && !self.counted.contains(number))
    }

    /// The shifts that are suspects themselves: all rows together got slower, or larger, and that was
    /// not the machine, or nothing says that it was.
    pub fn suspected_shifts(&self) -> impl Iterator<Item = &CommonShift> {
        self.shifts.iter().filter(|shift| shift.is_suspect())
    }

    /// What a replay has to decide: the suspects, and all rows of a shift that is one.
    pub fn in_question(&self) -> impl Iterator<Item = (usize, &Pair)> {
        let of_shift = |pair: &Pair| {
            let shift = CommonShift::on(&self.shifts, pair);
            let is_row = pair.ratio.is_some() && !pair.row.is_control();
            is_row && shift.is_some_and(CommonShift::is_suspect)
        };
        let rows = self.rows.iter().enumerate();
        rows.filter(move |(number, pair)| {
            let is_suspect = is_worse(pair) && !self.counted.contains(number);
            is_suspect || of_shift(pair)
        })
    }

    /// The rows that are worse beyond doubt: by a count, or because another run confirms it.
    pub fn confirmed(&self) -> impl Iterator<Item = &Pair> {
        let again = self.confirmation.iter().flat_map(|c| &c.confirmed);
        let numbers = self.counted.iter().chain(again);
        numbers.filter_map(|number| self.rows.get(*number))
    }

    /// Why nothing can be decided by these two, whatever another run says: one of them can only
    /// suspect.
    pub fn undecided(&self) -> Option<String> {
        [&self.base, &self.candidate]
            .into_iter()
            .find_map(RunId::undecided)
    }

    /// Finds what is worse by a count.
    pub(super) fn count_out(&mut self) {
        if self.undecided().is_none() {
            let rows = self.rows.iter().enumerate();
            let counted = rows.filter(|(_, pair)| pair.row.metric.is_counted() && is_worse(pair));
            self.counted = counted.map(|(number, _)| number).collect();
        }
    }
}

impl RunId {
    /// Why it can only suspect, if so.
    pub(super) fn undecided(&self) -> Option<String> {
        let what = match (self.indicative, self.interrupted) {
            (true, _) => "an indication only (--quick)",
            (_, true) => "interrupted",
            _ => return None,
        };
        Some(format!("{} is {what}, and can only suspect", self.run))
    }
}

/// A control is nothing of the candidate's.
fn is_worse(pair: &Pair) -> bool {
    !pair.row.is_control() && pair.ratio.is_some_and(|r| r.verdict == Verdict::Worse)
}
