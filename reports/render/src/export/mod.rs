//! A run's numbers for other programs.

use labrun_analysis::{Interval, RowSummary, Summary};
use labrun_record::{Run, Start, Unit};

use crate::RenderError;

/// One run that is exported.
#[derive(Debug, Clone, Copy)]
pub struct Exported<'a> {
    /// Its `run.json`.
    pub run: &'a Run,
    /// Its `summary.json`.
    pub summary: &'a Summary,
}

/// The columns of [`csv`].
const HEADS: [&str; 23] = [
    "run",
    "workload",
    "target",
    "isolation",
    "tier",
    "arch",
    "metric",
    "start",
    "scope",
    "params",
    "outcome",
    "reason",
    "unit",
    "median",
    "low",
    "high",
    "n",
    "ratio",
    "ratio_low",
    "ratio_high",
    "verdict",
    "version",
    "artifact_sha256",
];

/// The rows of all runs as CSV (RFC 4180), a line each, measured or not. A word that a spreadsheet
/// would take for a formula has a `'` before it.
pub fn csv(runs: &[Exported<'_>]) -> Result<String, RenderError> {
    let mut text = HEADS.join(",") + "\r\n";
    for Exported { run, summary } in runs {
        for row in &summary.results {
            text.push_str(&line(run, row).join(","));
            text.push_str("\r\n");
        }
    }
    Ok(text)
}

fn line(run: &Run, row: &RowSummary) -> Vec<String> {
    let identity = &row.row;
    let params = identity.params.iter();
    let params: Vec<String> = params
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let numbers = row.numbers.as_ref();
    let ratio = row.ratio();
    let [low, high] = ends(row.ci());
    let [ratio_low, ratio_high] = ends(ratio.and_then(|ratio| ratio.ci));
    let or_nothing = |value: Option<&str>| word(value.unwrap_or_default());
    vec![
        word(&run.id),
        word(&identity.workload),
        word(identity.target.name()),
        word(&identity.isolation),
        word(identity.tier.name()),
        word(&identity.arch),
        word(identity.metric.name()),
        or_nothing(identity.start.map(Start::name)),
        or_nothing(identity.scope.as_deref()),
        word(&params.join(" ")),
        word(row.outcome.name()),
        or_nothing(row.reason.as_deref()),
        word(unit(row.unit)),
        number(row.median()),
        low,
        high,
        numbers.map_or_else(String::new, |numbers| numbers.n.to_string()),
        number(ratio.map(|ratio| ratio.value)),
        ratio_low,
        ratio_high,
        or_nothing(ratio.map(|ratio| ratio.verdict.name())),
        or_nothing(row.isolation_version.as_deref()),
        or_nothing(row.artifact_sha256.as_deref()),
    ]
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Ns => "ns",
        Unit::Bytes => "bytes",
        Unit::PerSecond => "per_second",
        Unit::BytesPerSecond => "bytes_per_second",
        Unit::Count => "count",
    }
}

fn ends(interval: Option<Interval>) -> [String; 2] {
    interval.map_or_else(Default::default, |ends| ends.map(|end| number(Some(end))))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A word that is no formula, in quotes where it needs them.
fn word(word: &str) -> String {
    let guard = if word.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if word.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", word.replace('"', "\"\""))
    } else {
        format!("{guard}{word}")
    }
}
