//! The isolations with their versions, and whatever is tuned.

use labrun_record::{IsolationRecord, Outcome};
use maud::{Markup, html};

use super::artifacts::digest;

/// The table of all of them, each with its place, and an id that begins with `id`. `why` is what stands in the
/// place of the reason of one that is not here, if that is said elsewhere.
pub(in crate::page) fn isolations<'a>(
    all: impl Iterator<Item = (usize, &'a IsolationRecord)>,
    id: &str,
    why: impl Fn(Outcome, &str) -> Option<Markup>,
) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Isolations" {
            table.isolations {
                thead { tr {
                    th scope="col" { "isolation" } th scope="col" { "tier" } th scope="col" { "version" } th scope="col" { "runner" }
                    th scope="col" { "settings, with reasons" }
                } }
                tbody {
                    @for (place, isolation, is_alike) in beside_above(all) {
                        tr id={ (id) "-" (place) } {
                            th scope="row" { (isolation.name) }
                            td { (isolation.tier) }
                            td { (isolation.version.as_deref().unwrap_or("\u{2013}")) }
                            td { (digest(isolation.sha256.as_deref())) }
                            td.wrap {
                                @if is_alike { "as above" } @else { (settings(isolation, &why)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Each with whether its settings are those of the one above it, which need not be said again.
fn beside_above<'a>(
    all: impl Iterator<Item = (usize, &'a IsolationRecord)>,
) -> impl Iterator<Item = (usize, &'a IsolationRecord, bool)> {
    let mut above: Option<&IsolationRecord> = None;
    all.map(move |(place, own)| {
        let has_some = own.outcome == Outcome::Measured && !own.settings.is_empty();
        let told = above.replace(own);
        let told = told.filter(|told| told.outcome == own.outcome && told.settings == own.settings);
        (place, own, has_some && told.is_some())
    })
}

fn settings(isolation: &IsolationRecord, why: &impl Fn(Outcome, &str) -> Option<Markup>) -> Markup {
    let outcome = isolation.outcome;
    let reason = isolation.reason.as_deref();
    let reason = reason.unwrap_or("no reason was recorded");
    html! {
        @if outcome != Outcome::Measured {
            strong { (outcome) } ": "
            @match why(outcome, reason) { Some(elsewhere) => { (elsewhere) } None => { (reason) } }
        } @else if isolation.settings.is_empty() { span.muted { "nothing tuned" } }
        @for setting in &isolation.settings {
            div { code { (setting.name) " = " (setting.value) } ": " (setting.reason) }
        }
    }
}
