//! The rows of a replay under their headings: a workload and a metric each, what was changed on
//! purpose apart, the worst first.

use labrun_analysis::{ReplayRow, ReplaySummary, Verdict};
use labrun_record::{Metric, Row, Target};

use super::said;
use crate::facets;
use crate::words::{self, distinct};

/// Rows under one heading.
pub(crate) struct Block<'a> {
    /// `add · time to first result (process)`.
    pub title: String,
    /// Whether they were changed on purpose.
    pub changed: bool,
    /// Each with its name.
    pub rows: Vec<(String, &'a ReplayRow)>,
}

/// The blocks of a replay, in the order in which they first appear.
pub(crate) fn blocks(summary: &ReplaySummary) -> Vec<Block<'_>> {
    let keys = distinct(summary.results.iter().map(key));
    let of = |wanted| summary.results.iter().filter(move |row| key(row) == wanted);
    let blocks = keys.into_iter().map(|wanted| block(of(wanted).collect()));
    blocks.collect()
}

fn key(row: &ReplayRow) -> (&str, Metric, bool) {
    (&row.row.workload, row.row.metric, row.change.is_some())
}

fn block(mut rows: Vec<&ReplayRow>) -> Block<'_> {
    let both = |row: &&ReplayRow| [Some(row.row.clone()), row.row_b.clone()];
    let sides: Vec<Row> = rows.iter().flat_map(both).flatten().collect();
    let shared = shared(&sides);
    rows.sort_by_key(|row| rank(row.verdict()));
    let (first, changed) = (&rows[0].row, rows[0].change.is_some());
    let mut title = format!(
        "{} \u{b7} {}",
        first.workload,
        words::metric(first.metric).to_lowercase()
    );
    if !shared.is_empty() {
        title = format!("{title} ({})", shared.join(", "));
    }
    if changed {
        title.push_str(", changed on purpose");
    }
    Block {
        title,
        changed,
        rows: rows
            .into_iter()
            .map(|row| (name(row, &shared), row))
            .collect(),
    }
}

/// What all rows have alike.
fn shared(rows: &[Row]) -> Vec<String> {
    let mut shared = rows.first().map(facets::all).unwrap_or_default();
    for row in rows {
        let own = facets::all(row);
        shared.retain(|facet| own.contains(facet));
    }
    shared
}

/// A row by what tells it apart; of two identities, both isolations, and what else is different.
fn name(row: &ReplayRow, shared: &[String]) -> String {
    let isolation = &row.row.isolation;
    let own = marks(&row.row, shared);
    let mut name = match &row.row_b {
        None => said_of(isolation, &own),
        Some(b) if marks(b, shared) == own => {
            said_of(&format!("{isolation} \u{2192} {}", b.isolation), &own)
        }
        Some(b) => format!(
            "{} \u{2192} {}",
            said_of(isolation, &own),
            said_of(&b.isolation, &marks(b, shared))
        ),
    };
    if let Some(change) = row.change {
        name = format!("{name}, {}", said::change(change));
    }
    name
}

fn said_of(isolation: &str, marks: &[String]) -> String {
    let marks = marks.iter();
    marks.fold(isolation.to_owned(), |name, mark| format!("{name} {mark}"))
}

/// What tells a row apart beside its isolation.
fn marks(row: &Row, shared: &[String]) -> Vec<String> {
    let target = (row.target == Target::Wasip2).then(|| "wasip2".to_owned());
    let own = facets::all(row).into_iter().filter(|f| !shared.contains(f));
    target.into_iter().chain(own).collect()
}

/// The worst first, and what could not be decided before what is as it was.
fn rank(verdict: Option<Verdict>) -> u8 {
    match verdict {
        None => 0,
        Some(Verdict::Worse) => 1,
        Some(Verdict::Better) => 2,
        Some(Verdict::Inconclusive) => 3,
        Some(Verdict::Equivalent) => 4,
    }
}
