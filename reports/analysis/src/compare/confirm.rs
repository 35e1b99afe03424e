//! What another run says of the suspects: a second one of the candidate, or a replay of the two.

use serde::{Deserialize, Serialize};

use super::{Comparison, Measurements, RunId, again, replayed, run_id};
use crate::Verdict;

/// What another run says of the suspects, by their numbers in `rows`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Confirmation {
    /// Which run.
    pub run: RunId,
    /// Why it can confirm nothing, whatever is suspected; all else is empty then.
    pub unfit: Option<String>,
    /// The rows that are worse in it too.
    pub confirmed: Vec<usize>,
    /// The rows that are not worse in it.
    pub refuted: Vec<usize>,
    /// The rows that it does not decide: its interval is too wide, or they were not measured in it.
    pub undecided: Vec<usize>,
    /// The rows for which it launched something else.
    pub unlike: Vec<usize>,
    /// The rows that it does not have.
    pub absent: Vec<usize>,
}

/// What another run says of a suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// It does not have the row.
    Absent,
    /// It launched something else for it.
    Unlike,
    /// What it came to; none where it was not measured.
    Judged(Option<Verdict>),
}

/// A suspect's number, and what is found.
pub(super) type Found = (usize, Finding);

impl Comparison {
    /// Holds the suspects against another run: of the candidate, or a replay of the two.
    pub fn confirm(
        &mut self,
        base: Measurements<'_>,
        candidate: Measurements<'_>,
        again: Measurements<'_>,
        force: bool,
    ) {
        let run = run_id(again.run);
        let found = match run.undecided() {
            Some(why) => Err(why),
            None if again.run.replay.is_some() => {
                replayed::found(self, base.run, candidate.run, again, force)
            }
            None => again::found(self, base, candidate.run, again, force),
        };
        self.confirmation = Some(match found {
            // These two decide nothing, whatever it says.
            Ok(_) if self.undecided().is_some() => Confirmation::new(run, &[]),
            Ok(found) => Confirmation::new(run, &found),
            Err(why) => Confirmation {
                unfit: Some(why),
                ..Confirmation::new(run, &[])
            },
        });
    }
}

impl Confirmation {
    fn new(run: RunId, found: &[Found]) -> Self {
        let with = |is: fn(Finding) -> bool| {
            let own = found.iter().filter(|(_, finding)| is(*finding));
            own.map(|(number, _)| *number).collect()
        };
        Self {
            run,
            unfit: None,
            confirmed: with(|one| one == Finding::Judged(Some(Verdict::Worse))),
            refuted: with(|one| {
                use Verdict::{Better, Equivalent};
                matches!(one, Finding::Judged(Some(Better | Equivalent)))
            }),
            undecided: with(|one| {
                matches!(one, Finding::Judged(None | Some(Verdict::Inconclusive)))
            }),
            unlike: with(|one| one == Finding::Unlike),
            absent: with(|one| one == Finding::Absent),
        }
    }
}
