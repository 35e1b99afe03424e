//! What instances hold together against how many there are: of the memory of one more, which is the slope
//! of a line through them.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Tier};
use maud::{Markup, PreEscaped, html};

use super::What;
use crate::RenderError;
use crate::beside::is_beside;
use crate::chart::{self, Held};
use crate::facets::{Facets, named};
use crate::page::figure::{Figure, number};
use crate::units;
use crate::words::{self, distinct};

/// Lines of a tier at most.
const LINES: usize = 10;

/// The chart, by what stands first of the two ways to count memory; none where the summary has no points.
pub(super) fn figure(what: &What<'_>, rows: &[&RowSummary]) -> Result<Option<Markup>, RenderError> {
    if what.metric != Metric::MemoryMarginal {
        return Ok(None);
    }
    let own = rows.iter().copied().filter(|row| !is_beside(&row.row));
    let mut own: Vec<&RowSummary> = own.filter(|row| !points(row).is_empty()).collect();
    own.sort_by(|a, b| words::better_first(a, b));
    let mut tiers: Vec<Tier> = distinct(own.iter().map(|row| row.row.tier));
    tiers.sort_unstable();
    let of_tier = |tier: Tier| -> Vec<&RowSummary> {
        let own = own.iter().copied();
        few(own.filter(|row| row.row.tier == tier).collect())
    };
    let drawn: Vec<(Tier, Vec<&RowSummary>)> = tiers
        .into_iter()
        .map(|tier| (tier, of_tier(tier)))
        .collect();
    if drawn.is_empty() {
        return Ok(None);
    }
    let columns = Facets::of(&own, false).columns;
    let panels: Vec<(String, Vec<Held<'_>>)> = drawn
        .iter()
        .map(|(tier, rows)| {
            let held = rows.iter().map(|row| Held {
                name: named(row, &columns),
                technology: row.technology(),
                points: points(row),
                fit: row.numbers.as_ref().and_then(|numbers| numbers.fit),
            });
            (tier.name().to_owned(), held.collect())
        })
        .collect();
    let chart = what.chart("instances", "memory against the number of instances");
    let description = "What so many instances held together, as points (medians of the launches), with the line through them: its slope is what one more costs, and where it begins is there whatever their number. Both axes begin at zero; a panel for each tier.";
    let svg = chart::instances(&chart, description, &panels)?;
    let figure = Figure {
        chart: &chart,
        description,
        legend: html! {},
        drawn: html! { (PreEscaped(svg)) },
        numbers: table(what, &drawn, &columns),
    };
    Ok(Some(figure.markup()))
}

fn points(row: &RowSummary) -> &[[f64; 2]] {
    row.numbers
        .as_ref()
        .map_or(&[], |numbers| &numbers.instances)
}

/// All of few, else the best of each technology.
fn few(mut rows: Vec<&RowSummary>) -> Vec<&RowSummary> {
    if rows.len() > LINES {
        let mut seen = Vec::new();
        rows.retain(|row| {
            let is_new = !seen.contains(&row.technology());
            seen.push(row.technology());
            is_new
        });
        rows.truncate(LINES);
    }
    rows
}

fn table(what: &What<'_>, drawn: &[(Tier, Vec<&RowSummary>)], columns: &[&str]) -> Markup {
    let said = |row: &RowSummary| -> String {
        let point = |[n, bytes]: &[f64; 2]| format!("{n}: {}", units::value(*bytes, row.unit));
        let points: Vec<String> = points(row).iter().map(point).collect();
        points.join(", ")
    };
    let begins = |row: &RowSummary| {
        let [_, fixed] = row.numbers.as_ref()?.fit?;
        Some(units::value(fixed, row.unit))
    };
    html! {
        thead { tr {
            th scope="col" { "isolation" }
            th.number scope="col" { "one more instance" }
            th.number scope="col" { "where the line begins" }
            th scope="col" { "instances: what they held" }
        } }
        tbody {
            @for row in drawn.iter().flat_map(|(_, rows)| rows) {
                tr {
                    th scope="row" { a href={ "#" (what.view.anchor(row)) } { (named(row, columns)) } }
                    (number(what.view, row))
                    td.number { (begins(row).unwrap_or_default()) }
                    td.wrap { (said(row)) }
                }
            }
        }
    }
}
