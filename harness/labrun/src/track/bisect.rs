//! `labrun track bisect`: the commit that made something worse, by a replay for each step.

use std::collections::BTreeSet;

use lab::define::LabFolder;
use lab::git::Checkout;
use lab::model::Ended;
use lab::outcome::chain;
use labrun_history::judge::{Direction, Replay};
use labrun_history::{Finding, Nights, still_open};
use labrun_record::{Better, Row};
use serde_json::json;

use super::ack::{all_nights, is_meant};
use super::check::side;
use super::replays::verdict;
use super::{existing, name_damaged, rules};
use crate::cli::{Cli, ExportArgs, QuadsArgs, ReplayArgs, SelectArgs, TrackBisectArgs};
use crate::exit::{self, Usage};
use crate::replay::of_rows;
use crate::say;
use crate::settings::Settings;

/// Seconds for a step where nothing is said.
const STEP_S: f64 = 300.0;

/// Rows of a finding that are replayed at each step: those of a group say the same.
const MOST_ROWS: usize = 3;

/// What a commit is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Good,
    Bad,
    /// It cannot be built, or its replay decides nothing.
    Unknown,
}

/// Finds the commit.
pub(super) fn run(cli: &Cli, settings: &Settings, args: &TrackBisectArgs) -> anyhow::Result<u8> {
    let history = existing(&args.history)?;
    let known = rules::known(&history, None, cli.lab.as_deref())?;
    name_damaged(&known.damaged);
    let mut open: Vec<(Finding, String, Vec<Row>)> = Vec::new();
    for nights in all_nights(&history)? {
        for one in still_open(&nights, &known.watching) {
            if let Some(place) = nights.place(&one.night) {
                let rows = rows_of(&nights, &one);
                open.push((one, nights.heads[place].scenario.clone(), rows));
            }
        }
    }
    open.retain(|(one, ..)| args.what.as_deref().is_none_or(|what| is_meant(one, what)));
    let [(finding, scenario, rows)] = open.as_slice() else {
        let labels: Vec<&str> = open.iter().map(|(one, ..)| one.label.as_str()).collect();
        anyhow::bail!(Usage(match labels.as_slice() {
            [] => "no regression that is open is meant: there is nothing to look for".to_owned(),
            several => format!("name one of those that are open: {}", several.join("; ")),
        }));
    };
    let lab = LabFolder::find(cli.lab.as_deref(), &std::env::current_dir()?)?;
    let checkout = Checkout::of(lab.path())?;
    let end = |said: &Option<String>, found: &Option<String>, flag: &str| {
        let word = said.as_ref().or(found.as_ref()).ok_or_else(|| {
            Usage(format!(
                "the history does not say which commit it was: name it by {flag}"
            ))
        })?;
        Ok::<String, anyhow::Error>(checkout.commit(word)?)
    };
    let good = end(&args.good, &finding.last_good, "--good")?;
    let bad = end(&args.bad, &finding.first_bad, "--bad")?;
    let between = checkout.between(&good, &bad)?;
    if between.is_empty() {
        anyhow::bail!(Usage(format!("{bad} does not come after {good}")));
    }
    say::line(&format!(
        "{}: {} commits to choose from",
        finding.label,
        between.len()
    ));
    let step = Step {
        cli,
        settings,
        args,
        good: &good,
        scenario,
        rows,
        direction: finding.direction,
    };
    // The last of them is bad, by the nights.
    let (mut first, mut last) = (0, between.len() - 1);
    let mut unknown: BTreeSet<usize> = BTreeSet::new();
    while let Some(middle) = next(first, last, &unknown) {
        let commit = &between[middle];
        let Some(is) = step.look(commit) else {
            return Ok(exit::interrupted("no commit is named"));
        };
        let word = match is {
            Is::Good => "good",
            Is::Bad => "bad",
            Is::Unknown => "not decided",
        };
        say::line(&format!("{commit}: {word}"));
        match is {
            Is::Good => first = middle + 1,
            Is::Bad => last = middle,
            Is::Unknown => drop(unknown.insert(middle)),
        }
    }
    let left = &between[first..=last];
    if args.json {
        crate::out::json(&json!({
            "schema_version": labrun_history::HISTORY_SCHEMA, "label": finding.label, "commits": left,
        }))?;
    } else if let [one] = left {
        crate::out::line(&format!("first bad commit: {one}"))?;
    } else {
        crate::out::line(&format!(
            "one of these, between which nothing is decided: {}",
            left.join(" ")
        ))?;
    }
    Ok(exit::FINE)
}

/// The commit in the middle of those that may still be the first bad one, without those that decide
/// nothing. The last is known to be bad.
fn next(first: usize, last: usize, unknown: &BTreeSet<usize>) -> Option<usize> {
    let middle = usize::midpoint(first, last);
    let candidates = (first..last).filter(|at| !unknown.contains(at));
    candidates.min_by_key(|at| at.abs_diff(middle))
}

/// The measured rows of a finding, the first few.
fn rows_of(nights: &Nights, finding: &Finding) -> Vec<Row> {
    let own = finding.series.iter().filter_map(|id| nights.place_of(id));
    let rows = own.filter_map(|place| nights.series[place].key.row().cloned());
    rows.take(MOST_ROWS).collect()
}

/// What each step has.
struct Step<'a> {
    cli: &'a Cli,
    settings: &'a Settings,
    args: &'a TrackBisectArgs,
    good: &'a str,
    scenario: &'a str,
    rows: &'a [Row],
    direction: Direction,
}

impl Step<'_> {
    /// Replays a commit against the good one. `None` if it was interrupted.
    fn look(&self, commit: &str) -> Option<Is> {
        let (Some(a), Some(b)) = (side("commit", self.good), side("commit", commit)) else {
            return Some(Is::Unknown);
        };
        let args = ReplayArgs {
            a,
            b,
            scenario: Some(self.scenario.to_owned()),
            select: SelectArgs::default(),
            suspects: false,
            quads: QuadsArgs {
                number: None,
                time_budget: Some(self.args.time_budget.unwrap_or(STEP_S)),
                seed: None,
                out: None,
                full: false,
                json: false,
                exports: ExportArgs::default(),
            },
            strict: false,
        };
        let rows = self.rows.iter().cloned().collect();
        let read = match of_rows(self.cli, self.settings, &args, rows) {
            Ok(Some((read, Ended::Complete))) => read,
            Ok(Some((_, Ended::Interrupted)) | None) => return None,
            Err(error) => {
                say::line(&format!(
                    "{commit} cannot be replayed: {}",
                    chain(error.as_ref())
                ));
                return Some(Is::Unknown);
            }
        };
        let results = read.summary.replay.as_ref().map(|replay| &replay.results);
        let said: Vec<Is> = results
            .into_iter()
            .flatten()
            .map(|row| self.of(&verdict(row), row.row.metric.better()))
            .collect();
        let count = |is: Is| said.iter().filter(|one| **one == is).count();
        Some(match (count(Is::Good), count(Is::Bad)) {
            (good, bad) if good > bad => Is::Good,
            (good, bad) if bad > good => Is::Bad,
            _ => Is::Unknown,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_asked_next_and_what_decides_nothing_is_gone_around() {
        let none = BTreeSet::new();
        assert_eq!(next(0, 8, &none), Some(4));
        assert_eq!(next(0, 8, &BTreeSet::from([4])), Some(3));
        assert_eq!(next(3, 3, &none), None, "the last is bad");
        assert_eq!(next(3, 4, &none), Some(3));
        assert_eq!(next(3, 5, &BTreeSet::from([3, 4])), None);
    }
}
