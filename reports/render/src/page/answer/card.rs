//! A verdict as it is read: what, one number with its interval, how that compares, and which row says
//! so. Of a rate the number is its share of the reference's: how many operations a second a machine
//! does tells nobody what is lost.

use labrun_analysis::{Ratio, RowSummary, Verdict};
use labrun_record::{Better, Metric, Tier, Unit};
use maud::{Markup, html};

use super::cards::{Card, Told};
use crate::beside::scope_name;
use crate::chart::tier_ink;
use crate::page::traced;
use crate::page::view::View;
use crate::{shown, units, words};

/// A card: of several runs what each says, side by side.
pub(super) fn card(views: &[&View<'_>], told: &Told<'_>) -> Markup {
    let Some(first) = told.iter().flatten().next() else {
        return html! {};
    };
    let tier = tier_ink(first.row.row.tier);
    html! {
        @if let [view] = views {
            li.card.{ "tier-" (tier) } { h3.what { (first.what) } (said(view, first)) }
        } @else {
            li.card.several.{ "tier-" (tier) } {
                h3.what { (first.what) }
                div.sides { @for (view, card) in views.iter().zip(told) { div.side { (side(view, card.as_ref())) } } }
            }
        }
    }
}

/// What one of several runs says.
fn side(view: &View<'_>, card: Option<&Card<'_>>) -> Markup {
    html! {
        p.run { (words::capital(&view.name())) ": " (words::processor(view.run)) }
        @match card {
            Some(card) => (said(view, card)),
            None => p.how { "has not measured it" },
        }
    }
}

/// The number, how it compares, and where it is from.
fn said(view: &View<'_>, card: &Card<'_>) -> Markup {
    let row = card.row;
    let share = row.ratio().filter(|_| is_rate(row));
    html! {
        @if let Some(ratio) = share {
            p.figure {
                (traced::words(view, row, &format!("{}\u{d7}", units::ratio(ratio.value))))
                " " small { (shown::ratio_interval(row, ratio)) }
            }
            p.against { (against(view, row)) }
        } @else {
            p.figure { (traced::number(view, row)) }
            p.against { (against(view, row)) " " small { (interval(row)) } }
        }
        p.how { (how(view, card, share.is_some())) }
        @if let Some(caveat) = words::caveat(row.row.metric) { p.how { (words::sentence(caveat)) } }
    }
}

fn is_rate(row: &RowSummary) -> bool {
    matches!(row.unit, Unit::PerSecond | Unit::BytesPerSecond)
}

/// Where the number is from; of memory also how much the cgroup is charged.
fn how(view: &View<'_>, card: &Card<'_>, with_median: bool) -> Markup {
    let row = card.row;
    let n = row.numbers.as_ref().map_or(0, |numbers| numbers.n);
    let beside = view.beside(&row.row);
    html! {
        @if with_median {
            (traced::median(view, row)) " " (shown::bare_interval(row)) " \u{b7} "
        }
        (words::isolation(row)) " \u{b7} " (row.row.workload)
        @if !row.row.metric.is_exact() { " \u{b7} n\u{a0}" (n) }
        @if card.of > 1 { " \u{b7} best of " (card.of) }
        @for next in &card.next {
            "; " (words::isolation(next)) " " (traced::median(view, next)) " " (shown::bare_interval(next))
        }
        @if let Some(scope) = scope_name(&row.row) { " \u{b7} " (scope) }
        @if let Some(beside) = beside {
            ", " (scope_name(&beside.row).unwrap_or_default()) " " (traced::median(view, beside))
            @if beside.median().is_some() { " " (shown::bare_interval(beside)) }
        }
    }
}

/// How a row compares with its reference, in words.
fn against(view: &View<'_>, row: &RowSummary) -> String {
    let Some(ratio) = row.ratio() else {
        let words = match row.ci() {
            _ if view.is_reference(row) => "the reference",
            // A slope may come out a little below nothing.
            Some([low, high]) if low <= 0.0 && high >= 0.0 => "not told apart from nothing",
            _ => "no ratio to a reference",
        };
        return words.to_owned();
    };
    let one = reference(view, row, ratio);
    let (times, ends) = shown::times(row, ratio);
    let times = units::ratio(times);
    let word = words::verdict(row.unit, ratio.verdict);
    match ratio.verdict {
        Verdict::Worse if row.better == Better::Lower => format!("{times} times {one}"),
        Verdict::Better | Verdict::Worse => format!("{times} times {word} than {one}"),
        Verdict::Equivalent => format!("equivalent to {one}"),
        Verdict::Inconclusive if ends.is_none() => {
            format!("against {one} not decided: no interval")
        }
        Verdict::Inconclusive => format!("{times} times {one}, which is not decided"),
    }
}

/// What a row is compared with: in plain words where that is a process, else by name.
fn reference(view: &View<'_>, row: &RowSummary, ratio: &Ratio) -> String {
    let known = view.reference_for(&row.row);
    if ratio.to_workload.is_some() || known.is_none_or(|known| known.row.tier != Tier::Process) {
        return words::ratio_to(row, ratio);
    }
    let plain = match row.row.metric {
        Metric::Size | Metric::SizeNeeded => "a native program",
        Metric::CallsPerSecond => "a native call",
        Metric::OperationsPerSecond | Metric::BytesPerSecond | Metric::Instructions => "native",
        Metric::RequestsPerSecond | Metric::Latency => "a native server",
        Metric::TimeToFirstResult
        | Metric::Teardown
        | Metric::InstantiateWarm
        | Metric::MemoryIdle
        | Metric::MemoryPeak
        | Metric::MemoryMarginal
        | Metric::MemoryFixed
        | Metric::Conformance => "a process",
    };
    plain.to_owned()
}

/// The interval of how many times; nothing where there is none, or nothing to be unsure of.
fn interval(row: &RowSummary) -> String {
    let Some(ratio) = row.ratio().filter(|_| !row.row.metric.is_exact()) else {
        return String::new();
    };
    let (times, ends) = shown::times(row, ratio);
    ends.map_or_else(String::new, |_| units::ratio_interval(ends, times))
}
