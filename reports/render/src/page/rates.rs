//! Values against the rate, where rows have several rates.

use labrun_analysis::RowSummary;

use crate::chart::{Line, Panel};
use crate::facets::{Facets, facet, named};
use crate::words::distinct;

pub(super) struct Rates<'a> {
    /// The rates, ascending.
    pub names: Vec<&'a str>,
    /// One for each percentile that was measured.
    pub panels: Vec<Panel<'a>>,
}

impl<'a> Rates<'a> {
    /// Of rows that have several rates.
    pub(super) fn of(rows: &[&'a RowSummary]) -> Option<Self> {
        let positive = |r: &&RowSummary| r.median().is_some_and(|median| median > 0.0);
        let rows: Vec<&RowSummary> = rows.iter().copied().filter(positive).collect();
        let mut rates = distinct(rows.iter().filter_map(|r| facet(r, "rate")));
        rates.sort_by(|a, b| number(a).total_cmp(&number(b)));
        let told = Facets::of(&rows, false).varying(&["rate", "percentile"]);
        let panels = distinct(rows.iter().map(|r| facet(r, "percentile")))
            .into_iter()
            .map(|percentile| {
                let own = rows.iter().copied();
                let own: Vec<&RowSummary> = own
                    .filter(|r| facet(r, "percentile") == percentile)
                    .collect();
                Panel {
                    name: percentile.unwrap_or_default().to_owned(),
                    lines: lines(&own, &told, &rates),
                }
            })
            .collect();
        (rates.len() > 1).then_some(Self {
            names: rates,
            panels,
        })
    }
}

fn lines<'a>(rows: &[&'a RowSummary], told: &[&str], rates: &[&str]) -> Vec<Line<'a>> {
    distinct(rows.iter().map(|r| named(r, told)))
        .into_iter()
        .map(|one| {
            let own = rows.iter().filter(|r| named(r, told) == one);
            let place = |row: &RowSummary| rates.iter().position(|x| facet(row, "rate") == Some(x));
            let mut points: Vec<(usize, &RowSummary)> =
                own.filter_map(|r| Some((place(r)?, *r))).collect();
            points.sort_by_key(|(place, _)| *place);
            Line { name: one, points }
        })
        .collect()
}

/// The number that a rate begins with: `75%`, `20000`.
fn number(rate: &str) -> f64 {
    let end = rate
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rate.len());
    rate[..end].parse().unwrap_or(f64::INFINITY)
}
