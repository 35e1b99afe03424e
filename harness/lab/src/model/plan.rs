//! The launches of a run, each with the rows that it gives samples to.

use labrun_record::{Artifact, Metric, Outcome, Row};

use crate::isolation::Job;

/// One kind of launch. All rows of a group get one sample from each launch.
#[derive(Debug)]
pub struct Group {
    /// Index of the isolation.
    pub isolation: usize,
    /// Its rows: what is measured, and the row's number.
    pub rows: Vec<(Metric, usize)>,
    /// What is launched, or why nothing is.
    pub job: Result<Job, Blocked>,
    /// What the launch runs, for `run.json`.
    pub artifacts: Vec<Artifact>,
}

/// Why a kind of launch is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The outcome of its rows.
    pub outcome: Outcome,
    /// The reason, for a person.
    pub reason: String,
}

impl Blocked {
    /// One that a run did not come to: what an interruption left unbuilt is not missing.
    pub fn interrupted() -> Self {
        Self::new(
            Outcome::NotSelected,
            "the run was interrupted before it was built",
        )
    }

    /// One with an outcome and a reason.
    pub fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self {
            outcome,
            reason: reason.into(),
        }
    }
}

/// A row's identity in a scenario that has no scope and no params.
pub(crate) fn row(of: &Row, metric: Metric) -> Row {
    Row {
        metric,
        ..of.clone()
    }
}
