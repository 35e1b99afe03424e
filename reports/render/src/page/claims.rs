//! What is often said, held against what was measured here, start by start.

use labrun_record::{Metric, Start, Tier};
use maud::{Markup, html};

use super::view::View;
use crate::chart::Series;
use crate::units;
use crate::words;

struct Claim {
    words: &'static str,
    tier: Tier,
    /// Nanoseconds; the claim says that the time lies between.
    between: [f64; 2],
}

const CLAIMS: [Claim; 2] = [
    Claim {
        words: "\u{201c}A wasm cold start is under 1 ms.\u{201d}",
        tier: Tier::WasmSandbox,
        between: [0.0, 1e6],
    },
    Claim {
        words: "\u{201c}A container\u{2019}s cold start is 100 ms to 1 s.\u{201d}",
        tier: Tier::Namespaces,
        between: [1e8, 1e9],
    },
];

pub(super) fn claims(view: &View<'_>) -> Markup {
    if view.headline != Some(Metric::TimeToFirstResult) || view.summary.machine.emulated {
        return html! {};
    }
    let all: Vec<Series<'_>> = view.workloads.iter().flat_map(|w| view.series(w)).collect();
    html! {
        section {
            h2 { "What is claimed, and what was measured here" }
            p.note {
                "A claim holds for a start if the whole interval of every measured row of that start lies within it, "
                "and does not hold if every interval lies outside."
            }
            div.scroll tabindex="0" role="region" aria-label="Claims" {
                table.claims {
                    thead { tr {
                        th scope="col" { "claim" } th scope="col" { "start" }
                        th scope="col" { "here" } th scope="col" { "measured" }
                    } }
                    tbody {
                        @for claim in &CLAIMS {
                            @let rows: Vec<&Series<'_>> = all.iter().filter(|s| s.row.row.tier == claim.tier).collect();
                            @for start in words::STARTS {
                                @let of_start: Vec<&Series<'_>> = rows.iter().copied().filter(|s| s.row.row.start == Some(start)).collect();
                                @if !of_start.is_empty() { (judged(claim, start, of_start)) }
                            }
                            @if rows.is_empty() {
                                tr { th scope="row" { (claim.words) } td {} td { "not measured" } td.muted { "no row of this kind was measured in this run" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn judged(claim: &Claim, start: Start, mut rows: Vec<&Series<'_>>) -> Markup {
    rows.sort_by(|a, b| a.median.total_cmp(&b.median));
    let [low, high] = claim.between;
    let ci = |s: &&&Series<'_>| s.row.numbers.as_ref().and_then(|n| n.ci);
    let inside = rows
        .iter()
        .filter(|s| ci(s).is_some_and(|[l, h]| l >= low && h < high))
        .count();
    let outside = rows
        .iter()
        .filter(|s| ci(s).is_some_and(|[l, h]| h < low || l >= high))
        .count();
    let (class, verdict) = if inside == rows.len() {
        ("holds", "holds")
    } else if outside == rows.len() {
        ("fails", "does not hold")
    } else if inside + outside == rows.len() {
        ("partly", "holds for some")
    } else {
        ("partly", "not decided for all")
    };
    html! {
        tr {
            th scope="row" { (claim.words) }
            td { (start) }
            td { strong.{ "claim-" (class) } { (verdict) } }
            td {
                (inside) " of " (units::plural(rows.len(), "row")) " within it. "
                @if let [fastest, .., slowest] = rows[..] {
                    "Fastest: " (named(fastest)) ". Slowest: " (named(slowest)) "."
                } @else if let [only] = rows[..] {
                    (named(only)) "."
                }
            }
        }
    }
}

fn named(one: &Series<'_>) -> Markup {
    let ci = one.row.numbers.as_ref().and_then(|n| n.ci);
    html! {
        (words::isolation(one.row)) " " (one.row.row.workload) ", "
        span.nowrap { (units::with_interval(one.median, ci, one.row.unit)) }
    }
}
