//! The trade: a line for each technology, what it costs side by side. There is no score:
//! whoever decides knows what a millisecond is worth in megabytes, and a page does not.

mod column;

use labrun_analysis::RowSummary;
use maud::{Markup, html};

use super::cell::cell;
use super::view::View;
use crate::facets::facet;
use crate::words::distinct;
use column::{COLUMNS, Column};

/// Configurations that people know; of a technology without one, that with the most
/// numbers here.
const KNOWN: [&str; 5] = [
    "native/static",
    "docker/runc",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
];

pub(super) fn trade(view: &View<'_>) -> Markup {
    let rows = &view.summary.results;
    let columns: Vec<(&Column, &str)> = COLUMNS
        .iter()
        .filter_map(|c| Some((c, c.workload(rows)?)))
        .collect();
    let lines = isolations(rows);
    if columns.is_empty() || lines.is_empty() {
        return html! {};
    }
    html! {
        section.answer {
            h2 { "The trade" }
            p.note {
                "One configuration on each line, the same in every column: the median, its 95% interval, and how it compares with the column\u{2019}s own reference. "
                "There is no score: what a millisecond is worth in megabytes is for the reader to say. Every other configuration follows."
            }
            div.scroll tabindex="0" role="region" aria-label="The trade" {
                table.glance.trade {
                    thead { tr {
                        th scope="col" { "isolation" }
                        @for (column, workload) in &columns { th.number scope="col" { (column.words) br; (workload) } }
                    } }
                    tbody {
                        @for isolation in lines {
                            tr {
                                th scope="row" { (view.chip(technology(isolation))) (isolation) }
                                @for (column, workload) in &columns {
                                    td.number { (of_column(view, column, workload, isolation)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn of_column(view: &View<'_>, column: &Column, workload: &str, isolation: &str) -> Markup {
    let rows = &view.summary.results;
    let row = column.of(rows, workload, isolation);
    let network = row.and_then(|r| facet(r, "network")).unwrap_or_default();
    cell(view, row, column.exists(rows, workload, isolation), network)
}

fn technology(isolation: &str) -> &str {
    isolation.split('/').next().unwrap_or_default()
}

/// The known configurations that have a number, and one of each other technology.
fn isolations(rows: &[RowSummary]) -> Vec<&str> {
    let measured = || rows.iter().filter(|r| r.numbers.is_some());
    let all = distinct(measured().map(|r| r.row.isolation.as_str()));
    let count = |name: &str| measured().filter(|r| r.row.isolation == name).count();
    let mut lines = Vec::new();
    for one in distinct(all.iter().map(|name| technology(name))) {
        let own = || all.iter().copied().filter(|name| technology(name) == one);
        let before = lines.len();
        lines.extend(
            KNOWN
                .into_iter()
                .filter_map(|known| own().find(|name| *name == known)),
        );
        if lines.len() == before {
            lines.extend(own().max_by_key(|name| count(name)));
        }
    }
    lines
}
