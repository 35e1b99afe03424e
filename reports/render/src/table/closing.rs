//! The last lines: versions, what is elsewhere, warnings, and the counts.

use labrun_analysis::{RowSummary, Summary, Verdict};
use labrun_record::Outcome;

use super::unmeasured::wrapped;
use crate::measure::is_aside;
use crate::units::{self, plural};
use crate::words::{self, distinct};

pub(super) fn closing(summary: &Summary, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    let asked = summary.results.iter();
    let asked = asked.filter(|row| row.outcome != Outcome::NotSelected);
    let versions = versions(&asked.collect::<Vec<_>>());
    if !versions.is_empty() {
        lines.push(format!("versions: {}", versions.join(", ")));
    }
    lines.extend(references(summary));
    lines.extend(caveats(summary));
    let measured = summary.results.iter().filter(|r| r.median().is_some());
    let metrics = measured.map(|r| r.row.metric);
    for (metric, count) in counted(metrics.filter(|m| is_aside(*m))) {
        let name = words::metric(metric).to_lowercase();
        let rows = plural(count, "row");
        lines.push(format!("{name}: {rows} measured, in the report"));
    }
    let below = summary.warnings.iter().filter(|w| !words::is_told_above(w));
    for (kind, count) in counted(below.map(|w| w.name)) {
        let (name, advice) = (kind.name().replace('_', " "), kind.advice());
        let mut own = summary.warnings.iter().filter(|w| w.name == kind);
        // What is said of the run is said once, and in its own words.
        let what = match own.next() {
            Some(only) if count == 1 && only.row.is_none() => only.message.clone(),
            _ => plural(count, "time"),
        };
        lines.push(format!("warning: {name} ({what}): {advice}"));
    }
    lines.push(counts(&summary.results));
    let wrapped: Vec<String> = lines.iter().map(|l| wrapped(l, width, "  ")).collect();
    wrapped.join("\n") + "\n"
}

/// Every value in the order in which they first appear, and how often it does.
pub(super) fn counted<T: PartialEq + Copy>(values: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let all: Vec<T> = values.collect();
    let count = |value: T| all.iter().filter(|other| **other == value).count();
    let each = distinct(all.iter().copied());
    each.into_iter()
        .map(|value| (value, count(value)))
        .collect()
}

/// The version of each technology of these rows; of each of its isolations, where they
/// have several.
pub(super) fn versions(rows: &[&RowSummary]) -> Vec<String> {
    let known = || {
        let rows = rows.iter();
        rows.filter_map(|row| Some((row, row.isolation_version.as_deref()?)))
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
    let rule = |(index, row): (usize, &RowSummary)| {
        let ratio = row.ratio()?;
        let reference = words::ratio_to(row, ratio);
        let margin = units::percent(margin_of(summary, index));
        let [better, worse] =
            [Verdict::Better, Verdict::Worse].map(|verdict| words::verdict(row.unit, verdict));
        let what = if row.row.metric.is_exact() {
            "it"
        } else {
            "its whole 95% interval"
        };
        let said = format!(
            "to the median of {reference}; {better} or {worse} if {what} is outside {margin}"
        );
        Some((row.row.metric, said))
    };
    let rules = distinct(summary.results.iter().enumerate().filter_map(rule));
    let kinds = distinct(rules.iter().map(|(_, said)| said.as_str()));
    if let [only] = kinds[..] {
        return vec![format!("ratio: {only}")];
    }
    let line = |kind: &str| {
        let own = rules.iter().filter(|(_, said)| said == kind);
        let whose: Vec<String> = own.map(|(m, _)| words::metric(*m).to_lowercase()).collect();
        format!("ratio of {}: {kind}", whose.join("; "))
    };
    kinds.into_iter().map(line).collect()
}

/// What has to be known beside the numbers of a metric.
pub(super) fn caveats(summary: &Summary) -> Vec<String> {
    let measured = summary.results.iter().filter(|row| row.median().is_some());
    let metrics = distinct(measured.map(|row| row.row.metric));
    let said = metrics.into_iter().filter_map(|metric| {
        let name = words::metric(metric).to_lowercase();
        Some(format!("{name}: {}", words::caveat(metric)?))
    });
    said.collect()
}

/// The margin of the part that a row belongs to.
pub(super) fn margin_of(summary: &Summary, index: usize) -> f64 {
    let part = summary
        .parts
        .iter()
        .find(|p| (p.first_row..p.first_row + p.rows).contains(&index));
    part.map_or(summary.margin, |p| p.margin)
}

/// `351 rows: 310 measured, 27 unavailable, 14 unsupported`.
pub(super) fn counts(rows: &[RowSummary]) -> String {
    let order = [
        Outcome::Measured,
        Outcome::Mismatch,
        Outcome::Failed,
        Outcome::Timeout,
        Outcome::Unavailable,
        Outcome::Unsupported,
        Outcome::NotSelected,
    ];
    let mut counts = counted(rows.iter().map(|r| r.outcome));
    counts.sort_by_key(|(outcome, _)| order.iter().position(|o| o == outcome));
    let said: Vec<String> = counts
        .iter()
        .map(|(o, count)| format!("{count} {o}"))
        .collect();
    format!("{}: {}", plural(rows.len(), "row"), said.join(", "))
}
