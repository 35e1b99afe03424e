//! Every row of a metric, measured or not: a table for each workload.

use labrun_analysis::{Numbers, RowSummary};
use labrun_record::{Metric, Target, Unit};
use maud::{Markup, html};

use super::cell::without_ratio;
use super::view::View;
use crate::facets::{Facets, facet};
use crate::table::which;
use crate::{shown, units, words};

/// Which columns a table has.
struct Columns<'a> {
    facets: Facets<'a>,
    /// The rates of which rows say a share.
    offered: bool,
    p90: bool,
    compared: bool,
}

impl Columns<'_> {
    /// Columns behind the version, which a reason takes the place of.
    fn of_numbers(&self) -> usize {
        3 + usize::from(self.offered) + usize::from(self.p90) + if self.compared { 3 } else { 0 }
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
        offered: rows
            .iter()
            .filter_map(|r| r.numbers.as_ref())
            .any(|n| n.rate.is_some()),
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
                    @if columns.offered { th.number scope="col" { "offered" } }
                    th.number scope="col" { "n" }
                    th.number scope="col" { (words::middle(metric)) }
                    th.number scope="col" { "95% interval" }
                    @if columns.p90 { th.number scope="col" { "p90" } }
                    @if columns.compared {
                        th.number scope="col" { "ratio" }
                        th.number scope="col" { "95% interval" }
                        th scope="col" { "verdict" }
                    }
                } }
                @let own: Vec<&RowSummary> = rows.iter().copied().filter(|one| !words::is_left(one)).collect();
                @for variant in columns.facets.variants(&own) {
                    tbody {
                        @if !variant.name.is_empty() {
                            tr.group { th scope="rowgroup" colspan=(columns.all()) { (variant.name) } }
                        }
                        @for one in variant.rows { (row(view, one, &columns)) }
                    }
                }
                (left(view, rows, &columns))
            }
        }
    }
}

/// What was not launched: one row of the table for each reason, with every isolation's name. What is
/// the matter with an isolation itself is said where that is described.
fn left(view: &View<'_>, rows: &[&RowSummary], columns: &Columns<'_>) -> Markup {
    let left = || rows.iter().copied().filter(|row| words::is_left(row));
    let key = |row: &RowSummary| (row.outcome, own_reason(view, row));
    html! {
        @if left().next().is_some() { tbody {
            @for (outcome, reason) in words::distinct(left().map(key)) {
                @let alike: Vec<&RowSummary> = left().filter(|row| key(row) == (outcome, reason.clone())).collect();
                tr.unmeasured {
                    td.reason colspan=(columns.all()) {
                        strong { (outcome) } ": " (names(&alike, rows)) ": "
                        @match reason {
                            Some(reason) => { (reason) }
                            None => { a href={ "#" (view.id("isolations")) } { "why, and how to get it" } }
                        }
                    }
                }
            }
        } }
    }
}

/// Why a row was not launched, unless that is what is the matter with its isolation.
fn own_reason(view: &View<'_>, row: &RowSummary) -> Option<String> {
    let mut isolations = view.run.isolations.iter();
    let of_isolation = isolations.find(|one| one.name == row.row.isolation);
    let of_isolation = of_isolation.and_then(|one| one.reason.as_deref());
    match row.reason.as_deref() {
        None => Some("no reason was recorded".to_owned()),
        reason if reason == of_isolation => None,
        reason => reason.map(str::to_owned),
    }
}

/// `docker/runc, wasmer/cranelift-aot (wasip2), wasm3/run (write-fsync)`: where it is not all of an
/// isolation, which part it is.
fn names(alike: &[&RowSummary], all: &[&RowSummary]) -> String {
    let isolations = words::distinct(alike.iter().map(|row| row.row.isolation.as_str()));
    let named = isolations.into_iter().map(|name| {
        let is_own = |row: &&&RowSummary| row.row.isolation == name;
        let targets_of = |rows: &[&RowSummary]| -> Vec<Target> {
            let own = rows.iter().filter(is_own);
            own.map(|row| row.row.target).collect()
        };
        let (here, everywhere) = (targets_of(alike), targets_of(all));
        if here.len() == everywhere.len() {
            return name.to_owned();
        }
        let count = |targets: &[Target], target: Target| {
            targets.iter().filter(|one| **one == target).count()
        };
        let targets = words::distinct(here.iter().copied());
        let is_whole = |target: &Target| count(&here, *target) == count(&everywhere, *target);
        let part = if targets.iter().all(is_whole) {
            let names: Vec<&str> = targets.into_iter().map(Target::name).collect();
            names.join(", ")
        } else {
            which(
                &alike.iter().filter(is_own).copied().collect::<Vec<_>>(),
                all,
            )
        };
        format!("{name} ({part})")
    });
    named.collect::<Vec<_>>().join(", ")
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
        @if columns.offered {
            td.number { (numbers.rate.map_or_else(String::new, |rate| units::value(rate, Unit::PerSecond))) }
        }
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
