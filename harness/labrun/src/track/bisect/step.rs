//! A step: one of those that may be the first bad one, replayed against the good one.

use std::collections::BTreeSet;

use lab::model::Ended;
use lab::outcome::chain;
use lab::side::SideName;
use labrun_history::judge::{Direction, Replay};
use labrun_record::{Better, Row};

use super::search::Is;
use crate::cli::{Cli, ExportArgs, QuadsArgs, ReplayArgs, SelectArgs};
use crate::replay::of_rows;
use crate::say;
use crate::settings::Settings;
use crate::track::replays::verdict;

/// Seconds for a step where nothing is said.
const STEP_S: f64 = 300.0;

/// What each step has.
pub(super) struct Step<'a> {
    pub(super) cli: &'a Cli,
    pub(super) settings: &'a Settings,
    pub(super) time_budget_s: Option<f64>,
    pub(super) scenario: &'a str,
    pub(super) rows: &'a [Row],
    pub(super) direction: Direction,
}

impl Step<'_> {
    /// Replays side `b` against `a`, the good one. `None` if it was interrupted.
    pub(super) fn look(&self, a: SideName, b: SideName) -> Option<Is> {
        let name = b.to_string();
        let args = ReplayArgs {
            a,
            b,
            scenario: Some(self.scenario.to_owned()),
            select: SelectArgs::default(),
            suspects: false,
            quads: QuadsArgs {
                number: None,
                time_budget: Some(self.time_budget_s.unwrap_or(STEP_S)),
                seed: None,
                out: None,
                full: false,
                json: false,
                exports: ExportArgs::default(),
            },
            strict: false,
        };
        let rows: BTreeSet<Row> = self.rows.iter().cloned().collect();
        let read = match of_rows(self.cli, self.settings, &args, rows) {
            Ok(Some((read, Ended::Complete))) => read,
            Ok(Some((_, Ended::Interrupted)) | None) => return None,
            Err(error) => {
                let why = chain(error.as_ref());
                say::line(&format!("{name} cannot be replayed: {why}"));
                return Some(Is::Unknown);
            }
        };
        let results = read.summary.replay.as_ref().map(|replay| &replay.results);
        let results = results.map_or(&[][..], Vec::as_slice);
        let said: Vec<Is> = results
            .iter()
            .map(|row| self.of(&verdict(row), row.row.metric.better()))
            .collect();
        let count = |is: Is| said.iter().filter(|one| **one == is).count();
        Some(match (count(Is::Good), count(Is::Bad)) {
            (good, bad) if good > bad => Is::Good,
            (good, bad) if bad > good => Is::Bad,
            _ => {
                let mut reasons = results.iter().filter_map(|row| row.reason.as_deref());
                if let Some(reason) = reasons.next() {
                    say::line(&format!("{name} cannot be replayed: {reason}"));
                }
                Is::Unknown
            }
        })
    }

    fn of(&self, replay: &Replay, better: Better) -> Is {
        match *replay {
            Replay::Equivalent => Is::Good,
            Replay::Confirmed { ratio, .. } => {
                let is_worse = (ratio > 1.0) == (better == Better::Lower);
                if is_worse == (self.direction == Direction::Worse) {
                    Is::Bad
                } else {
                    Is::Good
                }
            }
            _ => Is::Unknown,
        }
    }
}
