//! What a reader has to know first (indicative, of another method, interrupted), and the warnings.

use labrun_analysis::Warning;
use labrun_record::{METHOD_VERSION, Run, Side};
use maud::{Markup, html};

use crate::page::view::View;
use crate::{units, words};

/// Warnings of a kind that are told one by one; the table of all rows has the kinds of all of them.
const TOLD: usize = 40;

pub(in crate::page) fn banners(run: &Run) -> Markup {
    html! {
        @if run.indicative {
            p.banner role="note" {
                strong { "Indicative. " }
                "This run was taken with " code { "--quick" } ": few launches and few configurations. Decide nothing by it; "
                "run it without " code { "--quick" } " first."
            }
        }
        @if run.method_version != METHOD_VERSION {
            p.banner role="note" {
                strong { "Another method. " }
                "This run was taken by method " (run.method_version) ", and the page describes method " (METHOD_VERSION)
                ": docs/METHODOLOGY.md says what is different. Runs of the two are not compared."
            }
        }
        @if let Some(why) = &run.interrupted {
            p.banner role="note" {
                strong { "Incomplete. " } (words::sentence(why)) " What was taken so far counts."
            }
        }
        @if !run.damaged.is_empty() {
            p.banner role="note" {
                strong { "Damaged. " } (run.damaged.join("; ")) ". What could be read is shown: medians and intervals are of that alone."
            }
        }
        @if run.emulated_arch().is_some() {
            p.banner role="note" { strong { "Emulated. " } "No speed of this run is compared with anything." }
        }
    }
}

/// The warnings, one block for each kind, with what to do about it.
pub(super) fn warnings(view: &View<'_>) -> Markup {
    let all = &view.summary.warnings;
    let kinds = words::distinct(all.iter().map(|w| w.name));
    html! {
        h3 id=(view.id("warnings")) { "Warnings" }
        @if kinds.is_empty() && view.run.rows.iter().all(|row| row.metric.is_exact()) { p { "None." } }
        @else if kinds.is_empty() { p { "None: no drift, no autocorrelation, no second mode, and every interval as narrow as planned." } }
        @for kind in kinds {
            @let of_kind: Vec<&Warning> = all.iter().filter(|w| w.name == kind).collect();
            div.warning {
                p { strong { (kind.name().replace('_', " ")) } ": " (words::sentence(&of_kind[0].advice)) }
                @if let [only] = of_kind[..] {
                    p { (concerns(view, only)) }
                } @else {
                    details {
                        summary { (units::plural(of_kind.len(), "row")) }
                        ul { @for one in of_kind.iter().take(TOLD) { li { (concerns(view, one)) } } }
                        @if of_kind.len() > TOLD {
                            p.note { "The other " (of_kind.len() - TOLD) " are marked in the table of every row, and their words are in summary.json." }
                        }
                    }
                }
            }
        }
    }
}

fn concerns(view: &View<'_>, warning: &Warning) -> Markup {
    let row = warning.row.and_then(|index| view.run.rows.get(index));
    let side = match warning.side {
        Some(Side::A) => ", side A",
        Some(Side::B) => ", side B",
        None => "",
    };
    let results = &view.summary.results;
    let measured = warning.row.and_then(|index| results.get(index));
    let measured = measured.filter(|row| row.numbers.is_some());
    html! {
        @match (row, measured) {
            (Some(row), Some(measured)) => { a href={ "#" (view.anchor(measured)) } { (row) } (side) ": " }
            (Some(row), None) => { b { (row) } (side) ": " }
            (None, _) => {}
        }
        (warning.message)
    }
}
