//! A measure at a glance: the best configuration of each technology, topic by topic; then
//! the same in sentences, by class of boundary.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Tier};
use maud::{Markup, html};

use super::cell::{cell, reasons};
use super::topic::{Topic, alike, is_component, topics};
use super::view::View;
use crate::beside::scope_name;
use crate::measure::Measure;
use crate::shown;
use crate::words::{self, distinct};

/// Workloads with more variants than this are in the table alone, not in sentences.
const SAID: usize = 4;

pub(super) fn glance(view: &View<'_>, measure: Measure) -> Markup {
    let all: Vec<(Metric, Vec<Topic<'_>>)> = view
        .metrics(measure)
        .into_iter()
        .map(|metric| (metric, topics(view, metric)))
        .filter(|(_, topics)| !topics.is_empty())
        .collect();
    let rows = || all.iter().flat_map(|(_, t)| t).flat_map(|t| &t.rows);
    if !rows().any(|r| r.median().is_some()) {
        let what = if view.is_measured(measure) {
            "No headline"
        } else {
            "Nothing"
        };
        return html! { p { strong { (what) " was measured. " } "The reasons stand with every row below." } };
    }
    let mut columns = distinct(rows().map(|r| (r.technology(), is_component(r))));
    columns.sort_by_key(|(name, component)| {
        let place = view.technologies.iter().position(|t| t == name);
        (place, *component)
    });
    html! {
        p.note {
            "Headlines: " (measure.headlines()) ". In each cell the best configuration of the technology: median, 95% interval, and how it compares with the reference. Everything else is in the tables below."
        }
        div.scroll tabindex="0" role="region" aria-label={ (measure.title()) " at a glance" } {
            table.glance.topics {
                thead { tr {
                    th scope="col" { "workload" }
                    @for (technology, component) in &columns {
                        th.number scope="col" { (view.chip(technology)) (technology) @if *component { " \u{b7} wasip2" } }
                    }
                } }
                @for (metric, topics) in &all {
                    tbody {
                        tr.group { th scope="rowgroup" colspan=(columns.len() + 1) {
                            (words::metric(*metric))
                            @let alike = alike(view, *metric);
                            @if !alike.is_empty() { " " span.alike { (alike) } }
                        } }
                        @for topic in topics {
                            tr {
                                th scope="row" { (topic.workload) @if !topic.variant.is_empty() { br; small { (topic.variant) } } }
                                @for column in &columns { td.number { (best(view, topic, *column)) } }
                            }
                        }
                    }
                }
            }
        }
        (reasons(view, all.iter().flat_map(|(_, topics)| topics).flat_map(|topic| {
            columns.iter().filter_map(move |column| topic.best(|row| is_of(row, *column)))
        })))
        div.workloads {
            @for (metric, topics) in &all { (in_words(view, *metric, topics)) }
        }
    }
}

fn is_of(row: &RowSummary, column: (&str, bool)) -> bool {
    (row.technology(), is_component(row)) == column
}

/// The best configuration of a technology; one that was not measured, where none was.
fn best(view: &View<'_>, topic: &Topic<'_>, column: (&str, bool)) -> Markup {
    let best = topic.best(|row| is_of(row, column));
    let name = best.map(|row| topic.named(row, false));
    let unmeasured = || topic.rows.iter().copied().find(|row| is_of(row, column));
    cell(view, best.or_else(unmeasured), &name.unwrap_or_default())
}

/// A class of boundary in words.
const KINDS: [(Tier, &str); 4] = [
    (Tier::Namespaces, "a container"),
    (Tier::UserKernel, "a container on a kernel in user space"),
    (Tier::MicroVm, "a microVM"),
    (Tier::WasmSandbox, "wasm"),
];

fn in_words(view: &View<'_>, metric: Metric, topics: &[Topic<'_>]) -> Markup {
    let said: Vec<&Topic<'_>> = topics.iter().filter(|t| t.variants <= SAID).collect();
    html! {
        @if !said.is_empty() {
            h3 { (words::metric(metric)) }
            ul {
                @for topic in said {
                    li {
                        strong { (topic.workload) @if !topic.variant.is_empty() { ", " (topic.variant) } } ": "
                        (of_reference(view, topic))
                        @for (tier, kind) in KINDS { (of_kind(view, topic, tier, kind)) }
                    }
                }
            }
        }
    }
}

fn of_reference(view: &View<'_>, topic: &Topic<'_>) -> Markup {
    match topic.reference {
        Some(one) if one.numbers.is_some() => html! {
            "the reference, " (topic.reference_name(one)) ", " (words::verb(topic.metric)) " "
            (said(view, one)) "."
        },
        Some(one) => {
            html! { "the reference, " (topic.reference_name(one)) ", was not measured, so there are no ratios." }
        }
        None => html! { "there is nothing to compare it with." },
    }
}

/// The best of a class of boundary, unless it is the reference's own.
fn of_kind(view: &View<'_>, topic: &Topic<'_>, tier: Tier, kind: &str) -> Markup {
    let is_other = |r: &RowSummary| topic.reference.is_none_or(|one| one.row != r.row);
    let best = topic.best(|r| r.row.tier == tier && words::is_of_kind(&r.row) && is_other(r));
    html! {
        @if let Some(best) = best {
            " " (words::capital(kind)) ", " (topic.named(best, true)) ", " (words::verb(topic.metric)) " "
            (said(view, best)) "."
        }
    }
}

/// How much it is, against the reference; of memory by the cgroup too.
fn said(view: &View<'_>, row: &RowSummary) -> Markup {
    html! {
        (amount(view, row))
        @if let Some(beside) = view.beside(&row.row) { "; " (amount(view, beside)) }
    }
}

fn amount(view: &View<'_>, row: &RowSummary) -> Markup {
    let scope = scope_name(&row.row);
    html! {
        @if let Some(scope) = scope { (scope) " " }
        @if row.numbers.is_none() {
            (row.outcome)
        } @else {
            b.nowrap { (shown::median(row)) } (shown::against(row)) (fixed_part(view, row))
        }
    }
}

/// Behind what one more instance costs: what is there whatever their number.
fn fixed_part(view: &View<'_>, row: &RowSummary) -> Markup {
    let mut wanted = row.row.clone();
    wanted.metric = Metric::MemoryFixed;
    let fixed = (row.row.metric == Metric::MemoryMarginal)
        .then(|| view.rows(Metric::MemoryFixed).find(|r| r.row == wanted))
        .flatten();
    html! {
        @if let Some(fixed) = fixed { ", with a fixed part of " (shown::median(fixed)) }
    }
}
