//! The last lines: versions, what is elsewhere, warnings, and the counts.

use labrun_analysis::{RowSummary, Summary, Verdict};
use labrun_record::{Metric, Outcome};

use super::unmeasured::wrapped;
use crate::measure::is_aside;
use crate::units::plural;
use crate::words::{self, distinct};

pub(super) fn closing(summary: &Summary, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    let versions = versions(&summary.results);
    if !versions.is_empty() {
        lines.push(format!("versions: {}", versions.join(", ")));
    }
    lines.extend(references(summary));
    let measured = summary.results.iter().filter(|r| r.median().is_some());
    let aside: Vec<Metric> = measured
        .map(|r| r.row.metric)
        .filter(|m| is_aside(*m))
        .collect();
    for metric in distinct(aside.iter().copied()) {
        let count = aside.iter().filter(|m| **m == metric).count();
        let name = words::metric(metric).to_lowercase();
        lines.push(format!(
            "{name}: {} measured, in the report",
            plural(count, "row")
        ));
    }
    let kinds = distinct(summary.warnings.iter().map(|w| w.name));
    for kind in kinds {
        let count = summary.warnings.iter().filter(|w| w.name == kind).count();
        let (name, advice) = (kind.name().replace('_', " "), kind.advice());
        lines.push(format!(
            "warning: {name} ({}): {advice}",
            plural(count, "time")
        ));
    }
    lines.push(counts(&summary.results));
    let wrapped: Vec<String> = lines.iter().map(|l| wrapped(l, width, "  ")).collect();
    wrapped.join("\n") + "\n"
}

/// The version of each technology that was asked for; of each of its isolations, where they
/// have several.
fn versions(results: &[RowSummary]) -> Vec<String> {
    let known = || {
        let asked = results.iter().filter(|r| r.outcome != Outcome::NotSelected);
        asked.filter_map(|r| Some((r, r.isolation_version.as_deref()?)))
    };
    distinct(known().map(|(row, version)| {
        let technology = row.technology();
        let differs = known().any(|(r, other)| r.technology() == technology && other != version);
        if differs {
            format!("{} {version}", row.row.isolation)
        } else {
            format!("{technology} {version}")
        }
    }))
}

/// What the ratios are to: a line for each reference and margin, with the metrics that it
/// is for where there are several.
fn references(summary: &Summary) -> Vec<String> {
    let compared: Vec<(&RowSummary, String)> = summary
        .results
        .iter()
        .enumerate()
        .filter_map(|(index, row)| {
            let ratio = row.ratio()?;
            let reference = words::reference(&ratio.to, ratio.to_start, ratio.to_params.iter());
            let margin = margin_of(summary, index) * 100.0;
            let better = words::verdict(row.unit, Verdict::Better);
            let worse = words::verdict(row.unit, Verdict::Worse);
            let what = if row.row.metric.is_exact() {
                "it"
            } else {
                "its whole 95% interval"
            };
            let rule = format!("{what} is outside {margin:.0}%");
            let said = format!("to the median of {reference}; {better} or {worse} if {rule}");
            Some((row, said))
        })
        .collect();
    let kinds = distinct(compared.iter().map(|(_, said)| said.as_str()));
    let several = kinds.len() > 1;
    kinds
        .into_iter()
        .map(|kind| {
            if !several {
                return format!("ratio: {kind}");
            }
            let of_kind = compared.iter().filter(|(_, said)| said == kind);
            let whose =
                distinct(of_kind.map(|(row, _)| words::metric(row.row.metric).to_lowercase()));
            format!("ratio of {}: {kind}", whose.join("; "))
        })
        .collect()
}

/// The margin of the part that a row belongs to.
fn margin_of(summary: &Summary, index: usize) -> f64 {
    let part = summary
        .parts
        .iter()
        .find(|p| (p.first_row..p.first_row + p.rows).contains(&index));
    part.map_or(summary.margin, |p| p.margin)
}

/// `351 rows: 310 measured, 27 unavailable, 14 unsupported`.
fn counts(rows: &[RowSummary]) -> String {
    let order = [
        Outcome::Measured,
        Outcome::Mismatch,
        Outcome::Failed,
        Outcome::Timeout,
        Outcome::Unavailable,
        Outcome::Unsupported,
        Outcome::NotSelected,
    ];
    let of = |wanted: Outcome| rows.iter().filter(|r| r.outcome == wanted).count();
    let said: Vec<String> = order
        .into_iter()
        .filter(|o| of(*o) > 0)
        .map(|o| format!("{} {o}", of(o)))
        .collect();
    format!("{}: {}", plural(rows.len(), "row"), said.join(", "))
}
