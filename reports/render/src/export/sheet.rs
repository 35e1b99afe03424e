//! Every row as a line of CSV, as RFC 4180 has it: numbers in the metric's unit as they are in
//! `summary.json`, and text that no spreadsheet takes for a formula.

use std::io;

use csv::{Terminator, WriterBuilder};
use labrun_analysis::{Interval, Numbers, ReplayRow, RowSummary, artifact_among};
use labrun_record::{Better, Outcome, Row, Side, Unit};

use super::Exported;
use crate::{RenderError, words};

/// The names of the columns.
const HEAD: [&str; 33] = [
    "run",
    "scenario",
    "started",
    "indicative",
    "workload",
    "target",
    "isolation",
    "tier",
    "arch",
    "metric",
    "start",
    "scope",
    "params",
    "side",
    "outcome",
    "reason",
    "unit",
    "better",
    "n",
    "median",
    "low",
    "high",
    "min",
    "max",
    "p90",
    "ratio_to",
    "ratio",
    "ratio_low",
    "ratio_high",
    "verdict",
    "isolation_version",
    "artifact_sha256",
    "machine_class",
];

/// The rows of all runs under one head, a line each; of a replay a line for each side, whose ratio is
/// on the line of B. A number that is not there is an empty cell, and `outcome` says why.
pub fn csv(runs: &[Exported<'_>]) -> Result<String, RenderError> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(HEAD)?;
    for run in runs {
        for (index, row) in run.summary.results.iter().enumerate() {
            writer.write_record(measured(run, index, row).cells())?;
        }
        let replayed = run.summary.replay.iter().flat_map(|replay| &replay.results);
        for (index, row) in replayed.enumerate() {
            for side in [Side::A, Side::B] {
                writer.write_record(replayed_side(run, index, row, side).cells())?;
            }
        }
    }
    let whole = writer.into_inner();
    let bytes = whole.map_err(|error| csv::Error::from(io::Error::from(error.error().kind())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A row, or a side of one.
struct Line<'a> {
    run: &'a Exported<'a>,
    index: usize,
    row: &'a Row,
    side: Option<Side>,
    outcome: Outcome,
    reason: Option<&'a str>,
    n: Option<usize>,
    median: Option<f64>,
    ci: Option<Interval>,
    /// The least, the greatest, and the 90% quantile.
    spread: [Option<f64>; 3],
    ratio_to: Option<String>,
    ratio: Option<f64>,
    ratio_ci: Option<Interval>,
    verdict: Option<&'static str>,
    version: Option<&'a str>,
    digest: Option<&'a str>,
}

fn measured<'a>(run: &'a Exported<'a>, index: usize, row: &'a RowSummary) -> Line<'a> {
    let numbers = row.numbers.as_ref();
    let ratio = row.ratio();
    let of = |value: fn(&Numbers) -> f64| numbers.map(value);
    Line {
        run,
        index,
        row: &row.row,
        side: None,
        outcome: row.outcome,
        reason: row.reason.as_deref(),
        n: numbers.map(|numbers| numbers.n),
        median: row.median(),
        ci: row.ci(),
        spread: [of(|n| n.min), of(|n| n.max), of(|n| n.p90)],
        ratio_to: ratio.map(|to| words::ratio_to(row, to)),
        ratio: ratio.map(|ratio| ratio.value),
        ratio_ci: ratio.and_then(|ratio| ratio.ci),
        verdict: ratio.map(|ratio| ratio.verdict.name()),
        version: row.isolation_version.as_deref(),
        digest: row.artifact_sha256.as_deref(),
    }
}

fn replayed_side<'a>(
    run: &'a Exported<'a>,
    index: usize,
    replayed: &'a ReplayRow,
    side: Side,
) -> Line<'a> {
    let (row, numbers, ratio) = match side {
        Side::A => (&replayed.row, replayed.a, None),
        Side::B => {
            let row = replayed.row_b.as_ref().unwrap_or(&replayed.row);
            (row, replayed.b, replayed.ratio)
        }
    };
    let own = run
        .run
        .replay
        .as_ref()
        .map(|replay| &replay.sides[side as usize]);
    let isolations = own.into_iter().flat_map(|side| &side.isolations);
    let isolation = { isolations }.find(|isolation| isolation.name == row.isolation);
    let artifact = own.and_then(|side| artifact_among(&side.artifacts, row));
    Line {
        run,
        index,
        row,
        side: Some(side),
        outcome: replayed.outcome,
        reason: replayed.reason.as_deref(),
        n: numbers.map(|numbers| numbers.n),
        median: numbers.map(|numbers| numbers.median),
        ci: numbers.and_then(|numbers| numbers.ci),
        spread: [None; 3],
        ratio_to: ratio.map(|_| "side a".to_owned()),
        ratio: ratio.and_then(|ratio| ratio.value),
        ratio_ci: ratio.and_then(|ratio| ratio.ci),
        verdict: ratio.map(|ratio| ratio.verdict.name()),
        version: isolation.and_then(|isolation| isolation.version.as_deref()),
        digest: artifact.map(|artifact| artifact.sha256.as_str()),
    }
}

impl Line<'_> {
    /// What stands under each of [`HEAD`].
    fn cells(&self) -> [String; HEAD.len()] {
        let (row, run) = (self.row, self.run.run);
        let params = row
            .params
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let params = params.collect::<Vec<_>>().join("; ");
        let side = self.side.map(|side| match side {
            Side::A => "a",
            Side::B => "b",
        });
        let [low, high] = ends(self.ci);
        let [ratio_low, ratio_high] = ends(self.ratio_ci);
        let [min, max, p90] = self.spread;
        [
            text(&run.id),
            text(self.run.scenario_of(self.index)),
            text(&run.started),
            run.indicative.to_string(),
            text(&row.workload),
            row.target.to_string(),
            text(&row.isolation),
            row.tier.to_string(),
            text(&row.arch),
            row.metric.to_string(),
            row.start.map(|start| start.to_string()).unwrap_or_default(),
            text(row.scope.as_deref().unwrap_or_default()),
            text(&params),
            side.unwrap_or_default().to_owned(),
            self.outcome.to_string(),
            text(self.reason.unwrap_or_default()),
            unit(row.metric.unit()).to_owned(),
            better(row.metric.better()).to_owned(),
            self.n.map(|n| n.to_string()).unwrap_or_default(),
            number(self.median),
            low,
            high,
            number(min),
            number(max),
            number(p90),
            text(self.ratio_to.as_deref().unwrap_or_default()),
            number(self.ratio),
            ratio_low,
            ratio_high,
            self.verdict.unwrap_or_default().to_owned(),
            text(self.version.unwrap_or_default()),
            text(self.digest.unwrap_or_default()),
            text(&run.machine_class),
        ]
    }
}

/// The name of a unit in files.
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Ns => "ns",
        Unit::Bytes => "bytes",
        Unit::PerSecond => "per_second",
        Unit::BytesPerSecond => "bytes_per_second",
        Unit::Count => "count",
    }
}

fn better(better: Better) -> &'static str {
    match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
    }
}

fn ends(ci: Option<Interval>) -> [String; 2] {
    let [low, high] = ci.map_or([None; 2], |ends| ends.map(Some));
    [number(low), number(high)]
}

/// A number with all of its digits, so that it reads back as it is.
fn number(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.abs() > 1e15 || (0.0 < value.abs() && value.abs() < 1e-5) => {
            format!("{value:e}")
        }
        Some(value) => value.to_string(),
    }
}

/// Text that a spreadsheet shows as it is. One that begins like a formula, also in the wide letters
/// that some of them take for it, gets an apostrophe before it.
fn text(text: &str) -> String {
    let wide = ['\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) || text.starts_with(wide) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text_and_a_number_stays_one() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "\u{ff1d}1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        for plain in ["", "native/static", "a=1", " =1", "'=1"] {
            assert_eq!(text(plain), plain);
        }
        for value in [-268.4, 0.1, 1e300, 5e-324, 1_690_000.0, f64::MAX, -0.5] {
            assert_eq!(number(Some(value)).parse(), Ok(value));
        }
        assert_eq!(number(Some(1_690_000.0)), "1690000");
    }
}
