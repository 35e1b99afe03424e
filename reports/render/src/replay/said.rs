//! A replay in words: one place, so that page and table say the same.

use labrun_analysis::{ReplayRow, ReplaySummary, SideNumbers, Verdict, Warning, WarningKind};
use labrun_record::{Change, ChangedBy, Outcome, Side, Unit};

use crate::table::short;
use crate::{units, words};

/// `1.004`: enough digits for a margin of 2%.
pub(crate) fn ratio(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.3}")
    } else {
        units::ratio(value)
    }
}

/// `[0.998, 1.010]`; `exact` where both sides were counted.
pub(crate) fn interval(row: &ReplayRow) -> String {
    let Some(ratio) = row.ratio else {
        return String::new();
    };
    match (ratio.ci, ratio.value) {
        _ if row.row.metric.is_exact() && ratio.verdict != Verdict::Inconclusive => {
            "exact".to_owned()
        }
        (Some([low, high]), Some(value)) if value < 10.0 => format!("[{low:.3}, {high:.3}]"),
        (ci, value) => units::ratio_interval(ci, value.unwrap_or(1.0)),
    }
}

/// How many quads; what is counted needs none.
pub(crate) fn quads(row: &ReplayRow) -> String {
    if row.row.metric.is_exact() {
        "\u{2013}".to_owned()
    } else {
        row.quads.to_string()
    }
}

/// A side's median: `152 µs`.
pub(crate) fn median(side: Option<SideNumbers>, unit: Unit) -> String {
    side.map_or_else(String::new, |side| units::value(side.median, unit))
}

/// That the two medians say something else than the ratio, where they do.
pub(crate) fn medians(row: &ReplayRow, margin: f64) -> Option<String> {
    let medians = row.other_than_medians(margin)?;
    Some(format!(
        "the two medians alone say {}: go by B / A, which is of launches right after one another",
        ratio(medians)
    ))
}

/// A line for each kind of doubt: how often on which side, and what to do.
pub(crate) fn doubts(warnings: &[Warning]) -> Vec<String> {
    let below = warnings.iter().filter(|one| !words::is_told_above(one));
    let kinds = words::distinct(below.map(|warning| warning.name));
    let line = |kind: WarningKind| {
        let own = || warnings.iter().filter(move |warning| warning.name == kind);
        let times = |side: Option<Side>| {
            let count = own().filter(|warning| warning.side == side).count();
            let on = match side {
                Some(Side::A) => "A: ",
                Some(Side::B) => "B: ",
                None => "",
            };
            (count > 0).then(|| format!("{on}{}", units::plural(count, "time")))
        };
        let times: Vec<String> = [None, Some(Side::A), Some(Side::B)]
            .into_iter()
            .filter_map(times)
            .collect();
        let advice = own().next().map_or("", |warning| &warning.advice);
        let name = kind.name().replace('_', " ");
        format!("warning: {name} ({}): {advice}", times.join(", "))
    };
    kinds.into_iter().map(line).collect()
}

/// `slower`, `equivalent`.
pub(crate) fn verdict(row: &ReplayRow) -> &'static str {
    row.verdict()
        .map_or("not decided", |verdict| words::verdict(row.unit, verdict))
}

/// Why a row was not decided, in short, with the side that it went wrong on.
pub(crate) fn why_not(row: &ReplayRow) -> String {
    let side = match row.failed_side {
        Some(Side::A) => "A ",
        Some(Side::B) => "B ",
        None => "",
    };
    let reason = short(row.reason.as_deref().unwrap_or("no reason was recorded"));
    if row.outcome == Outcome::Measured {
        return reason;
    }
    let before = match row.quads {
        0 => String::new(),
        quads => format!(" (after {})", units::plural(quads, "whole quad")),
    };
    format!("{side}{}: {reason}{before}", row.outcome)
}

/// The reasons that are longer than what rows say of them, such as a compiler's output: each once.
pub(crate) fn whole_reasons(summary: &ReplaySummary) -> Vec<&str> {
    let all = summary
        .results
        .iter()
        .filter_map(|row| row.reason.as_deref());
    words::distinct(all.filter(|reason| short(reason) != reason.trim_end()))
}

/// The way of changing it.
pub(crate) fn way(change: Change) -> &'static str {
    match change {
        Change::DelayNs(_) => "delay",
        Change::AllocationBytes(_) => "allocation",
        Change::StallNs(_) => "stall",
    }
}

/// What was changed: `delay 7.60 µs`.
pub(crate) fn change(change: Change) -> String {
    let way = way(change);
    match change {
        Change::DelayNs(ns) => format!("{way} {}", units::duration(ns)),
        Change::AllocationBytes(bytes) => format!("{way} {}", units::value(bytes, Unit::Bytes)),
        Change::StallNs(ns) => format!("{way} {} (1 in 10)", units::duration(ns)),
    }
}

/// A share: `5.0%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Points of percent with their sign, and no `-0.0`.
fn signed(share: f64) -> String {
    format!("{:+.1}", (share * 1000.0).round() / 10.0 + 0.0)
}

/// A margin: `2%`.
pub(crate) fn margin(share: f64) -> String {
    units::percent(share)
}

/// `3 worse, 1 better, 20 equivalent (within 5%), 2 inconclusive, 0 not decided; ...`.
pub(crate) fn counts(summary: &ReplaySummary) -> String {
    let counts = summary.counts;
    format!(
        "{} worse and {} better (beyond {}), {} equivalent (within {}), {} inconclusive, {} not decided",
        counts.worse,
        counts.better,
        margin(summary.margin),
        counts.equivalent,
        margin(summary.equivalence),
        counts.inconclusive,
        counts.not_decided
    )
}

/// What of the samples does not count, if anything: nothing is dropped silently.
pub(crate) fn left_out(summary: &ReplaySummary) -> Option<String> {
    let sum = |of: fn(&ReplayRow) -> usize| summary.results.iter().map(of).sum::<usize>();
    let parts = [
        (sum(|row| row.unfinished), "cut short by the end of the run"),
        (sum(|row| row.failed), "with a launch that went wrong"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{} {why}", units::plural(count, "quad")))
        .collect();
    (!said.is_empty()).then(|| format!("left out: {}", said.join(", ")))
}

/// What was injected, what was found, and the error, each in the words of its kind.
pub(crate) fn sizes(size: &ChangedBy) -> [String; 3] {
    let none = || "\u{2013}".to_owned();
    let share = |value: Option<f64>| value.map_or_else(none, percent);
    match size.change {
        Change::AllocationBytes(bytes) => {
            let off = |seen: f64| format!("{}%", signed(seen / bytes - 1.0));
            [
                units::value(bytes, Unit::Bytes),
                size.difference
                    .map_or_else(none, |seen| units::value(seen, Unit::Bytes)),
                size.difference.map_or_else(none, off),
            ]
        }
        Change::DelayNs(_) => [
            share(size.injected),
            share(size.found),
            size.error
                .map_or_else(none, |error| format!("{} points", signed(error))),
        ],
        // A median is not meant to see it.
        Change::StallNs(_) => [share(size.injected), share(size.found), none()],
    }
}

/// What a stall says, where there is one.
pub(crate) const OF_STALLS: &str = "A stall of one launch in ten, however long, moves a ratio by a third of what a quad varies by: \
    that it is not found where launches vary little is right. What such stalls do is in the percentiles of a run.";

/// The largest error of any try.
pub(crate) fn largest_error(size: &ChangedBy) -> String {
    match (size.change, size.largest_error) {
        (Change::DelayNs(_), Some(error)) => format!("{:.1} points", error * 100.0),
        _ => "\u{2013}".to_owned(),
    }
}
