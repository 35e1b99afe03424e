//! What people have said of a history: from where on another value is normal (`labrun-epochs.toml`), and
//! which change matters (`labrun-track.toml`); and what checks have confirmed so far.

use std::collections::BTreeMap;

use labrun_record::Row;
use serde::{Deserialize, Serialize};

use crate::finding::{Check, Closed, Finding};
use crate::judge::{Direction, Settings};
use crate::key::{PROCESSORS, SeriesKey, Subject};
use crate::nights::{Column, Nights};

/// All that decides how a night is judged, beside the nights.
#[derive(Debug, Clone, Default)]
pub struct Watching {
    /// `labrun-track.toml`.
    pub rules: Rules,
    /// `labrun-epochs.toml`.
    pub epochs: Epochs,
    /// What was confirmed before this night.
    pub findings: Vec<Finding>,
    /// And what of it had ended before this night.
    pub closed: Vec<Closed>,
}

/// `labrun-track.toml`: how nights are judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// The least change that matters, by metric, in per cent: `latency = 5.0`. What is counted has none.
    pub least_effect: BTreeMap<String, f64>,
    /// Settings of the judge.
    pub judge: Settings,
}

/// `labrun-epochs.toml`: what is another normal, since when and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epochs {
    /// Each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epoch: Vec<Epoch>,
}

/// From a night on another value of some series is normal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// The first night of it: the name of its file, or the beginning of one (`20261128`).
    pub since: String,
    /// Why.
    pub reason: String,
    /// Series by their ids; all that the words below name where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<String>,
    /// A workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// An isolation; `wasmtime/*` is all of a technology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// A metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
}

/// The least change of what is measured that matters where nothing else is said.
const LEAST_EFFECT: f64 = 0.02;

/// That of a count that varies a little: seeds and threads move it, and no machine.
const LEAST_EFFECT_OF_A_COUNT: f64 = 0.001;

/// That of a percentile: its tail is wide, and moves by itself.
const LEAST_EFFECT_OF_A_TAIL: f64 = 0.10;

/// What others may take of the processors without a word: something always runs.
const LEAST_EFFECT_OF_OTHERS: f64 = 0.10;

impl Watching {
    /// What people have said, with what checks have found, which are of the nights before.
    pub fn new<'a>(rules: Rules, epochs: Epochs, checks: impl Iterator<Item = &'a Check>) -> Self {
        let mut all = Self {
            rules,
            epochs,
            ..Self::default()
        };
        for check in checks {
            all.findings.extend(check.confirmed.iter().cloned());
            all.closed.extend(check.closed.iter().cloned());
        }
        all
    }

    /// Since which night the first of what is worse is that no check has seen the end of, and nobody accepted by
    /// naming its series.
    pub fn first_unsettled(&self) -> Option<&str> {
        let is_accepted = |finding: &Finding| {
            let mut epochs = self.epochs.epoch.iter();
            epochs.any(|epoch| {
                let all = finding.series.iter();
                epoch.since >= finding.since && all.clone().all(|id| epoch.series.contains(id))
            })
        };
        let worse = self.findings.iter();
        worse
            .filter(|finding| finding.direction == Direction::Worse && !is_accepted(finding))
            .filter(|finding| !self.closed.iter().any(|closed| closed.is(finding)))
            .map(|finding| finding.since.as_str())
            .min()
    }

    /// The least change of a series that matters: 0.02 is 2 %.
    pub fn least_effect(&self, key: &SeriesKey) -> f64 {
        let said = self.rules.least_effect.get(key.metric());
        said.map_or_else(|| least_effect(key), |percent| percent / 100.0)
    }

    /// The epochs that name no series of these nights: a slip of the pen, or a series that is no more.
    pub fn unused<'a>(&'a self, nights: &'a Nights) -> impl Iterator<Item = &'a Epoch> {
        let names_none = |epoch: &&Epoch| {
            let mut columns = nights.series.iter();
            !columns.any(|column| epoch.holds(&column.id, &column.key))
        };
        self.epochs.epoch.iter().filter(names_none)
    }

    /// The nights from which on another level of a series is normal: that of each epoch which was declared for
    /// it, and of each change of it that was confirmed.
    pub fn levels(&self, column: &Column, nights: &Nights) -> Vec<usize> {
        // What begins after the last night has not begun.
        let first_from = |since: &str| {
            let mut names = nights.names.iter();
            names.position(|name| name.as_str() >= since)
        };
        let declared = self.epochs.epoch.iter();
        let declared = declared
            .filter(|epoch| epoch.holds(&column.id, &column.key))
            .filter_map(|epoch| first_from(&epoch.since));
        let confirmed = self.findings.iter();
        let confirmed = confirmed
            .filter(|finding| finding.holds(&column.id))
            .filter_map(|finding| first_from(&finding.since));
        let mut levels: Vec<usize> = declared.chain(confirmed).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }
}

fn least_effect(key: &SeriesKey) -> f64 {
    match &key.subject {
        Subject::Row(row) if row.metric.is_exact() => 0.0,
        Subject::Row(row) if row.metric.is_counted() => LEAST_EFFECT_OF_A_COUNT,
        Subject::Row(row) if is_of_a_tail(row) => LEAST_EFFECT_OF_A_TAIL,
        Subject::Probe(name) if name == PROCESSORS => LEAST_EFFECT_OF_OTHERS,
        _ => LEAST_EFFECT,
    }
}

/// Whether a row is of a percentile from the 90th on, which informs and alerts nobody.
pub fn is_of_a_tail(row: &Row) -> bool {
    let percentile = row.params.get("percentile");
    percentile
        .and_then(|text| text.trim_start_matches('p').parse::<f64>().ok())
        .is_some_and(|percentile| percentile >= 90.0)
}

impl Epoch {
    /// Whether it is about this series.
    pub fn holds(&self, id: &str, key: &SeriesKey) -> bool {
        if !self.series.is_empty() {
            return self.series.iter().any(|own| own == id);
        }
        let Some(row) = key.row() else {
            return self.workload.is_none() && self.isolation.is_none() && self.metric.is_none();
        };
        let is = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|w| w == own);
        let of_isolation = self.isolation.as_ref().is_none_or(|wanted| {
            let technology = wanted.strip_suffix("/*");
            technology.map_or(*wanted == row.isolation, |technology| {
                technology == key.group()
            })
        });
        is(&self.workload, &row.workload) && of_isolation && is(&self.metric, row.metric.name())
    }
}
