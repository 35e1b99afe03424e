//! The shape of `summary.json`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use labrun_record::{Better, Metric, Outcome, Resolution, Row, Run, Start, Unit};
use serde::{Deserialize, Serialize};

use crate::{Interval, ReplaySummary, Verdict, Warning};

/// `summary.json`, which is also what `--json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Version of the shape: [`labrun_record::SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the method that the run was taken with.
    pub method_version: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// The question that it answers.
    pub question: String,
    /// Name of the run.
    pub run: String,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// Whether it was taken with `--quick`.
    pub indicative: bool,
    /// Why it was ended before its plan was, if it was.
    pub interrupted: Option<String>,
    /// The equivalence margin of the verdicts; of several parts, the first one's.
    pub margin: f64,
    /// The scenarios that the run carried out one after another; absent where it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartSummary>,
    /// What it was measured on.
    pub machine: MachineSummary,
    /// A row each, in the order of the run's rows.
    pub results: Vec<RowSummary>,
    /// Doubts, and what to do about them.
    pub warnings: Vec<Warning>,
    /// Of a replay: what it comes to. Its `results` are empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplaySummary>,
    /// Of a replay of a build against itself: what the machine can tell apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}

/// A scenario that was carried out as a part of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartSummary {
    /// Name of the scenario.
    pub scenario: String,
    /// The question that it answers.
    pub question: String,
    /// The equivalence margin of its verdicts.
    pub margin: f64,
    /// Index of its first row in `results`.
    pub first_row: usize,
    /// How many rows it has.
    pub rows: usize,
}

/// What a run was measured on, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MachineSummary {
    /// `x86_64`, `aarch64`.
    pub arch: String,
    /// Model name of the processor.
    pub cpu: String,
    /// The machine class.
    pub class: String,
    /// Whether it emulates another architecture.
    pub emulated: bool,
}

/// A row: its identity, what became of it and, only if it was measured, its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = crate::schema::measured_rows_have_numbers)
)]
pub struct RowSummary {
    /// The identity.
    #[serde(flatten)]
    pub row: Row,
    /// Unit of the numbers.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// Whether it was taken from an emulated processor: its output was right and its counts are, and no
    /// time or memory of it is compared with anything.
    #[serde(default)]
    pub emulated: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not measured; of a conformance of 0, what was seen.
    pub reason: Option<String>,
    /// Version of the isolation; null where it is not here.
    pub isolation_version: Option<String>,
    /// Digest of the artifact that was run; null where the records leave it open.
    pub artifact_sha256: Option<String>,
    /// The numbers; absent from the file if it was not measured.
    #[serde(flatten)]
    pub numbers: Option<Numbers>,
}

/// The numbers of a measured row, in the metric's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Numbers {
    /// Launches that gave a value.
    pub n: usize,
    /// Median; of a latency the quantile that the row is about, of the requests of all launches.
    pub median: f64,
    /// 95% interval of [`Self::median`]; null under
    /// [`MIN_LAUNCHES`](crate::MIN_LAUNCHES) launches.
    pub ci: Option<Interval>,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// 90% quantile (definition 7 of Hyndman & Fan, as all).
    pub p90: f64,
    /// 95% quantile; null under 100 launches.
    pub p95: Option<f64>,
    /// 99% quantile; null under 1,000 launches.
    pub p99: Option<f64>,
    /// Medians of the phases in their order; they need not sum to the median.
    pub phases: IndexMap<String, PhaseSummary>,
    /// How it compares with the metric's reference; null for the reference itself, where
    /// the reference has no number, and for emulated rows.
    pub ratio: Option<Ratio>,
    /// Of a latency: how many requests there were in all launches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Of a latency: the requests per second that were offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// The distribution of the launches' values, ascending: all of up to 200, else 200 quantiles at
    /// the middles of as many equal shares; to four digits, or more where they are that close. Empty of
    /// what is counted and of latencies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<f64>,
    /// Of a latency, in the row with the least percentile of its requests alone: at most 60 points
    /// `[share, ns]`: so large a share of the requests of all launches took so long or longer, from
    /// all of them to one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tail: Vec<[f64; 2]>,
    /// Of `memory_marginal`: points `[instances, bytes]`, the median of what so many held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<[f64; 2]>,
    /// Of `memory_marginal`: `[slope, intercept]` of the line through what instances held, the medians
    /// over the launches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<[f64; 2]>,
    /// How the values lie in time and in groups.
    pub shape: Shape,
}

/// One phase of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PhaseSummary {
    /// Median over the launches, in the metric's unit; a launch without it counts as 0.
    pub median: f64,
}

/// A row against its metric's reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ratio {
    /// The reference's isolation.
    pub to: String,
    /// The reference's workload, where that is another program; absent where it is the row's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_workload: Option<String>,
    /// The reference's start.
    pub to_start: Option<Start>,
    /// Those of the reference's params that are not the row's; absent where none is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub to_params: BTreeMap<String, String>,
    /// Median (or quantile) of the row / that of the reference, over the blocks that both have.
    pub value: f64,
    /// 95% bootstrap interval of the ratio; null if there is none.
    pub ci: Option<Interval>,
    /// 90% interval, which decides whether they are equivalent; null if there is none.
    #[serde(default)]
    pub ci90: Option<Interval>,
    /// What the interval allows to be said.
    pub verdict: Verdict,
    /// Hodges-Lehmann shift from the reference, in the metric's unit.
    pub hodges_lehmann: Option<f64>,
    /// Cliff's delta against the reference, from -1 to 1.
    pub cliffs_delta: Option<f64>,
}

/// How the values of a row lie in time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shape {
    /// Lag-1 autocorrelation in the order taken; null if it has none.
    pub lag1: Option<f64>,
    /// Theil-Sen slope over the whole series as a share of the median; null under
    /// three launches.
    pub trend: Option<f64>,
}

impl From<&Run> for MachineSummary {
    fn from(run: &Run) -> Self {
        Self {
            arch: run.machine.arch.clone(),
            cpu: run.machine.cpu.clone(),
            class: run.machine_class.clone(),
            emulated: run.machine.emulated,
        }
    }
}

impl RowSummary {
    /// The technology: what stands before the `/` of the isolation.
    pub fn technology(&self) -> &str {
        self.row.isolation.split('/').next().unwrap_or_default()
    }

    /// Its median, if it was measured.
    pub fn median(&self) -> Option<f64> {
        Some(self.numbers.as_ref()?.median)
    }

    /// Whether its number may be held against others: all but the times and the memory of an emulated
    /// processor. What was counted is as true there.
    pub fn compares(&self) -> bool {
        !self.emulated || self.row.metric.is_counted()
    }

    /// Whether it is a check that does not hold.
    pub fn is_fault(&self) -> bool {
        self.row.metric == Metric::Conformance && self.median().is_some_and(|held| held < 1.0)
    }

    /// The 95% interval of its median, if it has one.
    pub fn ci(&self) -> Option<Interval> {
        self.numbers.as_ref()?.ci
    }

    /// How it compares with its reference, if it does.
    pub fn ratio(&self) -> Option<&Ratio> {
        self.numbers.as_ref()?.ratio.as_ref()
    }

    /// The configuration: what stands behind the `/`.
    pub fn configuration(&self) -> &str {
        self.row.isolation.split_once('/').map_or("", |(_, c)| c)
    }
}
