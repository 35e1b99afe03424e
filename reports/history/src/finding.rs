//! What a check found: a file for each, which is never changed.

use serde::{Deserialize, Serialize};

use crate::judge::{Conclusion, Direction, EnvironmentShift, Replay};
use crate::night::HISTORY_SCHEMA;
use crate::nights::Column;

/// The ratio of a count that was zero, and is not any more: nothing is a multiple of zero, and JSON has no
/// infinity.
pub const FROM_ZERO: f64 = f64::MAX;

/// Something that was confirmed: it is cried once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The night in which it was confirmed.
    pub night: String,
    /// The first night that has it: E-divisive says which, or it is the one of the confirmation.
    pub since: String,
    /// The ids of its series: one, or those of a group.
    pub series: Vec<String>,
    /// What it is called: the series, or `wasmtime: 23 series`.
    pub label: String,
    /// Of a group its series, those that changed the most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// Which way.
    pub direction: Direction,
    /// `slower`, `larger` ...
    pub word: String,
    /// The new value as a multiple of the old one; [`FROM_ZERO`] where that was zero.
    pub ratio: f64,
    /// Its 95 % interval; absent of what two nights confirmed without a replay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Whether it is too rare to be chance among all that was judged that night (Benjamini and Hochberg);
    /// of a group, whose replays agree, always.
    pub stands: bool,
    /// Commit of the night before, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good: Option<String>,
    /// Commit of the first night that has it, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<String>,
    /// What changed between the two nights: versions, toolchain, kernel, artifact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

/// A series of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// What it is called.
    pub label: String,
    /// The new value as a multiple of the old one, by its replay; by the night where none decided.
    pub ratio: f64,
}

impl Closed {
    /// Whether it is this finding.
    pub fn is(&self, finding: &Finding) -> bool {
        self.night == finding.night && self.label == finding.label
    }
}

impl Finding {
    /// Whether it is about this series.
    pub fn holds(&self, id: &str) -> bool {
        self.series.iter().any(|own| own == id)
    }

    /// The new value of one of its series as a multiple of the old one.
    pub(crate) fn ratio_of(&self, column: &Column) -> f64 {
        if self.members.is_empty() {
            return self.ratio;
        }
        let label = column.key.label();
        let own = self.members.iter().find(|member| member.label == label);
        own.map_or(self.ratio, |member| member.ratio)
    }
}

/// What is only suspected, or was dismissed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suspected {
    /// Id of its series.
    pub series: String,
    /// What it is called.
    pub label: String,
    /// Which way.
    pub direction: Direction,
    /// `slower`, `larger` ...
    pub word: String,
    /// The night's value as a multiple of the usual one, without the night's own shift.
    pub ratio: f64,
    /// By how many standard deviations.
    pub sigmas: f64,
    /// What its replay came to.
    pub replay: Replay,
    /// What it comes to.
    pub conclusion: Conclusion,
}

/// Something that was worse, and is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Closed {
    /// The night in which it was confirmed.
    pub night: String,
    /// What it is called.
    pub label: String,
    /// The first night that has it no more.
    pub since: String,
}

/// A check of one night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// [`HISTORY_SCHEMA`] of the writer.
    pub schema_version: u32,
    /// The night.
    pub night: String,
    /// Series that were held against a baseline.
    pub judged: usize,
    /// Series with too few nights.
    pub no_baseline: usize,
    /// Series that the night before had, and this one has not.
    pub ended: Vec<String>,
    /// What was common to all times, and to all amounts: multiples of the usual value.
    pub shifts: Vec<f64>,
    /// The machine was another.
    pub environment: Option<EnvironmentShift>,
    /// What is confirmed.
    pub confirmed: Vec<Finding>,
    /// What is not.
    pub suspected: Vec<Suspected>,
    /// What was worse until then, and is no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Closed>,
}

impl Check {
    /// Whether anything is confirmed to be worse.
    pub fn is_worse(&self) -> bool {
        let mut all = self.confirmed.iter();
        all.any(|finding| finding.direction == Direction::Worse)
    }

    /// Whether anything of it was decided, by a replay or by two nights: a check that decided nothing is
    /// not to take its place.
    pub fn is_decided(&self) -> bool {
        let decides =
            |one: &Suspected| !matches!(one.replay, Replay::NotReplayed | Replay::NoOldBuild);
        !self.confirmed.is_empty() || self.suspected.iter().any(decides)
    }

    /// An empty one of a night.
    pub fn of(night: &str) -> Self {
        Self {
            schema_version: HISTORY_SCHEMA,
            night: night.to_owned(),
            judged: 0,
            no_baseline: 0,
            ended: Vec::new(),
            shifts: Vec::new(),
            environment: None,
            confirmed: Vec::new(),
            suspected: Vec::new(),
            closed: Vec::new(),
        }
    }
}
