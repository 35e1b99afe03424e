//! The trade: a line or two for each technology, what it costs side by side. There is no score:
//! whoever decides knows what a millisecond is worth in megabytes, and a page does not.

mod column;

use labrun_analysis::RowSummary;
use maud::{Markup, html};

use super::cell::{cell, reasons};
use super::view::View;
use crate::facets::facet;
use crate::words::distinct;
use column::{COLUMNS, Column};

/// A column, and the workload that it is about here.
type Shown = (&'static Column, &'static str);

pub(super) fn trade(view: &View<'_>) -> Markup {
    let rows = &view.summary.results;
    let shown = |c: &'static Column| Some((c, c.workload(rows)?));
    let columns: Vec<Shown> = COLUMNS.iter().filter_map(shown).collect();
    let lines = lines(view, &columns);
    if columns.is_empty() || lines.is_empty() {
        return html! {};
    }
    html! {
        section.answer {
            h2 { "The trade" }
            p.note {
                "One configuration on each line, the same in every column: of each technology those that others are compared with, or else the first, and each further one that has a number where they have none. "
                "In each cell the median, its 95% interval, and how it compares with the column\u{2019}s own reference; of memory the PSS, and below it what the cgroup is charged, against the reference\u{2019}s cgroup. "
                "There is no score: what a millisecond is worth in megabytes is for the reader to say. Every other configuration follows."
            }
            div.scroll tabindex="0" role="region" aria-label="The trade" {
                table.glance.trade {
                    thead { tr {
                        th scope="col" { "isolation" }
                        @for (column, workload) in &columns { th.number scope="col" { (column.words) br; (workload) } }
                    } }
                    tbody {
                        @for (technology, isolation) in &lines {
                            tr {
                                th scope="row" { (view.chip(technology)) (isolation) }
                                @for (column, workload) in &columns {
                                    @let row = column.of(rows, workload, isolation);
                                    @let network = row.and_then(|r| facet(r, "network"));
                                    td.number { (cell(view, row, network.unwrap_or_default())) }
                                }
                            }
                        }
                    }
                }
            }
            (reasons(view, columns.iter().flat_map(|(column, workload)| {
                lines.iter().filter_map(move |(_, isolation)| column.of(rows, workload, isolation))
            })))
        }
    }
}

/// The configurations that were measured, technology by technology: those that others are
/// compared with, then each that has a number where those before it have none.
fn lines<'a>(view: &View<'a>, columns: &[Shown]) -> Vec<(&'a str, &'a str)> {
    let rows = &view.summary.results;
    let measured = rows.iter().filter(|r| r.median().is_some());
    let mut lines = distinct(measured.map(|r| (r.technology(), r.row.isolation.as_str())));
    let is_reference = |isolation| view.run.references.iter().any(|r| r.isolation == isolation);
    lines.sort_by_key(|(technology, isolation)| {
        let place = view.technologies.iter().position(|t| t == technology);
        (place, !is_reference(*isolation))
    });
    let mut seen = Vec::new();
    lines.retain(|(technology, isolation)| {
        let has_number = |(_, (column, workload)): &(usize, &Shown)| {
            let row = column.of(rows, workload, isolation);
            row.and_then(RowSummary::median).is_some()
        };
        let own = columns.iter().enumerate().filter(has_number);
        let own: Vec<_> = own.map(|(place, _)| (*technology, place)).collect();
        let adds = own.iter().any(|number| !seen.contains(number));
        seen.extend(own);
        adds
    });
    lines
}
