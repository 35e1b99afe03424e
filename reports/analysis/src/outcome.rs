//! How a row's outcome arises from its lines.

use labrun_record::{Outcome, Row, Run, Sample, Side};

use crate::latency::Latency;
use crate::stats::Observation;

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowOutcome {
    /// The worst outcome among its lines.
    pub outcome: Outcome,
    /// The reason of the first line with that outcome. One that was measured has it of a
    /// conformance of 0.
    pub reason: Option<String>,
    /// Of a replay: the side of that line, unless the row was measured.
    pub side: Option<Side>,
}

/// The outcome of the row whose lines are `lines`.
///
/// The worst line decides: a wrong output before a failure, before a timeout, before
/// what was never launched; a row is measured only if nothing went wrong in any of its
/// launches. Lines that were `not-selected` (an interruption) take nothing away from
/// launches that were measured. A row without a line was not selected, unless lines were lost.
pub fn outcome_of(run: &Run, lines: &[&Sample]) -> RowOutcome {
    let Some(worst) = lines
        .iter()
        .map(|l| effective(l))
        .max_by_key(|o| weight(*o))
    else {
        if run.has_lost {
            return RowOutcome {
                outcome: Outcome::Unavailable,
                reason: Some(
                    "no line of it can be read, and the run is damaged: take the run from where it was measured"
                        .to_owned(),
                ),
                side: None,
            };
        }
        return RowOutcome {
            outcome: Outcome::NotSelected,
            reason: Some(run.interrupted.as_ref().map_or_else(
                || "no launch of it was recorded".to_owned(),
                |why| format!("it had no launch: {why}"),
            )),
            side: None,
        };
    };
    let first = lines.iter().find(|l| effective(l) == worst);
    let recorded = first.and_then(|line| line.reason.clone());
    let reason = recorded.or_else(|| match first.map(|line| line.outcome) {
        _ if worst == Outcome::Measured => None,
        Some(Outcome::Measured) => Some("a launch was measured and gave no number".to_owned()),
        _ => Some(format!("{worst}, and no reason was recorded")),
    });
    RowOutcome {
        outcome: worst,
        reason,
        side: first
            .and_then(|line| line.side)
            .filter(|_| worst != Outcome::Measured),
    }
}

/// What the launches of a row gave.
pub(crate) struct Given {
    /// Their values in the order taken, with their blocks.
    pub(crate) values: Vec<Observation>,
    /// What they saw, of a row of latency.
    pub(crate) latency: Option<Latency>,
}

impl Given {
    /// By the measured ones of a row's lines.
    pub(crate) fn of(run: &Run, row: &Row, lines: &[&Sample]) -> Self {
        let measured = lines.iter().filter(|l| l.outcome == Outcome::Measured);
        let values = measured.filter_map(|line| {
            Some(Observation {
                block: line.block,
                value: line.value?,
            })
        });
        Self {
            values: values.collect(),
            latency: Latency::of(run, row, lines),
        }
    }

    /// The values without their blocks.
    pub(crate) fn bare(&self) -> Vec<f64> {
        self.values.iter().map(|seen| seen.value).collect()
    }
}

/// The lines of every row of the run, each in the order taken.
pub(crate) fn lines_by_row<'a>(run: &Run, samples: &'a [Sample]) -> Vec<Vec<&'a Sample>> {
    let mut rows = vec![Vec::new(); run.rows.len()];
    for sample in samples {
        if let Some(lines) = rows.get_mut(sample.row) {
            lines.push(sample);
        }
    }
    rows
}

/// A line that says measured and has no number is a failure of the lab.
fn effective(line: &Sample) -> Outcome {
    match (line.outcome, line.value) {
        (Outcome::Measured, Some(value)) if value.is_finite() => Outcome::Measured,
        (Outcome::Measured, _) => Outcome::Failed,
        (other, _) => other,
    }
}

fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Mismatch => 6,
        Outcome::Failed => 5,
        Outcome::Timeout => 4,
        Outcome::Unsupported => 3,
        Outcome::Unavailable => 2,
        Outcome::Measured => 1,
        Outcome::NotSelected => 0,
    }
}
