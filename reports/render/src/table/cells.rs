//! The columns of the terminal's table.

use labrun_analysis::{RowSummary, Verdict};

use crate::beside::{is_beside, scope_name};
use crate::facets::{Facets, facet};
use crate::{shown, units, words};

/// A column: what it shows, and how easily it is spared where room is short.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    /// The heading.
    pub head: &'a str,
    /// 0 is never left out; the highest goes first.
    pub spare: u8,
    show: Show,
}

/// What a column shows.
#[derive(Clone, Copy, PartialEq)]
enum Show {
    Isolation,
    /// The isolation; of what stands beside the row above it, the scope.
    IsolationOrScope,
    Version,
    /// The facet that the heading names.
    Facet,
    N,
    Median,
    Interval,
    P90,
    Ratio,
    Verdict,
}

/// The columns of a table, in order: those of the facets are behind the isolation; `middle` is what
/// stands for a row.
pub(super) fn columns<'a>(facets: &Facets<'a>, middle: &'a str) -> Vec<Column<'a>> {
    let own = facets.columns.iter().map(|name| (*name, 0, Show::Facet));
    let first = if facets.are_in_pairs() {
        Show::IsolationOrScope
    } else {
        Show::Isolation
    };
    [("isolation", 0, first)]
        .into_iter()
        .chain(own)
        .chain([
            ("version", 4, Show::Version),
            ("n", 0, Show::N),
            (middle, 0, Show::Median),
            ("95% interval", 0, Show::Interval),
            ("p90", 2, Show::P90),
            ("ratio", 0, Show::Ratio),
            ("verdict", 0, Show::Verdict),
        ])
        .map(|(head, spare, show)| Column { head, spare, show })
        .collect()
}

impl Column<'_> {
    /// Its heading, if it is one that may be left out.
    pub(super) fn spared(&self) -> Option<&'static str> {
        match self.show {
            Show::Version => Some("version"),
            Show::P90 => Some("p90"),
            _ => None,
        }
    }

    /// Whether any of the rows has something in this column.
    pub(super) fn says_anything(&self, rows: &[&RowSummary]) -> bool {
        rows.iter().any(|row| !self.text(row).is_empty())
    }

    /// Letters that the column needs.
    pub(super) fn width(&self, rows: &[&RowSummary]) -> usize {
        let texts = rows.iter().map(|row| self.text(row).chars().count());
        texts.chain([self.head.chars().count()]).max().unwrap_or(0)
    }

    /// The heading, padded.
    pub(super) fn heading(&self, width: usize, colour: bool) -> String {
        let padded = self.padded(self.head, width);
        if colour {
            format!("\x1b[2m{padded}\x1b[0m")
        } else {
            padded
        }
    }

    /// The cell of a row, padded; a verdict has its colour.
    pub(super) fn cell(&self, row: &RowSummary, width: usize, colour: bool) -> String {
        let padded = self.padded(&self.text(row), width);
        let verdict = row.ratio().map(|r| r.verdict);
        let code = match verdict.filter(|_| colour && self.show == Show::Verdict) {
            Some(Verdict::Better) => "32",
            Some(Verdict::Worse) => "31",
            Some(_) => "2",
            None => return padded,
        };
        format!("\x1b[{code}m{padded}\x1b[0m")
    }

    fn padded(&self, text: &str, width: usize) -> String {
        match self.show {
            Show::Isolation
            | Show::IsolationOrScope
            | Show::Version
            | Show::Facet
            | Show::Verdict => {
                format!("{text:<width$}")
            }
            _ => format!("{text:>width$}"),
        }
    }

    fn text(&self, row: &RowSummary) -> String {
        let Some(numbers) = &row.numbers else {
            return String::new();
        };
        let ratio = numbers.ratio.as_ref();
        match self.show {
            Show::IsolationOrScope if is_beside(&row.row) => {
                format!("  {}", scope_name(&row.row).unwrap_or_default())
            }
            Show::Isolation | Show::IsolationOrScope => row.row.isolation.clone(),
            Show::Version => row.isolation_version.clone().unwrap_or_default(),
            Show::Facet => facet(row, self.head).unwrap_or_default().to_owned(),
            Show::N => numbers.n.to_string(),
            Show::Median => units::value(numbers.median, row.unit),
            Show::Interval if numbers.ci.is_none() => "none".to_owned(),
            Show::Interval => shown::bare_interval(row),
            // Of one exact count there is none.
            Show::P90 if row.row.metric.is_exact() => String::new(),
            Show::P90 => units::value(numbers.p90, row.unit),
            Show::Ratio => ratio.map_or_else(String::new, |r| units::ratio(r.value)),
            Show::Verdict if !row.compares() => "emulated".to_owned(),
            Show::Verdict => ratio.map_or_else(String::new, |r| {
                let verdict = words::verdict(row.unit, r.verdict);
                match &r.to_workload {
                    Some(_) => format!("{verdict}, {}", words::DIFFERENT),
                    None => verdict.to_owned(),
                }
            }),
        }
    }
}
