//! One value of a row from one fresh launch: a line of `samples.jsonl`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// One line of `samples.jsonl`. A row that was not measured has one line too, with
/// its outcome and reason and no value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Index into `rows` of `run.json`.
    pub row: usize,
    /// Which shuffled block the launch belonged to, from 0.
    pub block: u32,
    /// Place of the launch in the whole run, from 0. Rows of one launch share it.
    pub seq: u32,
    /// When it was taken, nanoseconds of `CLOCK_MONOTONIC` since the run began.
    pub at_ns: u64,
    /// What became of the launch.
    pub outcome: Outcome,
    /// The value in the metric's unit; null unless measured.
    pub value: Option<f64>,
    /// Contiguous spans in their order, in the metric's unit, that sum to the
    /// value. Empty where a metric has none.
    #[serde(default)]
    pub phases: IndexMap<String, f64>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
