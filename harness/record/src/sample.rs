//! One value of a row from one fresh launch: a line of `samples.jsonl`.

use serde::{Deserialize, Serialize};

use crate::{Histogram, Outcome, Phases, Side};

/// What makes the value of one launch doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It still got faster when it was measured.
    Unsteady,
    /// The load generator was near its own limit.
    NearCeiling,
}

/// One line of `samples.jsonl`. A row that was not measured has one line too, with
/// its outcome and reason and no value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sample {
    /// Index into `rows` of `run.json`.
    pub row: usize,
    /// Which shuffled block the launch belonged to, from 0.
    pub block: u32,
    /// Place of the launch in the whole run, from 0. Rows of one launch share it.
    pub seq: u32,
    /// Of a replay: the side that was launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// When it was taken, nanoseconds of `CLOCK_MONOTONIC` since the run began.
    pub at_ns: u64,
    /// What became of the launch.
    pub outcome: Outcome,
    /// The value in the metric's unit; null unless measured.
    pub value: Option<f64>,
    /// Contiguous spans in their order, in the metric's unit, that sum to the
    /// value. Empty where a metric has none.
    #[serde(default)]
    pub phases: Phases,
    /// What makes the value doubtful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// For the slope or the intercept of a line: the points that it was laid through,
    /// the number of instances and the bytes that they held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<(f64, f64)>,
    /// Of a latency at a rate: the requests per second that were offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Of a latency at a rate: those of all requests of the launch. Rows that differ in their
    /// percentile alone have the same one, so that each row can be read by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
    /// Under load, where several requests take turns: how many of each were answered rightly, in the
    /// order of the [`Load`](crate::Load)'s.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<u64>,
    /// Why there is no value; of a conformance of 0, what was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
