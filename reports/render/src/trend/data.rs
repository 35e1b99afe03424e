//! The files that the script of the site loads: a history's nights, and the numbers of a group's series.

use std::collections::BTreeMap;

use labrun_history::judge::{Direction, Kind};
use labrun_history::{Head, Nights};
use serde_json::{Value, json};

use super::line::{Group, Line};
use super::{Site, code, said};

/// Where the nights of a history are.
pub(super) fn path_of_history(history: usize) -> String {
    format!("data/nights-{history}.js")
}

/// Where the numbers of a group are.
pub(super) fn path_of_group(group: usize) -> String {
    format!("data/series-{group}.js")
}

/// Texts that are in a file once, and elsewhere by their places.
#[derive(Default)]
struct Texts<'a> {
    all: Vec<&'a str>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Texts<'a> {
    fn place(&mut self, text: &'a str) -> usize {
        *self.places.entry(text).or_insert_with(|| {
            self.all.push(text);
            self.all.len() - 1
        })
    }
}

/// A call that hands the file's content to the page.
fn call(name: &str, place: usize, content: &Value) -> String {
    // Nothing that could end an element, wherever the text is put.
    let text = content.to_string().replace('<', "\\u003c");
    format!("trend.{name}({place},{text});\n")
}

/// The nights of a history: when, of which commit, and where what stands around the series changed.
pub(super) fn history(site: &Site<'_>, history: usize) -> String {
    let nights = site.nights(history);
    let mut commits = Texts::default();
    let commit: Vec<Option<usize>> = nights
        .heads
        .iter()
        .map(|head| Some(commits.place(short(head.commit.as_deref()?))))
        .collect();
    let pages = nights.names.iter().enumerate();
    let pages: BTreeMap<String, String> = pages
        .filter_map(|(night, name)| Some((night.to_string(), site.page(name)?)))
        .collect();
    let checks = nights.names.iter().enumerate();
    let shifted: Vec<usize> = checks
        .filter(|(_, name)| {
            let check = site.checks.get(name.as_str());
            check.is_some_and(|check| check.environment.is_some())
        })
        .map(|(night, _)| night)
        .collect();
    let content = json!({
        "class": class(nights),
        "started": nights.heads.iter().map(|head| told(&head.started)).collect::<Vec<_>>(),
        "commits": commits.all,
        "commit": commit,
        "pages": pages,
        "shifted": shifted,
        "around": {
            "kernel": changes(nights, |head| Some(&head.kernel)),
            "toolchain": changes(nights, |head| head.toolchain.as_deref()),
            "system": changes(nights, |head| Some(&head.os)),
            "lab": changes(nights, |head| Some(&head.lab_version)),
        },
        "versions": versions(nights),
    });
    call("nights", history, &content)
}

/// The class of the machines of a history.
pub(super) fn class(nights: &Nights) -> &str {
    nights.heads.last().map_or("", |head| &head.class)
}

/// As much of a commit as anybody reads.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// `2026-11-28 03:00`, of whatever begins like an instant.
pub(super) fn told(started: &str) -> String {
    match started.get(..16) {
        Some(minute) if started.as_bytes().get(10) == Some(&b'T') => minute.replace('T', " "),
        _ => started.to_owned(),
    }
}

/// From which night on something is what: a night that does not say it changes nothing.
fn changes<'a>(
    nights: &'a Nights,
    of: impl Fn(&'a Head) -> Option<&'a str>,
) -> Vec<(usize, &'a str)> {
    let mut changes: Vec<(usize, &str)> = Vec::new();
    for (night, head) in nights.heads.iter().enumerate() {
        if let Some(now) = of(head)
            && changes.last().is_none_or(|(_, last)| *last != now)
        {
            changes.push((night, now));
        }
    }
    changes
}

/// The same of the version of each isolation.
fn versions(nights: &Nights) -> BTreeMap<&str, Vec<(usize, &str)>> {
    let mut all: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for (night, head) in nights.heads.iter().enumerate() {
        for (isolation, version) in &head.versions {
            let own = all.entry(isolation).or_default();
            if own.last().is_none_or(|(_, last)| last != version) {
                own.push((night, version));
            }
        }
    }
    all
}

/// The series of a group.
pub(super) fn group(site: &Site<'_>, place: usize, group: &Group<'_>) -> String {
    let mut texts = Texts::default();
    let mut words: BTreeMap<usize, String> = BTreeMap::new();
    for &line in &group.lines {
        for &one in &site.lines[line].found {
            words
                .entry(one)
                .or_insert_with(|| said::found(site.found[one].finding));
        }
    }
    let series: Vec<Value> = group
        .lines
        .iter()
        .map(|&line| self::series(site, &site.lines[line], &words, &mut texts))
        .collect();
    let content = json!({ "texts": texts.all, "series": series });
    call("series", place, &content)
}

fn series<'a>(
    site: &Site<'_>,
    line: &Line<'a>,
    words: &'a BTreeMap<usize, String>,
    texts: &mut Texts<'a>,
) -> Value {
    let column = line.column;
    let is_exact = column.key.kind() == Kind::Exact;
    let is_counted = column.key.row().is_some_and(|row| row.metric.is_counted());
    let exponent = code::exponent(&column.values, is_counted);
    // What is counted is its own interval.
    let end = |end| {
        if is_exact {
            String::new()
        } else {
            code::ends(&column.values, &column.ci, end, exponent)
        }
    };
    let mut epochs = Vec::new();
    for (night, reason) in &line.epochs {
        epochs.push((*night, texts.place(reason)));
    }
    let mut found = Vec::new();
    for one in &line.found {
        let found_there = &site.found[*one];
        if let (Some(place), Some(said)) = (found_there.place, words.get(one)) {
            let is_worse = found_there.finding.direction == Direction::Worse;
            found.push((
                place.since,
                place.night,
                u8::from(is_worse),
                texts.place(said),
            ));
        }
    }
    let point = |at: usize, before: f64, after: f64| {
        let ratio = after / before;
        (at, ratio.is_finite().then_some((ratio * 1e4).round() / 1e4))
    };
    let points = line.points.iter();
    let points: Vec<(usize, Option<f64>)> = points
        .map(|one| point(one.at, one.before, one.after))
        .collect();
    json!({
        "id": line.anchor(),
        "isolation": line.isolation(),
        "exponent": exponent,
        "values": code::values(&column.values, exponent),
        "low": end(0),
        "high": end(1),
        "gone": gone(line, texts),
        "points": points,
        "found": found,
        "epochs": epochs,
        "suspected": line.suspected,
        "artifacts": line.artifacts,
    })
}

/// What became of it in the nights without a value: stretches of nights with the same outcome.
fn gone<'a>(line: &Line<'a>, texts: &mut Texts<'a>) -> Vec<(usize, usize, usize)> {
    let mut stretches: Vec<(usize, usize, usize)> = Vec::new();
    let column = line.column;
    for (night, outcome) in column.outcomes.iter().enumerate() {
        let Some(outcome) = outcome.filter(|_| column.values[night].is_none()) else {
            continue;
        };
        let word = texts.place(outcome.name());
        match stretches.last_mut() {
            Some((first, count, last)) if *last == word && *first + *count == night => *count += 1,
            _ => stretches.push((night, 1, word)),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_to_the_minute() {
        assert_eq!(told("2026-11-28T03:00:12.5Z"), "2026-11-28 03:00");
        assert_eq!(told("yesterday"), "yesterday");
        assert_eq!(
            told("\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}"),
            "\u{e4}".repeat(9)
        );
    }
}
