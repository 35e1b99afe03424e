//! Every row of a metric, measured or not: a table for each workload.

use labrun_analysis::{Numbers, RowSummary};
use labrun_record::{Metric, Outcome};
use maud::{Markup, html};

use super::cell::without_ratio;
use super::view::View;
use crate::facets::{Facets, facet};
use crate::{shown, units, words};

/// Which columns a table has.
struct Columns<'a> {
    facets: Facets<'a>,
    p90: bool,
    compared: bool,
}

impl Columns<'_> {
    /// Columns behind the version, which a reason takes the place of.
    fn of_numbers(&self) -> usize {
        3 + usize::from(self.p90) + if self.compared { 3 } else { 0 }
    }

    fn all(&self) -> usize {
        3 + self.facets.columns.len() + self.of_numbers()
    }
}

/// The table of a workload's rows.
pub(super) fn table(
    view: &View<'_>,
    metric: Metric,
    workload: &str,
    rows: &[&RowSummary],
) -> Markup {
    let columns = Columns {
        facets: Facets::of(rows, false).in_pairs(rows, false),
        p90: !metric.is_exact(),
        compared: rows.iter().any(|r| r.ratio().is_some()),
    };
    let alike = columns.facets.shared();
    html! {
        div.scroll tabindex="0" role="region" aria-label={ (words::metric(metric)) " of " (workload) } {
            table.rows {
                caption {
                    (workload) @if view.run.indicative { " \u{b7} indicative" }
                    @if !alike.is_empty() { " " span.alike { "all rows: " (alike) } }
                }
                thead { tr {
                    th scope="col" { "isolation" }
                    th scope="col" { "target" }
                    @for name in &columns.facets.columns { th scope="col" { (name) } }
                    th scope="col" { "version" }
                    th.number scope="col" { "n" }
                    th.number scope="col" { "median" }
                    th.number scope="col" { "95% interval" }
                    @if columns.p90 { th.number scope="col" { "p90" } }
                    @if columns.compared {
                        th.number scope="col" { "ratio" }
                        th.number scope="col" { "95% interval" }
                        th scope="col" { "verdict" }
                    }
                } }
                @for variant in columns.facets.variants(rows) {
                    tbody {
                        @if !variant.name.is_empty() {
                            tr.group { th scope="rowgroup" colspan=(columns.all()) { (variant.name) } }
                        }
                        @for one in variant.rows.iter().filter(|one| !is_left(one)) { (row(view, one, &columns)) }
                        (left(&variant.rows, &columns))
                    }
                }
            }
        }
    }
}

/// Whether a row was left out by a choice, and says nothing but that.
fn is_left(row: &RowSummary) -> bool {
    row.outcome == Outcome::NotSelected
}

/// What was left out: one row of the table for each reason, with every isolation's name.
fn left(rows: &[&RowSummary], columns: &Columns<'_>) -> Markup {
    let left = || rows.iter().copied().filter(|row| is_left(row));
    let reason = |row: &RowSummary| row.reason.clone().unwrap_or_default();
    html! {
        @for why in words::distinct(left().map(reason)) {
            @let of_reason = left().filter(|row| reason(row) == why);
            @let names = words::distinct(of_reason.map(|row| row.row.isolation.as_str()));
            tr.unmeasured {
                td.reason colspan=(columns.all()) {
                    strong { (Outcome::NotSelected) } ": " (why) ": " (names.join(", "))
                }
            }
        }
    }
}

fn row(view: &View<'_>, row: &RowSummary, columns: &Columns<'_>) -> Markup {
    let emulated = view.summary.machine.emulated || row.row.arch != view.summary.machine.arch;
    html! {
        tr.unmeasured[row.numbers.is_none()] {
            th scope="row" { (view.chip(row.technology())) (row.row.isolation) }
            td { (row.row.target) @if emulated { " \u{b7} emulated" } }
            @for name in &columns.facets.columns { td { (facet(row, name).unwrap_or("\u{2013}")) } }
            td.version { (row.isolation_version.as_deref().unwrap_or("\u{2013}")) }
            @match &row.numbers {
                Some(numbers) => { (measured(view, row, numbers, columns)) }
                None => {
                    td.reason colspan=(columns.of_numbers()) {
                        strong { (row.outcome) } ": "
                        (row.reason.as_deref().unwrap_or("no reason was recorded"))
                    }
                }
            }
        }
    }
}

fn measured(view: &View<'_>, row: &RowSummary, numbers: &Numbers, columns: &Columns<'_>) -> Markup {
    html! {
        td.number { (numbers.n) }
        td.number { strong { (units::value(numbers.median, row.unit)) } }
        td.number { (shown::interval(row)) }
        @if columns.p90 { td.number { (units::value(numbers.p90, row.unit)) } }
        @if columns.compared {
            @match &numbers.ratio {
                Some(ratio) => {
                    @let word = words::verdict(row.unit, ratio.verdict);
                    td.number { (units::ratio(ratio.value)) }
                    td.number { (shown::ratio_interval(row, ratio)) }
                    td.verdict.{ "v-" (ratio.verdict) } { (word) }
                }
                None => { td.number { "\u{2013}" } td.number {} td.muted { (without_ratio(view, row)) } }
            }
        }
    }
}
