//! Every row of a metric, measured or not: a table for each workload.

use labrun_analysis::{Numbers, RowSummary};
use labrun_record::{Metric, Start};
use maud::{Markup, html};

use super::answer::chip;
use super::view::View;
use crate::{units, words};

pub(super) fn tables(view: &View<'_>, metric: Metric) -> Markup {
    html! {
        @for workload in &view.workloads {
            @let rows: Vec<&RowSummary> = view.rows(metric).filter(|r| r.row.workload == *workload).collect();
            @if !rows.is_empty() { (table(view, metric, workload, &rows)) }
        }
        (pipe_note(view, metric))
    }
}

fn table(view: &View<'_>, metric: Metric, workload: &str, rows: &[&RowSummary]) -> Markup {
    let compared = rows
        .iter()
        .any(|r| r.numbers.as_ref().is_some_and(|n| n.ratio.is_some()));
    let starts = rows.iter().any(|r| r.row.start.is_some());
    let emulated =
        |r: &RowSummary| view.summary.machine.emulated || r.row.arch != view.summary.machine.arch;
    html! {
        div.scroll tabindex="0" role="region" aria-label={ (words::metric(metric)) " of " (workload) } {
            table.rows {
                caption { (workload) @if view.run.indicative { " \u{b7} indicative" } }
                thead { tr {
                    th scope="col" { "isolation" }
                    th scope="col" { "target" }
                    @if starts { th scope="col" { "start" } }
                    th scope="col" { "version" }
                    th.number scope="col" { "n" }
                    th.number scope="col" { "median" }
                    th.number scope="col" { "95% interval" }
                    th.number scope="col" { "p90" }
                    @if compared {
                        th.number scope="col" { "ratio" }
                        th.number scope="col" { "95% interval" }
                        th scope="col" { "verdict" }
                    }
                } }
                tbody {
                    @for row in rows {
                        tr.unmeasured[row.numbers.is_none()] {
                            th scope="row" { (chip(view, row.technology())) (row.row.isolation) (words::params(row)) }
                            td { (row.row.target) @if emulated(row) { " \u{b7} emulated" } }
                            @if starts { td { (row.row.start.map_or("", Start::name)) } }
                            td.version { (row.isolation_version.as_deref().unwrap_or("\u{2013}")) }
                            @match &row.numbers {
                                Some(numbers) => { (measured(view, row, numbers, compared)) }
                                None => {
                                    td.reason colspan=(if compared { "7" } else { "4" }) {
                                        strong { (row.outcome) } ": "
                                        (row.reason.as_deref().unwrap_or("no reason was recorded"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn measured(view: &View<'_>, row: &RowSummary, numbers: &Numbers, compared: bool) -> Markup {
    let ratio = numbers.ratio.as_ref();
    html! {
        td.number { (numbers.n) }
        td.number { strong { (units::value(numbers.median, row.unit)) } }
        td.number { (units::interval(numbers.ci, numbers.median, row.unit)) }
        td.number { (units::value(numbers.p90, row.unit)) }
        @if compared {
            @match ratio {
                Some(ratio) => {
                    @let word = words::verdict(row.unit, ratio.verdict);
                    td.number { (units::ratio(ratio.value)) }
                    td.number { (units::ratio_interval(ratio.ci, ratio.value)) }
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
