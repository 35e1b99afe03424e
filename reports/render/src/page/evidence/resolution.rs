//! What this machine could tell apart when it was last calibrated.

use labrun_record::Resolution;
use maud::{Markup, html};

use crate::page::view::View;
use crate::replay::{has_stalls, name, said, unchanged};

/// On the page of a run; nothing where all of it is counted.
pub(super) fn of_machine(view: &View<'_>) -> Markup {
    let run = view.run;
    if run.rows.iter().all(|row| row.metric.is_exact()) {
        return html! {};
    }
    html! {
        h3 id=(view.id("resolution")) { "What this machine can tell apart" }
        @match &run.resolution {
            Some(of) => {
                p {
                    "When it was calibrated, " (of.started) " (" code { (of.run) } "), by quads of a build against itself. "
                    (unchanged(of))
                }
                (table(of))
            }
            None => {
                p { "Not known: this machine was not calibrated within a day before the run. " code { "labrun calibrate" } " would tell." }
            }
        }
    }
}

/// What was injected, what was found of it, and how often.
pub(in crate::page) fn table(of: &Resolution) -> Markup {
    html! {
        @if !of.changed.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Changes of known size" {
                table {
                    thead { tr {
                        th scope="col" { "changed on purpose" } th scope="col" { "by" } th.number scope="col" { "injected" }
                        th.number scope="col" { "found" } th.number scope="col" { "error" } th.number scope="col" { "largest error" }
                        th.number scope="col" { "found worse in" } th.number scope="col" { "found from" }
                    } }
                    tbody {
                        @for one in &of.changed { @for (place, size) in one.sizes.iter().enumerate() {
                            @let [injected, found, error] = said::sizes(size);
                            tr {
                                th scope="row" { (name(&one.row)) }
                                td { (said::change(size.change)) }
                                td.number { (injected) }
                                td.number { (found) }
                                td.number { (error) }
                                td.number { (said::largest_error(size)) }
                                td.number {
                                    (size.worse) " of " (size.tries)
                                    @if size.not_decided > 0 { ", " (size.not_decided) " not decided" }
                                }
                                td.number { @if place == 0 { (one.least_found.map_or_else(|| "\u{2013}".to_owned(), said::percent)) } }
                            }
                        } }
                    }
                }
            }
            p.note {
                "Injected and found: the change as a share of A\u{2019}s median, of an allocation in bytes; each the median of its tries. "
                "Found from: the least change that at least 9 of 10 tries find, as they find every larger one."
                @if has_stalls(of) { " " (said::OF_STALLS) }
            }
        }
    }
}
