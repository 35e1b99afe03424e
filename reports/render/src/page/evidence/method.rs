//! The method in short: what a number is, what its interval and its verdict say, and what each metric
//! means. The documents that are named have all of it.

use labrun_record::{Metric, Start};
use maud::{Markup, html};

use crate::measure::Measure;
use crate::page::view::View;
use crate::units;
use crate::words::{self, distinct};

pub(super) fn method(views: &[View<'_>]) -> Markup {
    let metrics = metrics(views);
    let has = |measure: Measure| metrics.iter().any(|metric| Measure::of(*metric) == measure);
    let starts = starts(views);
    html! {
        h3 { "What a number is" }
        @if metrics.iter().any(|metric| !metric.is_exact()) {
            p {
                "A launch makes one isolate, or a series of them, from nothing to nothing, and checks its output: a wrong one has no number, however fast. "
                "It gives one value, whatever it repeats inside. A number is the median of n launches, and the brackets beside it are its 95% interval: where the median of such launches lies."
            }
            p {
                "Launches come in blocks, each in an order that is shuffled afresh, so that what drifts on the machine drifts under all alike. How many a row gets is fixed after a pilot, and does not depend on which rows stop."
            }
        }
        p {
            "A ratio is of a row and its reference, over the blocks that both have. The row is better or worse if the whole 95% interval of the ratio lies outside the margin (" (margins(views)) "), equivalent if the whole 90% interval lies inside, and else inconclusive: then a replay can decide."
        }
        @if metrics.iter().any(|metric| metric.is_exact()) {
            p { "Sizes and checks are counted, and not measured: n is 1, and the number is exact." }
        }
        @if metrics.contains(&Metric::Latency) {
            p { "A latency is a quantile of the requests of all launches together, each from the instant at which it was due, and not from when it was sent." }
        }
        @if has(Measure::Memory) {
            p { "Memory is counted in two ways: by every process that exists because of the isolate (PSS), and by what its cgroup is charged. The two are never compared with each other." }
        }
        p.note {
            "The whole of it is in docs/METHODOLOGY.md and the page of each measure beside it, the words in docs/GLOSSARY.md, whom the choices favour in docs/BIAS.md."
        }
        details {
            summary { "What each metric means" }
            dl {
                @for metric in &metrics {
                    div { dt { (words::metric(*metric)) } dd { (words::sentence(metric.summary())) (references(views, *metric)) } }
                }
                @for start in &starts { div { dt { "start: " (start) } dd { (of_start(*start)) } } }
            }
        }
    }
}

/// The metrics of all runs, in the order in which reports show them.
fn metrics(views: &[View<'_>]) -> Vec<Metric> {
    let all = Measure::ALL.into_iter().flat_map(Measure::metrics);
    let is_there = |metric: &Metric| views.iter().any(|view| view.rows(*metric).next().is_some());
    all.filter(is_there).collect()
}

fn starts(views: &[View<'_>]) -> Vec<Start> {
    let rows = views.iter().flat_map(|view| &view.run.rows);
    let mut starts = distinct(rows.filter_map(|row| row.start));
    starts.sort_unstable();
    starts
}

/// `5%`; of parts with margins of their own `cold-start 5%, size 1%`.
fn margins(views: &[View<'_>]) -> String {
    let each = views.iter().flat_map(|view| {
        let summary = view.summary;
        let whole = (summary.scenario.as_str(), summary.margin);
        let parts = summary.parts.iter();
        let parts = parts.map(|part| (part.scenario.as_str(), part.margin));
        let is_whole = summary.parts.is_empty();
        is_whole.then_some(whole).into_iter().chain(parts)
    });
    let each = distinct(each);
    match distinct(each.iter().map(|(_, margin)| *margin))[..] {
        [only] => units::percent(only),
        _ => each
            .iter()
            .map(|(scenario, margin)| format!("{scenario} {}", units::percent(*margin)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// What rows of a metric are compared with.
fn references(views: &[View<'_>], metric: Metric) -> String {
    let all = views.iter().flat_map(|view| &view.run.references);
    let own = all.filter(|reference| reference.metric == metric);
    let named = distinct(own.map(|reference| {
        let name = if reference.is_same_isolation() {
            "the same isolation".to_owned()
        } else {
            let params = reference.params.iter();
            words::reference(&reference.isolation, reference.start, params)
        };
        let name = match &reference.to_workload {
            Some(workload) => format!("{workload} on {name} ({})", words::DIFFERENT),
            None => name,
        };
        match &reference.workload {
            Some(workload) => format!("{name} for {workload}"),
            None => name,
        }
    }));
    if named.is_empty() {
        String::new()
    } else {
        format!(" Compared with {}.", named.join(", "))
    }
}

/// What stands before the clock, and at what it starts.
fn of_start(start: Start) -> &'static str {
    match start {
        Start::Process => {
            "The kernel stands; for containers the daemon and the image too, for *-aot the precompiled file. The same launch was made once right before it and discarded. The clock starts at the lab\u{2019}s spawn, or the first API call."
        }
        Start::Resident => {
            "A fresh runner process is up and has served one discarded isolate of another module. The clock starts at the command to load this one, so a pipe\u{2019}s round trip is inside it."
        }
        Start::Loaded => {
            "A fresh runner process is up, has loaded this module and served one discarded isolate of it. The clock starts at the command to run it; of a server right before the lab connects."
        }
    }
}
