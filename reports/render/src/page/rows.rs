//! Every row of a metric, measured or not: a table for each workload.

use labrun_analysis::{Numbers, RowSummary};
use labrun_record::{Metric, Outcome, Start};
use maud::{Markup, html};

use super::answer::chip;
use super::view::View;
use crate::facets::{Facets, facet};
use crate::{shown, units, words};

pub(super) fn tables(view: &View<'_>, metric: Metric) -> Markup {
    html! {
        @for workload in &view.workloads { (of_workload(view, metric, workload)) }
        (pipe_note(view, metric))
    }
}

/// The table of a workload, if it has such rows.
pub(super) fn of_workload(view: &View<'_>, metric: Metric, workload: &str) -> Markup {
    let rows: Vec<&RowSummary> = view
        .rows(metric)
        .filter(|r| r.row.workload == *workload)
        .collect();
    html! { @if !rows.is_empty() { (table(view, metric, workload, &rows)) } }
}

/// Which columns a table has.
struct Columns<'a> {
    facets: Facets<'a>,
    starts: bool,
    p90: bool,
    compared: bool,
}

impl Columns<'_> {
    /// Columns behind the version, which a reason takes the place of.
    fn of_numbers(&self) -> usize {
        3 + usize::from(self.p90) + if self.compared { 3 } else { 0 }
    }

    fn all(&self) -> usize {
        3 + usize::from(self.starts) + self.facets.columns.len() + self.of_numbers()
    }
}

fn table(view: &View<'_>, metric: Metric, workload: &str, rows: &[&RowSummary]) -> Markup {
    let columns = Columns {
        facets: Facets::of(rows, false),
        starts: rows.iter().any(|r| r.row.start.is_some()),
        p90: !metric.is_exact(),
        compared: rows
            .iter()
            .any(|r| r.numbers.as_ref().is_some_and(|n| n.ratio.is_some())),
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
                    @if columns.starts { th scope="col" { "start" } }
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
            th scope="row" { (chip(view, row.technology())) (row.row.isolation) }
            td { (row.row.target) @if emulated { " \u{b7} emulated" } }
            @if columns.starts { td { (row.row.start.map_or("", Start::name)) } }
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
    let ratio = numbers.ratio.as_ref();
    html! {
        td.number { (numbers.n) }
        td.number { strong { (units::value(numbers.median, row.unit)) } }
        td.number { (shown::interval(row)) }
        @if columns.p90 { td.number { (units::value(numbers.p90, row.unit)) } }
        @if columns.compared {
            @match ratio {
                Some(ratio) => {
                    @let word = words::verdict(row.unit, ratio.verdict);
                    td.number { (units::ratio(ratio.value)) }
                    td.number { (shown::ratio_interval(row, ratio)) }
                    td.verdict.{ "v-" (ratio.verdict) } { (word) }
                }
                None => { td.number { "\u{2013}" } td.number {} td.muted { (if view.is_reference(row) { "reference" } else { "no ratio" }) } }
            }
        }
    }
}

/// What the pipe costs that is inside the clock of `resident` and `loaded`.
fn pipe_note(view: &View<'_>, metric: Metric) -> Markup {
    let pipes: Vec<String> = view
        .run
        .calibration
        .iter()
        .filter(|c| c.name == "pipe_round_trip")
        .map(|c| {
            let whose = c.technology.as_deref().unwrap_or("every runner");
            format!("{} for {whose} (n = {})", units::duration(c.median_ns), c.n)
        })
        .collect();
    let shown = metric == Metric::TimeToFirstResult && !pipes.is_empty();
    html! {
        @if shown {
            p.note { "Inside the clock of resident and loaded is the pipe\u{2019}s round trip, calibrated here at " (pipes.join(", ")) "." }
        }
    }
}
