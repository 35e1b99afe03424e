//! The shape of what a replay comes to: `replay` in `summary.json`.

use labrun_record::{Better, Change, Outcome, Row, Side, Unit};
use serde::{Deserialize, Serialize};

use crate::{Interval, MachineSummary, Verdict};

/// What a replay comes to, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplaySummary {
    /// Version of the shape: [`labrun_record::SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Name of the run.
    pub run: String,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// What it was measured on.
    pub machine: MachineSummary,
    /// A and B.
    pub sides: [SideName; 2],
    /// B is better or worse if the whole 95% interval lies beyond this share, and the 99% interval does
    /// not hold 1.
    pub margin: f64,
    /// B is equivalent if the whole 90% interval lies within this share.
    pub equivalence: f64,
    /// Whether it is an indication only.
    pub indicative: bool,
    /// Why it was ended before its time was over, if it was.
    pub interrupted: Option<String>,
    /// How many rows got which verdict.
    pub counts: ReplayCounts,
    /// A row each, in the order of the run's rows.
    pub results: Vec<ReplayRow>,
}

/// A side by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SideName {
    /// As it was named.
    pub name: String,
    /// What that is.
    pub of: String,
    /// Version of the lab whose definitions it has.
    pub lab_version: String,
}

/// How many rows got which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayCounts {
    /// B is better.
    pub better: usize,
    /// B is worse.
    pub worse: usize,
    /// They are equivalent.
    pub equivalent: usize,
    /// The intervals decide nothing.
    pub inconclusive: usize,
    /// There is no ratio: a side was not measured, or is emulated.
    pub not_decided: usize,
}

/// A row of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayRow {
    /// The identity in side A.
    #[serde(flatten)]
    pub row: Row,
    /// The identity in side B, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_b: Option<Row>,
    /// What was changed on purpose in side B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Unit of the numbers.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// What became of it: measured if every launch of both sides was, and a quad is whole.
    pub outcome: Outcome,
    /// Why it was not measured, or has no ratio.
    pub reason: Option<String>,
    /// The side that went wrong.
    pub failed_side: Option<Side>,
    /// Whole quads.
    pub quads: usize,
    /// Quads that the end of the run cut short; they are left out.
    pub unfinished: usize,
    /// Quads of which a launch went wrong; they are left out.
    pub failed: usize,
    /// Side A; null unless measured.
    pub a: Option<SideNumbers>,
    /// Side B; null unless measured.
    pub b: Option<SideNumbers>,
    /// B against A; null unless measured, or where nothing is a multiple of a value.
    pub ratio: Option<ReplayRatio>,
}

/// A side of a row, over its whole quads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SideNumbers {
    /// Launches.
    pub n: usize,
    /// Median, in the metric's unit.
    pub median: f64,
    /// 95% interval of the median; null under [`MIN_LAUNCHES`](crate::MIN_LAUNCHES) launches. Of an
    /// exact value the value itself, twice.
    pub ci: Option<Interval>,
}

/// B against A.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayRatio {
    /// B / A, the mean of the medians over the quads of either order (of latency the ratio of the
    /// quantiles of all requests); null where A is an exact 0.
    pub value: Option<f64>,
    /// 95% interval; null under [`MIN_LAUNCHES`](crate::MIN_LAUNCHES) quads of an order.
    pub ci: Option<Interval>,
    /// 90% interval, which decides whether they are equivalent.
    pub ci90: Option<Interval>,
    /// 99% interval: what holds 1 is neither better nor worse.
    #[serde(default)]
    pub ci99: Option<Interval>,
    /// What the intervals allow to be said.
    pub verdict: Verdict,
}

impl ReplayRow {
    /// What may be said of it, if it has a ratio.
    pub fn verdict(&self) -> Option<Verdict> {
        Some(self.ratio?.verdict)
    }

    /// The ratio of the two medians, where the ratio of the quads says something else: where they are
    /// further apart than the replay's `margin`, and on two sides of 1 or the interval does not hold
    /// that of the medians. Nearer they differ by chance: neighbours vary together, and the medians of
    /// all launches need not.
    pub fn other_than_medians(&self, margin: f64) -> Option<f64> {
        let ratio = self.ratio.filter(|_| !self.row.metric.is_exact())?;
        let medians = self.b?.median / self.a?.median;
        let value = ratio
            .value
            .filter(|_| medians.is_finite() && medians > 0.0)?;
        let outside = |[low, high]: Interval| medians < low || high < medians;
        let apart = (medians / value).ln().abs() > margin.ln_1p();
        let across = (medians < 1.0) != (value < 1.0);
        (apart && (across || ratio.ci.is_some_and(outside))).then_some(medians)
    }
}

impl ReplaySummary {
    /// Whether both sides are the same, so that what was not changed on purpose must not differ.
    pub fn is_of_itself(&self) -> bool {
        let [a, b] = &self.sides;
        (&a.name, &a.of) == (&b.name, &b.of)
    }

    /// The rows with this verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &ReplayRow> {
        let has = move |row: &&ReplayRow| row.verdict() == Some(verdict);
        self.results.iter().filter(has)
    }
}
