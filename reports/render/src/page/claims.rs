//! What is often said, held against what was measured here, case by case.

mod judge;

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Tier};
use maud::{Markup, html};

use super::view::View;
use crate::facets::facet;
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

pub(super) fn claims(view: &View<'_>, measure: Measure) -> Markup {
    let metrics = view.metrics(measure);
    let own = CLAIMS.iter().filter(|c| metrics.contains(&c.metric));
    // What was counted is as true on an emulated machine.
    let own: Vec<&Claim> = own
        .filter(|c| c.metric.is_exact() || !view.summary.machine.emulated)
        .collect();
    let Some(first) = own.first() else {
        return html! {};
    };
    let margin = view.margin(measure);
    html! {
        section {
            h2 { "What is claimed, and what was measured here" }
            p.note { (first.by.rule(margin)) }
            div.scroll tabindex="0" role="region" aria-label="Claims" {
                table.claims {
                    thead { tr {
                        th scope="col" { "claim" } th scope="col" { (first.by.name()) }
                        th scope="col" { "here" } th scope="col" { "measured" }
                    } }
                    tbody {
                        @for claim in own {
                            @let cases = cases(view, claim);
                            @for (case, rows) in &cases { (judged(claim, case, rows, margin)) }
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

impl By {
    /// What a case is called.
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Form => "form",
            Self::Kernel => "kernel",
        }
    }

    /// When a claim holds.
    fn rule(self, margin: f64) -> String {
        match self {
            Self::Start => "A claim holds for a start if the whole interval of every measured row of that start lies within it, and does not hold if every interval lies outside.".to_owned(),
            Self::Form => "A claim holds for a form if every row of that form lies within it, and does not hold if every row lies outside. A MB is 1,000,000 bytes; an image counts with all its layers.".to_owned(),
            Self::Kernel => format!(
                "The claim holds for a kernel if the whole interval of the ratio to the reference\u{2019}s rate is within the margin of {:.0}% or better for every row, and does not hold if every interval is below.",
                margin * 100.0
            ),
        }
    }

    /// The case of a row, if it is one.
    fn case(self, row: &RowSummary) -> Option<&str> {
        match self {
            Self::Start => facet(row, "start"),
            Self::Form => facet(row, "form").filter(|form| ["built", "shipped"].contains(form)),
            Self::Kernel => Some(row.row.workload.as_str()).filter(|w| !NOT_KERNELS.contains(w)),
        }
    }
}

/// The measured rows that a claim is about, by case, the best first.
fn cases<'a>(view: &View<'a>, claim: &Claim) -> Vec<(&'a str, Vec<&'a RowSummary>)> {
    let mut rows: Vec<&RowSummary> = view
        .rows(claim.metric)
        .filter(|r| r.row.tier == claim.tier && words::is_of_kind(&r.row) && r.median().is_some())
        .filter(|r| matches!(claim.says, Says::Between(_)) || judged_by(claim, r).is_some())
        .collect();
    rows.sort_by_key(|r| r.row.start);
    let of_case = |case: &'a str| {
        let own = rows.iter().copied();
        let mut members: Vec<&RowSummary> =
            own.filter(|r| claim.by.case(r) == Some(case)).collect();
        members.sort_by(|a, b| words::better_first(a, b));
        (case, members)
    };
    let names = distinct(rows.iter().filter_map(|r| claim.by.case(r)));
    names.into_iter().map(of_case).collect()
}
