//! The last lines: versions, what is elsewhere, warnings, and the counts.

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Metric, Outcome};

use super::unmeasured::wrapped;
use crate::units::plural;
use crate::words::distinct;

pub(super) fn closing(summary: &Summary, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    let versions = distinct(summary.results.iter().filter_map(|r| {
        let version = r.isolation_version.as_deref()?;
        Some(format!("{} {version}", r.technology()))
    }));
    if !versions.is_empty() {
        lines.push(format!("versions: {}", versions.join(", ")));
    }
    if let Some(to) = reference(summary) {
        lines.push(format!(
            "ratio: to the median of {to}; faster or slower if its whole 95% interval is outside {:.0}%",
            summary.margin * 100.0
        ));
    }
    let teardown = summary
        .results
        .iter()
        .filter(|r| r.row.metric == Metric::Teardown && r.numbers.is_some())
        .count();
    if teardown > 0 {
        lines.push(format!(
            "teardown: {} measured, in the report",
            plural(teardown, "row")
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

fn reference(summary: &Summary) -> Option<String> {
    let ratio = summary
        .results
        .iter()
        .find_map(|r| r.numbers.as_ref()?.ratio.as_ref())?;
    let start = ratio
        .to_start
        .map_or_else(String::new, |s| format!(" ({s})"));
    Some(format!("{}{start}", ratio.to))
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
