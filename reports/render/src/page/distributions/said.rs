//! What the charts of distributions show, in words: how to read them, and which lane is the best.

use crate::chart::{Group, Lane, STRIP_UNDER};
use crate::{shown, units, words};

/// The best and the worst lane of all groups, with their intervals.
pub(super) fn extremes(groups: &[Group<'_>]) -> String {
    let lanes = groups.iter().flat_map(|group| {
        let own = group.lanes.iter().filter(|lane| !lane.is_beside);
        own.map(move |lane| (group.apart.as_str(), lane))
    });
    let mut lanes: Vec<(&str, &Lane<'_>)> = lanes.collect();
    lanes.sort_by(|a, b| words::better_first(a.1.row, b.1.row));
    let named = |(group, lane): &(&str, &Lane<'_>)| {
        let name = format!("{} {group}", lane.name);
        format!("{}, {}", name.trim_end(), shown::median(lane.row))
    };
    match lanes[..] {
        [] => String::new(),
        [ref only] => format!("{}.", named(only)),
        [ref first, .., ref last] => {
            let [best, worst] = words::best_and_worst(first.1.row.unit);
            format!(
                "The {best}: {}; the {worst}: {}.",
                named(first),
                named(last)
            )
        }
    }
}

/// How many lanes there are, and where those are that are not drawn.
fn count(groups: &[Group<'_>]) -> String {
    let lanes: usize = groups.iter().map(|group| group.lanes.len()).sum();
    let more: usize = groups.iter().map(|group| group.more).sum();
    let of = units::plural(lanes, "row");
    match more {
        0 => of,
        more => {
            format!("{of}, the best of each technology ({more} more are in the table of every row)")
        }
    }
}

/// Of distributions over one another.
pub(super) fn ecdf(groups: &[Group<'_>]) -> String {
    format!(
        "For each time, the share of the launches that were done by then, on a logarithmic axis, of the best configuration of each technology; its name stands over its median. {}",
        extremes(groups)
    )
}

/// Of lanes: what is drawn depends on how many launches they have.
pub(super) fn spread(groups: &[Group<'_>]) -> String {
    let lanes = || groups.iter().flat_map(|group| &group.lanes);
    let n = |lane: &Lane<'_>| lane.row.numbers.as_ref().map_or(0, |numbers| numbers.n);
    let curved = || lanes().filter(|lane| !lane.curve.is_empty());
    let mut ways = Vec::new();
    if curved().any(|lane| n(lane) < STRIP_UNDER) {
        ways.push(format!(
            "every launch as a point where there are fewer than {STRIP_UNDER}"
        ));
    }
    if curved().any(|lane| n(lane) >= STRIP_UNDER) {
        ways.push(format!(
            "a box from quartile to quartile with whiskers from 5% to 95% from {STRIP_UNDER} launches on"
        ));
    }
    if lanes().any(|lane| lane.curve.is_empty()) {
        ways.push("a dot with its 95% interval where no more is known".to_owned());
    }
    format!(
        "{} on a logarithmic axis, the best first: {}. The upright mark is the median, the long line the reference\u{2019}s. {}",
        count(groups),
        ways.join("; "),
        extremes(groups)
    )
}

/// Of bars.
pub(super) fn bars(groups: &[Group<'_>]) -> String {
    format!(
        "{} as bars from zero, the best first, each group on an axis of its own; the thin line is the 95% interval, the upright one the reference\u{2019}s median. {}",
        count(groups),
        extremes(groups)
    )
}

/// Of phases.
pub(super) fn waterfall(groups: &[Group<'_>], phases: &[&str]) -> String {
    format!(
        "The contiguous phases of each launch from left to right ({}), each as long as its median and from where the one before it ended, on linear axes that rows of one magnitude share. Medians of parts need not sum to the median of the whole: both stand at the right. What no one claims is hatched. {}",
        phases.join(", "),
        extremes(groups)
    )
}
