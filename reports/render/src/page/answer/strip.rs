//! The claims on the page: a strip that tells what became of each, and how that was judged.

use maud::{Markup, html};

use super::claims::Judged;
use super::judge::judged;
use crate::page::view::View;
use crate::words::distinct;

/// Each claim with what became of it, as a link to how it was judged.
pub(super) fn strip(view: &View<'_>, held: &[Judged<'_>]) -> Markup {
    html! {
        @if !held.is_empty() {
            ul.strip aria-label="Claims in circulation" {
                @for one in held {
                    @let (class, verdict) = one.verdict();
                    li { a href={ "#" (one.id(view)) } {
                        strong.{ "claim-" (class) } { (verdict) } " " span { (one.claim.words) }
                    } }
                }
            }
        }
    }
}

/// How each claim was judged, case by case, by which rows.
pub(super) fn details(view: &View<'_>, held: &[Judged<'_>]) -> Markup {
    let rules = distinct(held.iter().map(Judged::rule));
    html! {
        h3 { "What is claimed, and what was measured here" }
        @for rule in rules { p.note { (rule) } }
        div.scroll tabindex="0" role="region" aria-label="Claims" {
            table.claims {
                thead { tr {
                    th scope="col" { "claim" } th scope="col" { "case" }
                    th scope="col" { "here" } th scope="col" { "measured" }
                } }
                @for one in held {
                    tbody id=(one.id(view)) {
                        @for (case, rows) in &one.cases { (judged(view, one.claim, case, rows, one.margin)) }
                        @if one.cases.is_empty() {
                            tr { th scope="row" { (one.claim.words) } td {} td { "not measured" } td.muted { "no row of this kind was measured in this run" } }
                        }
                    }
                }
            }
        }
    }
}
