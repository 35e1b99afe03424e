//! What is often said, and which rows of a run it is about.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Tier};

use super::judge::{self, Held, judged_by};
use crate::facets::facet;
use crate::measure::Measure;
use crate::page::view::View;
use crate::words::{self, distinct};

pub(super) struct Claim {
    pub words: &'static str,
    pub metric: Metric,
    tier: Tier,
    pub says: Says,
    /// What the rows are told apart by: the claim is judged for each.
    by: By,
}

pub(super) enum Says {
    /// The value lies between, in the metric's unit.
    Between([f64; 2]),
    /// The rate is the reference's, within the margin, or better.
    Near,
}

#[derive(Clone, Copy, PartialEq, Eq)]
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

/// A claim that a run has rows for, with those that were measured.
pub(super) struct Judged<'a> {
    pub claim: &'static Claim,
    pub margin: f64,
    /// By what tells them apart, the best first.
    pub cases: Vec<(&'a str, Vec<&'a RowSummary>)>,
    /// Its place among the claims, for addresses.
    place: usize,
}

/// The claims that a run can say something about. What was counted is as true on an emulated machine.
pub(super) fn held<'a>(view: &View<'a>) -> Vec<Judged<'a>> {
    let is_said = |claim: &Claim| view.rows(claim.metric).any(RowSummary::compares);
    let claims = CLAIMS.iter().enumerate();
    let own = claims.filter(|(_, claim)| is_said(claim));
    own.map(|(place, claim)| Judged {
        claim,
        margin: view.margin(Measure::of(claim.metric)),
        cases: cases(view, claim),
        place,
    })
    .collect()
}

impl Judged<'_> {
    /// Where it is judged, case by case.
    pub(super) fn id(&self, view: &View<'_>) -> String {
        view.id(&format!("claim-{}", self.place + 1))
    }

    /// When it holds.
    pub(super) fn rule(&self) -> String {
        self.claim.by.rule(self.margin)
    }

    /// What decides whether it holds, by the rows that are decided.
    fn depends(&self) -> &'static str {
        let counts = |(_, rows): &(_, Vec<&RowSummary>)| {
            judge::counts(self.claim, rows, self.margin).map(|count| count > 0)
        };
        let cases: Vec<[bool; 2]> = self.cases.iter().map(counts).collect();
        let [is_held, is_not] = [0, 1].map(|side| cases.iter().any(|case| case[side]));
        if cases.contains(&[true, true]) {
            "depends on the isolation"
        } else if is_held && is_not {
            self.claim.by.depends()
        } else {
            "not decided for all"
        }
    }

    /// What becomes of it in all cases together: the class of its colour, and the word.
    pub(super) fn verdict(&self) -> (&'static str, &'static str) {
        let cases = self.cases.iter();
        let held = cases.map(|(_, rows)| judge::held(self.claim, rows, self.margin));
        match distinct(held)[..] {
            [] => ("none", "not measured"),
            [Held::All] => ("holds", "holds"),
            [Held::None] => ("fails", "fails"),
            _ => ("partly", self.depends()),
        }
    }
}

impl By {
    /// What decides whether a claim holds, where that is the case alone.
    fn depends(self) -> &'static str {
        match self {
            Self::Start => "depends on the start",
            Self::Form => "depends on the form",
            Self::Kernel => "depends on the workload",
        }
    }

    /// When a claim holds.
    fn rule(self, margin: f64) -> String {
        match self {
            Self::Start => "A claim about a start holds if the whole interval of every measured row of that start lies within it, and does not hold if every interval lies outside.".to_owned(),
            Self::Form => "A claim about a form of what is shipped holds if every row of that form lies within it, and does not hold if every row lies outside. A MB is 1,000,000 bytes; an image counts with all its layers.".to_owned(),
            Self::Kernel => format!(
                "A claim about a kernel of computing holds if the whole interval of the ratio to the reference\u{2019}s rate is within the margin of {:.0}% or better for every row, and does not hold if every interval is below.",
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
