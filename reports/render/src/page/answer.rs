//! The answer: at a glance as a small table, then in sentences, each with its interval.

use labrun_analysis::RowSummary;
use labrun_record::{Start, Target};
use maud::{Markup, html};

use super::lead;
use super::view::View;
use crate::chart::{Series, technology_ink};
use crate::words::{self, distinct};
use crate::{shown, units};

pub(super) fn answer(view: &View<'_>) -> Markup {
    html! {
        section.answer {
            h2 { "The answer" }
            (lead::lead(view))
            (glance(view))
            dl.starts {
                @for start in view.starts() {
                    div { dt { (start) } dd { (words::start_definition(start)) } }
                }
            }
            div.workloads {
                @for workload in &view.workloads {
                    (in_words(view, workload))
                }
            }
        }
    }
}

type Key = (String, Option<Start>, bool);

fn key(row: &RowSummary) -> Key {
    let component = row.row.target == Target::Wasip2;
    (row.technology().to_owned(), row.row.start, component)
}

/// The fastest configuration of each technology at each start, workload by workload.
fn glance(view: &View<'_>) -> Markup {
    let groups: Vec<Vec<Vec<Series<'_>>>> = view.workloads.iter().map(|w| view.groups(w)).collect();
    let mut keys = distinct(
        groups
            .iter()
            .flatten()
            .filter_map(|g| Some(key(g.first()?.row))),
    );
    keys.sort_by_key(|(technology, start, component)| {
        let place = view.technologies.iter().position(|t| t == technology);
        (place, *start, *component)
    });
    if keys.is_empty() {
        return html! { p { strong { "Nothing was measured. " } "The reasons stand with every row below." } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="At a glance" {
            table.glance {
                caption { "The fastest configuration of each technology: median, 95% interval, and ratio to the reference" }
                thead {
                    tr {
                        th scope="col" { "technology" }
                        th scope="col" { "start" }
                        @for workload in &view.workloads { th.number scope="col" { (workload) } }
                    }
                }
                tbody {
                    @for wanted in &keys {
                        tr {
                            th scope="row" { (chip(view, &wanted.0)) (wanted.0) @if wanted.2 { " \u{b7} wasip2" } }
                            td { @if let Some(start) = wanted.1 { (start) } }
                            @for (at, of_workload) in groups.iter().enumerate() {
                                @let group = of_workload.iter().find(|g| g.first().is_some_and(|s| key(s.row) == *wanted));
                                @let fastest = group.and_then(|g| g.first());
                                @let workload = view.workloads[at];
                                @let is_reference = fastest.is_some_and(|s| view.is_reference(s.row));
                                td.number { (glance_cell(fastest, exists(view, workload, wanted), is_reference)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether the run has such a row of a workload at all, measured or not.
fn exists(view: &View<'_>, workload: &str, wanted: &Key) -> bool {
    let mut rows = view.summary.results.iter();
    rows.any(|r| r.row.workload == workload && key(r) == *wanted)
}

fn glance_cell(fastest: Option<&Series<'_>>, exists: bool, is_reference: bool) -> Markup {
    let Some(one) = fastest else {
        return html! { span.muted { (if exists { "not measured" } else { "no such row" }) } };
    };
    let ci = one.row.numbers.as_ref().and_then(|n| n.ci);
    let ratio = one.row.numbers.as_ref().and_then(|n| n.ratio.as_ref());
    html! {
        strong { (units::value(one.median, one.row.unit)) } " "
        small { (units::interval(ci, one.median, one.row.unit)) }
        br;
        small {
            (one.row.configuration()) " \u{b7} "
            @match ratio {
                Some(ratio) => { (shown::short(one.row, ratio)) }
                None => { (if is_reference { "reference" } else { "no ratio" }) }
            }
        }
    }
}

/// The coloured mark of a technology.
pub(super) fn chip(view: &View<'_>, technology: &str) -> Markup {
    let ink = technology_ink(technology, &view.technologies);
    html! { span.chip.{ "t" (ink) } {} }
}

/// The sentences of a workload.
fn in_words(view: &View<'_>, workload: &str) -> Markup {
    let groups = view.groups(workload);
    let technologies = distinct(groups.iter().flatten().map(|s| s.row.technology()));
    html! {
        div {
            h3 { (workload) }
            @if let Some(reference) = view.reference(workload) {
                p {
                    "The reference, " strong { (reference.row.row.isolation) } ", "
                    @if let Some(start) = reference.row.row.start { (words::start(start)) ", " }
                    "needs " (measured(&reference)) "."
                }
            } @else {
                p { "The reference was not measured, so there are no ratios." }
            }
            ul {
                @for technology in technologies {
                    li {
                        (chip(view, technology)) strong { (technology) }
                        ul {
                            @for group in groups.iter().filter(|g| g.first().is_some_and(|s| s.row.technology() == technology)) {
                                li { (of_group(group)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn measured(one: &Series<'_>) -> Markup {
    let numbers = one.row.numbers.as_ref();
    html! {
        b { (units::with_interval(one.median, numbers.and_then(|n| n.ci), one.row.unit)) }
        " (n = " (numbers.map_or(0, |n| n.n)) ")"
    }
}

/// One technology at one start: its fastest, its middle and its slowest configuration.
fn of_group(group: &[Series<'_>]) -> Markup {
    let [fastest, rest @ ..] = group else {
        return html! {};
    };
    let component = fastest.row.row.target == Target::Wasip2;
    let middle = &group[(group.len() - 1) / 2];
    html! {
        (fastest.row.row.start.map_or("As it stands", words::start_first))
        @if component { ", as a wasip2 component" } ", "
        (fastest.row.configuration())
        @if !rest.is_empty() { ", the fastest of " (group.len()) " configurations," }
        " needs " (measured(fastest)) (shown::against(fastest.row)) "."
        @if let Some(slowest) = rest.last() {
            span.muted {
                @if group.len() > 2 { " The middle one is " (middle.row.configuration()) " with " (ratio_of(middle)) ", the slowest " }
                @else { " The other is " }
                (slowest.row.configuration()) " with " (ratio_of(slowest)) "."
            }
        }
    }
}

fn ratio_of(one: &Series<'_>) -> Markup {
    let ci = one.row.numbers.as_ref().and_then(|n| n.ci);
    html! { (units::with_interval(one.median, ci, one.row.unit)) }
}
