//! What is often said, held against what was measured here, case by case.

mod judge;

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Tier};
use maud::{Markup, html};

use super::topic::better_first;
use super::view::View;
use crate::measure::Measure;
use crate::words::{self, distinct};
use judge::{judged, judged_by};

struct Claim {
    words: &'static str,
    metric: Metric,
    tier: Tier,
    says: Says,
    /// What the rows are told apart by: the claim is judged for each.
    by: By,
}

enum Says {
    /// The value lies between, in the metric's unit.
    Between([f64; 2]),
    /// The rate is the reference's, within the margin, or better.
    Near,
}

#[derive(Clone, Copy)]
enum By {
    Start,
    /// `built` and `shipped`.
    Form,
    Kernel,
}

const CLAIMS: [Claim; 5] = [
    Claim {
        words: "\u{201c}A wasm cold start is under 1 ms.\u{201d}",
        metric: Metric::TimeToFirstResult,
        tier: Tier::WasmSandbox,
        says: Says::Between([0.0, 1e6]),
        by: By::Start,
    },
    Claim {
        words: "\u{201c}A container\u{2019}s cold start is 100 ms to 1 s.\u{201d}",
        metric: Metric::TimeToFirstResult,
        tier: Tier::Namespaces,
        says: Says::Between([1e8, 1e9]),
        by: By::Start,
    },
    Claim {
        words: "\u{201c}A wasm binary is under 5 MB.\u{201d}",
        metric: Metric::Size,
        tier: Tier::WasmSandbox,
        says: Says::Between([0.0, 5e6]),
        by: By::Form,
    },
    Claim {
        words: "\u{201c}A container image is 50 to 200 MB.\u{201d}",
        metric: Metric::Size,
        tier: Tier::Namespaces,
        says: Says::Between([50e6, 200e6]),
        by: By::Form,
    },
    Claim {
        words: "\u{201c}Wasm runs at near-native speed.\u{201d}",
        metric: Metric::OperationsPerSecond,
        tier: Tier::WasmSandbox,
        says: Says::Near,
        by: By::Kernel,
    },
];

/// Workloads whose operations are not computing alone.
const NOT_KERNELS: [&str; 2] = ["file-io", "http"];

pub(super) fn claims(view: &View<'_>) -> Markup {
    let own: Vec<&Claim> = CLAIMS
        .iter()
        .filter(|c| Measure::of(c.metric) == view.measure && view.rows(c.metric).next().is_some())
        .collect();
    let emulated = view.summary.machine.emulated && view.measure != Measure::Size;
    let Some(first) = own.first().filter(|_| !emulated) else {
        return html! {};
    };
    let (what, rule) = note(first, view.margin());
    html! {
        section {
            h2 { "What is claimed, and what was measured here" }
            p.note { (rule) }
            div.scroll tabindex="0" role="region" aria-label="Claims" {
                table.claims {
                    thead { tr {
                        th scope="col" { "claim" } th scope="col" { (what) }
                        th scope="col" { "here" } th scope="col" { "measured" }
                    } }
                    tbody {
                        @for claim in own {
                            @let cases = cases(view, claim);
                            @for (case, rows) in &cases { (judged(claim, case, rows, view.margin())) }
                            @if cases.is_empty() {
                                tr { th scope="row" { (claim.words) } td {} td { "not measured" } td.muted { "no row of this kind was measured in this run" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What the cases are, and when a claim holds.
fn note(claim: &Claim, margin: f64) -> (&'static str, String) {
    match claim.by {
        By::Start => (
            "start",
            "A claim holds for a start if the whole interval of every measured row of that start lies within it, and does not hold if every interval lies outside.".to_owned(),
        ),
        By::Form => (
            "form",
            "A claim holds for a form if every row of that form lies within it, and does not hold if every row lies outside. A MB is 1,000,000 bytes; an image counts with all its layers.".to_owned(),
        ),
        By::Kernel => (
            "kernel",
            format!(
                "The claim holds for a kernel if the whole interval of the ratio to the reference\u{2019}s rate is within the margin of {:.0}% or better for every row, and does not hold if every interval is below.",
                margin * 100.0
            ),
        ),
    }
}

/// The measured rows that a claim is about, by case.
fn cases<'a>(view: &View<'a>, claim: &Claim) -> Vec<(String, Vec<&'a RowSummary>)> {
    let case = |row: &RowSummary| match claim.by {
        By::Start => row.row.start.map(|s| s.to_string()),
        By::Form => {
            let form = row.row.params.get("form");
            form.filter(|f| ["built", "shipped"].contains(&f.as_str()))
                .cloned()
        }
        By::Kernel => {
            let is_kernel = !NOT_KERNELS.contains(&row.row.workload.as_str());
            is_kernel.then(|| row.row.workload.clone())
        }
    };
    let rows: Vec<&RowSummary> = view
        .rows(claim.metric)
        .filter(|r| {
            r.row.tier == claim.tier
                && words::is_of_kind(&r.row)
                && r.numbers.is_some()
                && case(r).is_some()
        })
        .filter(|r| matches!(claim.says, Says::Between(_)) || judged_by(claim, r).is_some())
        .collect();
    let mut names = distinct(rows.iter().filter_map(|r| case(r)));
    if let By::Start = claim.by {
        names.sort_by_key(|n| words::STARTS.iter().position(|s| s.name() == n));
    }
    names
        .into_iter()
        .map(|name| {
            let own = |r: &&RowSummary| case(r).as_ref() == Some(&name);
            let mut members: Vec<&RowSummary> = rows.iter().copied().filter(own).collect();
            members.sort_by(|a, b| better_first(a, b));
            (name, members)
        })
        .collect()
}
