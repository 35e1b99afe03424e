//! `index.html`: what is open, the last nights, and the series with what filters them.

use labrun_history::{Became, Finding};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::data::{path_of_history, short, told};
use super::found::Found;
use super::{Site, nights, said, tables};
use crate::units;
use labrun_history::judge::Direction;

/// The style of the reports, and what is the site's own.
const STYLE: [&str; 2] = [
    include_str!("../page/style/base.css"),
    include_str!("style/trend.css"),
];

/// What the core of the page's scripts looks for: a board of no runs.
const BOARD: &str = r#"{"runs":[],"columns":[],"lines":[],"cells":[],"cellKeys":[],"tiers":[]}"#;

/// The core that the reports have, and the site's own.
const SCRIPTS: [&str; 4] = [
    include_str!("../page/script/core.js"),
    include_str!("script/read.js"),
    include_str!("script/chart.js"),
    include_str!("script/site.js"),
];

/// Series of a group that are named; the others are counted.
const NAMED: usize = 5;

pub(super) fn page(site: &Site<'_>) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (site.trend.title) }
                style { @for style in STYLE { (PreEscaped(style)) } }
            }
            body {
                a.skip href="#open" { "To what is open" }
                main {
                    (head(site))
                    (open(site))
                    (nights::last(site))
                    (series(site))
                    (closed(site))
                }
                script type="application/json" id="board" { (PreEscaped(BOARD)) }
                @for script in SCRIPTS { script { (PreEscaped(script)) } }
            }
        }
    };
    page.into_string()
}

fn head(site: &Site<'_>) -> Markup {
    let histories = site.trend.histories;
    let all: usize = histories.iter().map(|one| one.names.len()).sum();
    let heads = || histories.iter().flat_map(|one| &one.heads);
    let first = heads().map(|head| head.started.as_str()).min();
    let last = heads().map(|head| head.started.as_str()).max();
    html! {
        header {
            nav aria-label="Parts" {
                a href="#open" { "Open" }
                a href="#nights" { "Nights" }
                a href="#series" { "Series" }
                a href="#closed" { "Closed" }
            }
            p.eyebrow {
                (units::plural(all, "night")) ", " (site.lines.len()) " series"
                @if let (Some(first), Some(last)) = (first, last) { ", " (told(first)) " to " (told(last)) }
            }
            h1 { (site.trend.title) }
        }
    }
}

fn is_open(found: &Found<'_>) -> bool {
    found.became == Became::Open
}

/// What is still so: worse first.
fn open(site: &Site<'_>) -> Markup {
    let of = |direction: Direction| -> Vec<&Found<'_>> {
        let own = site.found.iter().filter(|found| is_open(found));
        own.filter(|found| found.finding.direction == direction)
            .collect()
    };
    let (worse, better) = (of(Direction::Worse), of(Direction::Better));
    html! {
        section id="open" {
            h2 { "What is open now" }
            @if site.trend.checks.is_empty() {
                p { "No night has been checked: " code { "labrun track check" } " does." }
            } @else if worse.is_empty() {
                p { "No regression is open." }
            } @else {
                p { strong.v-worse { (units::plural(worse.len(), "regression")) } " confirmed, and still there." }
                (listed(site, &worse, false))
            }
            @if !better.is_empty() {
                p { strong.v-better { (units::plural(better.len(), "improvement")) } " confirmed, and still there." }
                (listed(site, &better, false))
            }
        }
    }
}

/// What is acknowledged, or over.
fn closed(site: &Site<'_>) -> Markup {
    let own = site.found.iter().filter(|found| !is_open(found));
    let own: Vec<&Found<'_>> = own.collect();
    html! {
        section id="closed" {
            h2 { "What is closed" }
            @if own.is_empty() {
                p { "Nothing was confirmed that is acknowledged or over." }
            } @else {
                p.note { "Acknowledged: " code { "labrun-epochs.toml" } " says that it is the new normal, and why. Over: the values are back." }
                (listed(site, &own, true))
            }
        }
    }
}

fn listed(site: &Site<'_>, found: &[&Found<'_>], with_standing: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="What was confirmed" {
            table.rows {
                thead { tr {
                    th scope="col" { "What" }
                    th scope="col" { "By how much" }
                    th scope="col" { "Since" }
                    th scope="col" { "Last good" }
                    th scope="col" { "First with it" }
                    th scope="col" { "What changed" }
                    @if with_standing { th scope="col" { "What became of it" } }
                } }
                tbody { @for one in found { tr {
                    th.what scope="row" { (what(site, one)) }
                    td class={ "wrap " (verdict(one.finding)) } { (said::found(one.finding)) }
                    td { (since(site, one)) }
                    td { (commit(one.finding.last_good.as_deref())) }
                    td { (commit(one.finding.first_bad.as_deref())) }
                    td.wrap { (changed(one.finding)) }
                    @if with_standing { td.wrap { (standing(site, one)) } }
                } } }
            }
        }
    }
}

fn verdict(finding: &Finding) -> &'static str {
    match finding.direction {
        Direction::Worse => "v-worse",
        Direction::Better => "v-better",
    }
}

/// What it is called, with a link to its series, or to the first of several.
fn what(site: &Site<'_>, found: &Found<'_>) -> Markup {
    let lines = || found.lines.iter().map(|line| &site.lines[*line]);
    html! {
        @match found.lines[..] {
            [] => { (found.finding.label) }
            [one] => { a href={ "#" (site.lines[one].anchor()) } { (found.finding.label) } }
            _ => {
                (found.finding.label)
                ul.of-group {
                    @for line in lines().take(NAMED) { li { a href={ "#" (line.anchor()) } { (line.column.key.label()) } } }
                    @if found.lines.len() > NAMED { li { "and " (found.lines.len() - NAMED) " more" } }
                }
            }
        }
    }
}

/// The first night that has it, and the one that confirmed it.
fn since(site: &Site<'_>, found: &Found<'_>) -> Markup {
    let Some(place) = found.place else {
        return html! { (found.finding.since) };
    };
    let nights = site.nights(place.history);
    let night = |night: usize| {
        html! {
            @match site.page(&nights.names[night]) {
                Some(page) => { a href=(page) { (told(&nights.heads[night].started)) } }
                None => { (told(&nights.heads[night].started)) }
            }
        }
    };
    html! {
        (night(place.since))
        @if place.night != place.since { br; small { "confirmed " (night(place.night)) } }
    }
}

pub(super) fn commit(commit: Option<&str>) -> Markup {
    html! {
        @match commit {
            Some(commit) => { code title=(commit) { (short(commit)) } }
            None => { span.muted { "not known" } }
        }
    }
}

fn changed(finding: &Finding) -> Markup {
    html! {
        @if finding.changed.is_empty() { span.muted { "nothing that is recorded" } }
        @for (place, one) in finding.changed.iter().enumerate() { @if place > 0 { br; } (one) }
    }
}

fn standing(site: &Site<'_>, found: &Found<'_>) -> Markup {
    html! {
        @match found.became {
            Became::Open => { "open" }
            Became::Accepted(reason) => { "acknowledged: " (reason) }
            Became::Ended(night) => {
                "over since "
                @if let Some(place) = found.place { (told(&site.nights(place.history).heads[night].started)) }
            }
        }
    }
}

/// The series, what filters them, and how their charts are read.
fn series(site: &Site<'_>) -> Markup {
    let files = (0..site.trend.histories.len()).map(path_of_history);
    html! {
        section id="series" data-nights=(files.collect::<Vec<String>>().join(" ")) {
            h2 { "Series" }
            (tables::filter(site))
            details.reading {
                summary { "How a chart is read" }
                (tables::legend())
            }
            p id="shown" role="status" {}
            @for place in 0..site.groups.len() { (tables::group(site, place)) }
            @if site.groups.is_empty() { p { "The history is empty: " code { "labrun track record RUN" } " adds a run to it." } }
        }
    }
}
