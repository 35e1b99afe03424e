//! The last lines of the short table: versions, what the ratios are to, warnings by number, the counts.

use labrun_analysis::{RowSummary, Summary, Warning, WarningKind};

use super::wrapped;
use crate::measure::is_headline;
use crate::table::closing::{caveats, counted, counts, margin_of, versions};
use crate::units;
use crate::words::{self, distinct};

pub(super) fn closing(summary: &Summary, width: usize) -> String {
    let measured = summary.results.iter().filter(|row| row.median().is_some());
    let versions = versions(&measured.collect::<Vec<_>>());
    let mut lines = Vec::new();
    if !versions.is_empty() {
        lines.push(format!("versions: {}", versions.join(", ")));
    }
    lines.extend(references(summary));
    lines.extend(caveats(summary));
    lines.extend(of_run(summary));
    lines.extend(of_rows(summary));
    lines.push(counts(&summary.results));
    lines.iter().map(|line| wrapped(line, width)).collect()
}

/// What the ratios of the headlines are to, and when a verdict is one.
fn references(summary: &Summary) -> Option<String> {
    let rows = summary.results.iter().enumerate();
    let rows = rows.filter(|(_, row)| is_headline(row));
    let rule = |(index, row): (usize, &RowSummary)| {
        let ratio = row.ratio()?;
        let reference = words::ratio_to(row, ratio);
        let margin = units::percent(margin_of(summary, index));
        Some((reference, margin))
    };
    let rules: Vec<(String, String)> = rows.filter_map(rule).collect();
    let references = distinct(rules.iter().map(|(reference, _)| reference.as_str()));
    let margins = distinct(rules.iter().map(|(_, margin)| margin.as_str()));
    (!rules.is_empty()).then(|| {
        format!(
            "ratio: to the median of {}; it is called a difference if its whole 95% interval is outside {}",
            references.join(", "),
            margins.join(" or ")
        )
    })
}

/// Whether a doubt is told in its own words: one about the run as a whole, or that launches of a row came
/// to an end before their number.
fn is_told(one: &Warning) -> bool {
    (one.row.is_none() || one.name == WarningKind::Stopped) && !words::is_told_above(one)
}

/// The doubts that are told in their own words.
fn of_run(summary: &Summary) -> Vec<String> {
    let own = |kind| {
        let warnings = summary.warnings.iter();
        warnings.filter(move |one| one.name == kind && is_told(one))
    };
    let kinds = summary.warnings.iter().filter(|one| is_told(one));
    let kinds = distinct(kinds.map(|one| one.name));
    let line = |(kind, first, more): (_, &Warning, usize)| {
        let more = match more {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!(
            "warning: {} ({}{more}): {}",
            name(kind),
            first.message,
            first.advice
        )
    };
    let lines = kinds.into_iter().filter_map(|kind| {
        let mut own = own(kind);
        Some(line((kind, own.next()?, own.count())))
    });
    lines.collect()
}

/// The other doubts about rows, by number.
fn of_rows(summary: &Summary) -> Option<String> {
    let rows = summary.warnings.iter();
    let rows = rows.filter(|one| !is_told(one) && !words::is_told_above(one));
    let kinds: Vec<String> = counted(rows.map(|one| one.name))
        .into_iter()
        .map(|(kind, count)| format!("{} ({count})", name(kind)))
        .collect();
    (!kinds.is_empty()).then(|| {
        format!(
            "warnings: {}: the page says of which rows, and what to do",
            kinds.join(", ")
        )
    })
}

fn name(kind: WarningKind) -> String {
    kind.name().replace('_', " ")
}
