//! Latency against the rate, where a workload has several rates.

use labrun_analysis::RowSummary;

use super::view::View;
use crate::RenderError;
use crate::chart::{self, Line, Panel};
use crate::facets::{Facets, facet};
use crate::words::{self, distinct};

/// The panels of a workload: one for each percentile that was measured.
pub(super) fn against_rate(
    view: &View<'_>,
    workload: &str,
    rows: &[&RowSummary],
) -> Result<Option<String>, RenderError> {
    let positive = |r: &&RowSummary| r.numbers.as_ref().is_some_and(|n| n.median > 0.0);
    let rows: Vec<&RowSummary> = rows.iter().copied().filter(positive).collect();
    let mut rates = distinct(rows.iter().filter_map(|r| facet(r, "rate")));
    rates.sort_by(|a, b| number(a).total_cmp(&number(b)));
    let told = Facets::of(&rows, false);
    let names = told.varying(&["rate", "percentile"]);
    let panels: Vec<Panel<'_>> = distinct(rows.iter().map(|r| facet(r, "percentile")))
        .into_iter()
        .map(|percentile| {
            let own = rows.iter().filter(|r| facet(r, "percentile") == percentile);
            Panel {
                name: percentile.unwrap_or("latency").to_owned(),
                lines: lines(&own.copied().collect::<Vec<_>>(), &names, &rates),
            }
        })
        .collect();
    if rates.len() < 2 || panels.is_empty() {
        return Ok(None);
    }
    let id = view.id(&format!("rates-{workload}"));
    let title = format!("{workload}: latency against the rate");
    chart::rates(&id, &title, &rates, &panels, &view.technologies).map(Some)
}

fn lines<'a>(rows: &[&'a RowSummary], names: &[&str], rates: &[&str]) -> Vec<Line<'a>> {
    let name = |row: &RowSummary| {
        let own = names.iter().filter_map(|n| facet(row, n));
        let all = [words::isolation(row)]
            .into_iter()
            .chain(own.map(str::to_owned));
        all.collect::<Vec<_>>().join(" ")
    };
    distinct(rows.iter().map(|r| name(r)))
        .into_iter()
        .map(|one| {
            let own = rows.iter().filter(|r| name(r) == one);
            let mut points: Vec<(usize, &RowSummary)> = own
                .filter_map(|r| {
                    Some((rates.iter().position(|x| facet(r, "rate") == Some(*x))?, *r))
                })
                .collect();
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
