//! Suspects, and what another run says of them.
//!
//! Two runs one after another only suspect: one of hundreds of rows is worse by chance. What is
//! worse in a second run of the same candidate too is confirmed, and so is what a replay of the
//! two finds worse. What was counted needs neither: a byte more is no noise.

use labrun_record::{Artifact, IsolationRecord, Row, Run};
use serde::{Deserialize, Serialize};

use super::{Comparison, Measurements, Pair, RunId, compare, replayed, run_id};
use crate::Verdict;
use crate::artifact::artifact_among;

/// What another run says of the suspects.
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
    /// The rows that are worse and only suspected, with their numbers.
    pub fn suspects(&self) -> impl Iterator<Item = (usize, &Pair)> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(number, pair)| is_worse(pair) && !self.counted.contains(number))
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
            .find_map(undecided)
    }

    /// Finds what is worse by a count.
    pub(super) fn count_out(&mut self) {
        if self.undecided().is_none() {
            let rows = self.rows.iter().enumerate();
            let counted = rows.filter(|(_, pair)| pair.row.metric.is_exact() && is_worse(pair));
            self.counted = counted.map(|(number, _)| number).collect();
        }
    }

    /// Holds the suspects against another run: of the candidate, or a replay of the two.
    pub fn confirm(
        &mut self,
        base: Measurements<'_>,
        candidate: Measurements<'_>,
        again: Measurements<'_>,
        force: bool,
    ) {
        let run = run_id(again.run);
        let confirmed = match self.undecided().or_else(|| undecided(&run)) {
            Some(why) => Err(why),
            None if again.run.replay.is_some() => {
                replayed::confirmed(self, base.run, candidate.run, again, force)
            }
            None => self.again(base, candidate, again, force),
        };
        let (confirmed, why_not) = match confirmed {
            Ok(confirmed) => (confirmed, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        self.confirmation = Some(Confirmation {
            run,
            confirmed,
            why_not,
        });
    }

    /// The suspects that are worse in a second run of the candidate too, or why it says nothing.
    fn again(
        &self,
        base: Measurements<'_>,
        candidate: Measurements<'_>,
        again: Measurements<'_>,
        force: bool,
    ) -> Result<Vec<usize>, String> {
        let other = compare(base, again, force);
        if let [first, ..] = &other.incomparable[..]
            && !other.forced
        {
            return Err(format!("it cannot be compared with the base: {first}"));
        }
        if self.candidate.run == other.candidate.run {
            return Err("it is the candidate itself".to_owned());
        }
        let is_confirmed = |row: &Row| {
            let mut suspects = other.suspects();
            Launched::of(candidate.run).is_as(&Launched::of(again.run), row)
                && suspects.any(|(_, pair)| pair.row == *row)
        };
        let suspects = self.suspects();
        let confirmed = suspects.filter(|(_, pair)| is_confirmed(&pair.row));
        Ok(confirmed.map(|(number, _)| number).collect())
    }
}

fn is_worse(pair: &Pair) -> bool {
    pair.ratio.is_some_and(|r| r.verdict == Verdict::Worse)
}

/// Why a run can only suspect, if so.
fn undecided(run: &RunId) -> Option<String> {
    let what = match (run.indicative, run.interrupted) {
        (true, _) => "an indication only (--quick)",
        (_, true) => "interrupted",
        _ => return None,
    };
    Some(format!("{} is {what}, and can only suspect", run.run))
}

/// What a run, or a side of a replay, has launched.
pub(super) struct Launched<'a> {
    pub artifacts: &'a [Artifact],
    pub isolations: &'a [IsolationRecord],
}

impl<'a> Launched<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        Self {
            artifacts: &run.artifacts,
            isolations: &run.isolations,
        }
    }

    /// Whether both launched the same for a row: the artifact, and the version of the isolation.
    pub(super) fn is_as(&self, other: &Launched<'_>, row: &Row) -> bool {
        self.of_row(row) == other.of_row(row)
    }

    /// Whether both launched the same artifact for a row.
    pub(super) fn has_artifact_of(&self, other: &Launched<'_>, row: &Row) -> bool {
        self.artifact(row) == other.artifact(row)
    }

    fn of_row(&self, row: &Row) -> [Option<&str>; 2] {
        let mut isolations = self.isolations.iter();
        let isolation = isolations.find(|isolation| isolation.name == row.isolation);
        let version = isolation.and_then(|isolation| isolation.version.as_deref());
        [self.artifact(row), version]
    }

    fn artifact(&self, row: &Row) -> Option<&str> {
        artifact_among(self.artifacts, row).map(|artifact| artifact.sha256.as_str())
    }
}
