//! The series by groups: what filters them, and of each group a table that needs no script.

use labrun_history::Became;
use labrun_history::dating::ChangePoint;
use labrun_history::judge::Direction;
use labrun_record::{Better, Unit};
use maud::{Markup, PreEscaped, html};

use super::data::{class, path_of_group, told};
use super::line::{Group, Line};
use super::{Site, said};
use crate::{units, words};

/// Change points that a line names; those before are counted.
const NAMED: usize = 3;

/// What filters the series: a script shows it, since it does nothing without.
pub(super) fn filter(site: &Site<'_>) -> Markup {
    let groups = || site.groups.iter();
    let workloads = words::distinct(groups().map(|one| one.workload));
    let metrics = words::distinct(groups().map(|one| (one.metric, one.title.as_str())));
    let mut isolations = words::distinct(site.lines.iter().map(Line::isolation));
    isolations.sort();
    let histories = 0..site.trend.histories.len();
    html! {
        form.filter.needs-script hidden role="search" aria-label="Filter the series" {
            label { "Words" input type="search" name="words" autocomplete="off"; }
            label { "Metric" (select("metric", metrics.iter().map(|(name, title)| ((*name).to_owned(), (*title).to_owned())))) }
            label { "Workload" (select("workload", workloads.iter().filter(|name| !name.is_empty()).map(|name| ((*name).to_owned(), (*name).to_owned())))) }
            label { "Isolation" (select("isolation", isolations.into_iter().map(|name| (name.clone(), name)))) }
            label { "Machine class" (select("history", histories.map(|place| (place.to_string(), name_of(site, place))))) }
            label { "Nights" select name="nights" {
                option value="" { "the last 60" }
                option value="365" { "the last 365" }
                option value="all" { "all" }
            } }
            label.check { input type="checkbox" name="changed"; "changed only" }
            button type="reset" { "Show all" }
        }
    }
}

fn select(name: &str, options: impl Iterator<Item = (String, String)>) -> Markup {
    html! {
        select name=(name) {
            option value="" { "all" }
            @for (value, text) in options { option value=(value) { (text) } }
        }
    }
}

/// A class of machines, and the scenario.
fn name_of(site: &Site<'_>, history: usize) -> String {
    let nights = site.nights(history);
    let scenario = nights.heads.last().map_or("", |head| &head.scenario);
    format!("{}, {scenario}", class(nights))
}

/// What is in a chart.
pub(super) fn legend() -> Markup {
    const MARKS: [(&str, &str); 7] = [
        (
            r#"<path class="line" d="M1 9L12 5L23 8"/>"#,
            "the median of each night, evened, and around it its 95% interval; a gap where it was not measured",
        ),
        (
            r#"<path class="point" d="M12 1V15"/>"#,
            "a change point: E-divisive says that the series changed there. It dates what is confirmed, and alerts nobody",
        ),
        (
            r#"<path class="worse" d="M7 4H17L12 12Z"/>"#,
            "confirmed to be worse, by a replay, since this night",
        ),
        (
            r#"<path class="better" d="M7 12H17L12 4Z"/>"#,
            "confirmed to be better",
        ),
        (
            r#"<path class="epoch" d="M8 15V2H17L14 5L17 8H8"/>"#,
            "an epoch: from here on another value is normal, and somebody said why",
        ),
        (
            r#"<circle class="suspect" cx="12" cy="8" r="4"/>"#,
            "suspected this night, and not confirmed",
        ),
        (
            r#"<path class="strip a" d="M1 5H12V11H1Z"/><path class="strip b" d="M12 5H23V11H12Z"/>"#,
            "the upper strip changes its shade where the isolation has another version, the lower one where kernel, toolchain, system or lab do",
        ),
    ];
    html! {
        ul.marks {
            @for (mark, words) in MARKS {
                li { svg.trend viewBox="0 0 24 16" width="24" height="16" aria-hidden="true" { (PreEscaped(mark)) } span { (words) } }
            }
        }
        p.note { "Point at a chart, or reach it by Tab and go through its nights by the arrow keys, Home and End: the line below it says the value, its interval, the commit and what stood around it. Enter opens the page of the night, where there is one." }
    }
}

/// A group: its table, which a script folds and draws above.
pub(super) fn group(site: &Site<'_>, place: usize) -> Markup {
    let group = &site.groups[place];
    let nights = site.nights(group.history);
    // Beside another index the file may be in a cache as it was.
    let last = nights.names.last().map_or("", String::as_str);
    let stamp: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    let data = format!("{}?{}-{stamp}", path_of_group(place), nights.names.len());
    let unit = serde_json::to_value(group.unit).unwrap_or_default();
    let better = match group.better {
        _ if group.is_control => "where these move, the machine did",
        Better::Lower => "less is better",
        Better::Higher => "more is better",
    };
    html! {
        section.group id={ "g" (place) } data-place=(place) data-file=(data) data-history=(group.history)
            data-count=(nights.names.len()) data-metric=(group.metric) data-workload=(group.workload)
            data-unit=(unit.as_str().unwrap_or_default()) {
            h3 { (group.title) @if !group.workload.is_empty() { " \u{b7} " (group.workload) } }
            p.note { (name_of(site, group.history)) ": " (units::plural(group.lines.len(), "series").replace("seriess", "series")) ", " (better) }
            ol.charts hidden {}
            details open {
                summary { "As a table" }
                (table(site, group))
            }
        }
    }
}

fn table(site: &Site<'_>, group: &Group<'_>) -> Markup {
    let label = format!("{} {}", group.title, group.workload);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label.trim()) {
            table.rows.numbers-first {
                thead { tr {
                    th scope="col" { "Series" }
                    th.number scope="col" { "Last" }
                    th.number scope="col" { "95% interval" }
                    th.number scope="col" { "Against the 30 nights before" }
                    th scope="col" { "Changed" }
                } }
                tbody { @for line in &group.lines { (row(site, &site.lines[*line])) } }
            }
        }
    }
}

fn row(site: &Site<'_>, line: &Line<'_>) -> Markup {
    let (column, nights) = (line.column, site.nights(line.history));
    let found = line.found.iter().filter_map(|one| site.found[*one].place);
    let changes = line.changes(found.map(|place| place.since));
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let value = |night: usize| column.values[night];
    let unit = column.key.unit;
    html! {
        tr id=(line.anchor()) data-isolation=(line.isolation()) data-changes=(changes.join(" ")) data-open=(open(site, line)) {
            th.what scope="row" { (line.name()) }
            @match line.last.and_then(|night| Some((night, value(night)?))) {
                Some((night, value)) => {
                    @let (number, interval) = shown(value, column.ci[night], unit);
                    td.number data-value=(value) {
                        (number)
                        @if night + 1 < nights.names.len() { br; small { "not since " (told(&nights.heads[night].started)) } }
                    }
                    td.number { (interval) }
                    td.number { @match line.against {
                        Some(ratio) => { (said::change(ratio)) }
                        None => { span.muted { "no nights before" } }
                    } }
                }
                None => { td.number.muted { (became(line)) } td {} td {} }
            }
            td.wrap { (changed(site, line)) }
        }
    }
}

/// A number and its interval, with the digits that tell its ends apart.
fn shown(value: f64, interval: Option<[f64; 2]>, unit: Unit) -> (String, String) {
    match interval {
        None => (units::value(value, unit), "none".to_owned()),
        Some([low, high]) if low < high => {
            let both = units::with_interval(value, interval, unit);
            match both.split_once(" [") {
                Some((number, ends)) => (number.to_owned(), format!("[{ends}")),
                None => (both, String::new()),
            }
        }
        Some(_) => (units::value(value, unit), "exact".to_owned()),
    }
}

/// Whether it is open that it became worse, or better.
fn open(site: &Site<'_>, line: &Line<'_>) -> &'static str {
    let found = line.found.iter().map(|one| &site.found[*one]);
    let mut open = found.filter(|one| one.became == Became::Open);
    match open.next().map(|one| one.finding.direction) {
        Some(Direction::Worse) => "worse",
        Some(Direction::Better) => "better",
        None => "",
    }
}

/// What became of a series that has no value.
fn became(line: &Line<'_>) -> &'static str {
    let last = line.column.outcomes.iter().rev().flatten().next();
    last.map_or("not measured", |outcome| outcome.name())
}

/// Where it changed, the newest first.
fn changed(site: &Site<'_>, line: &Line<'_>) -> Markup {
    let heads = &site.nights(line.history).heads;
    let when = |night: usize| told(&heads[night].started);
    let by = |point: &ChangePoint| said::change(point.after / point.before);
    let mut told: Vec<Markup> = Vec::new();
    for one in line.found.iter().map(|one| &site.found[*one]) {
        if let Some(place) = one.place {
            told.push(html! { strong { (when(place.since)) " " (said::found(one.finding)) } });
        }
    }
    let (points, epochs) = (&line.points, &line.epochs);
    for point in points.iter().rev().take(NAMED) {
        told.push(html! { (when(point.at)) " " (by(point)) });
    }
    if points.len() > NAMED {
        told.push(html! { (units::plural(points.len() - NAMED, "change")) " before" });
    }
    for (night, reason) in epochs.iter().rev() {
        told.push(html! { (when(*night)) " new normal: " (reason) });
    }
    html! {
        @if told.is_empty() { span.muted { "no" } }
        @for (place, one) in told.iter().enumerate() { @if place > 0 { "; " } (one) }
    }
}
