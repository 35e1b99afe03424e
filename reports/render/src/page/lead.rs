//! The answer in one sentence for each workload: the reference, then the fastest of each
//! class of boundary, from a fresh process and from what already stands.

use labrun_analysis::Verdict;
use labrun_record::{Start, Tier};
use maud::{Markup, html};

use super::view::View;
use crate::chart::Series;
use crate::{units, words};

/// A class of boundary at a start, in words.
const KINDS: [(Tier, Start, &str); 6] = [
    (Tier::Namespaces, Start::Process, "a container"),
    (
        Tier::UserKernel,
        Start::Process,
        "a container on a kernel in user space",
    ),
    (Tier::MicroVm, Start::Process, "a microVM"),
    (Tier::WasmSandbox, Start::Process, "wasm in a fresh process"),
    (
        Tier::WasmSandbox,
        Start::Resident,
        "wasm in a runner that is up",
    ),
    (
        Tier::WasmSandbox,
        Start::Loaded,
        "wasm in a runner that has loaded the module",
    ),
];

pub(super) fn lead(view: &View<'_>) -> Markup {
    html! {
        p.note { "Each sentence takes the fastest configuration of its tier and start, and names it; all others follow." }
        @for workload in &view.workloads {
            @if let Some(reference) = view.reference(workload) {
                @let series = view.series(workload);
                p.lead {
                    strong { (workload) } ": a native process needs " (median(&reference)) "."
                    @for (tier, start, kind) in KINDS {
                        @if let Some(fastest) = fastest(&series, tier, start) {
                            " " (words::capital(kind)) " " (against(&fastest))
                            " (" (fastest.row.row.isolation) ", " (median(&fastest)) ")."
                        }
                    }
                }
            }
        }
    }
}

fn fastest<'a>(series: &[Series<'a>], tier: Tier, start: Start) -> Option<Series<'a>> {
    let of_kind = |s: &&Series<'_>| {
        let row = &s.row.row;
        row.tier == tier && words::is_of_kind(row) && row.start == Some(start)
    };
    let by_median = |a: &&Series<'_>, b: &&Series<'_>| a.median.total_cmp(&b.median);
    series.iter().filter(of_kind).min_by(by_median).copied()
}

fn median(one: &Series<'_>) -> Markup {
    let ci = one.row.numbers.as_ref().and_then(|n| n.ci);
    html! { span.nowrap { (units::with_interval(one.median, ci, one.row.unit)) } }
}

/// `takes 11.2 times [11.1, 11.3] as long`.
fn against(one: &Series<'_>) -> Markup {
    let ratio = one.row.numbers.as_ref().and_then(|n| n.ratio.as_ref());
    let Some(ratio) = ratio else {
        return html! { "has no ratio" };
    };
    let faster = ratio.verdict == Verdict::Better;
    let (value, ci) = if faster {
        (
            1.0 / ratio.value,
            ratio.ci.map(|[low, high]| [1.0 / high, 1.0 / low]),
        )
    } else {
        (ratio.value, ratio.ci)
    };
    let times = units::ratio(value);
    let ends = units::ratio_interval(ci, value);
    html! {
        @match ratio.verdict {
            Verdict::Better => { "is " b { (times) " times faster" } " " (ends) }
            Verdict::Worse => { "takes " b { (times) " times as long" } " " (ends) }
            Verdict::Equivalent => { "is equivalent, ratio " (times) " " (ends) }
            Verdict::Inconclusive => { "cannot be told apart here, ratio " (times) " " (ends) }
        }
    }
}
