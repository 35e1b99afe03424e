//! The charts of a workload's lanes: curves over one another, lanes or bars, and phases.

use labrun_analysis::stats::quantile;
use labrun_record::Unit;
use maud::{Markup, PreEscaped, html};

use super::What;
use super::lanes::{best, differ};
use super::said;
use crate::RenderError;
use crate::chart::{self, Chart, Group, Lane, UNATTRIBUTED, phase_ink};
use crate::measure::has_distributions;
use crate::page::figure::{Figure, number};
use crate::units;
use crate::words::{self, distinct};

/// Curves over one another at most, of a group.
const CURVES: usize = 10;
/// Rows of phases at most, of a group.
const FALLS: usize = 12;
/// The quantiles that a box is drawn from.
const BOX: [(f64, &str); 4] = [(0.05, "5%"), (0.25, "25%"), (0.75, "75%"), (0.95, "95%")];

/// Curves and lanes; bars of what has a length.
pub(super) fn figures(what: &What<'_>, groups: &[Group<'_>]) -> Result<Vec<Markup>, RenderError> {
    let mut figures = Vec::new();
    if has_distributions(what.metric) {
        let few = best(groups, CURVES);
        let title = format!("{}, best of each technology", what.words());
        let chart = what.chart("ecdf", &title);
        let description = said::ecdf(&few);
        let svg = chart::ecdf(&chart, &description, &few)?;
        let drawn = (svg, quantiles(what, &few));
        figures.extend(figure(what, &chart, &description, &few, drawn));
    }
    if !differ(groups) {
        return Ok(figures);
    }
    let is_length = what.metric.unit() == Unit::Bytes;
    let chart = what.chart("spread", &what.words());
    let (description, drawn) = if is_length {
        let description = said::bars(groups);
        let svg = chart::bars(&chart, &description, groups)?;
        (description, (svg, medians(what, groups)))
    } else {
        let description = said::spread(groups);
        let svg = chart::spread(&chart, &description, groups)?;
        (description, (svg, quantiles(what, groups)))
    };
    figures.extend(figure(what, &chart, &description, groups, drawn));
    Ok(figures)
}

/// A chart of the lanes of `groups`; none where nothing was drawn.
fn figure(
    what: &What<'_>,
    chart: &Chart<'_>,
    description: &str,
    groups: &[Group<'_>],
    (svg, numbers): (String, Markup),
) -> Option<Markup> {
    let lanes = groups.iter().flat_map(|group| &group.lanes);
    let technologies = distinct(lanes.map(|lane| lane.row.technology()));
    let legend = html! {
        ul.legend { @for technology in technologies { li { (what.view.chip(technology)) (technology) } } }
    };
    if svg.is_empty() {
        return None;
    }
    let figure = Figure {
        chart,
        description,
        legend,
        drawn: html! { (PreEscaped(svg)) },
        numbers,
    };
    Some(figure.markup())
}

/// Every lane with what it is called in a table.
fn named<'b, 'a>(groups: &'b [Group<'a>]) -> impl Iterator<Item = (String, &'b Lane<'a>)> {
    groups.iter().flat_map(|group| {
        group.lanes.iter().map(move |lane| {
            let beside = format!("{} {}", words::isolation(lane.row), lane.name);
            let own = if lane.is_beside { &beside } else { &lane.name };
            let name = format!("{own} {}", group.apart);
            (name.trim_end().to_owned(), lane)
        })
    })
}

fn head(name: &str, more: &[&str]) -> Markup {
    html! {
        thead { tr {
            th scope="col" { (name) }
            @for column in more { th.number scope="col" { (column) } }
        } }
    }
}

fn row(what: &What<'_>, name: &str, lane: &Lane<'_>, more: &Markup) -> Markup {
    html! {
        tr {
            th scope="row" { a href={ "#" (what.view.anchor(lane.row)) } { (name) } }
            (number(what.view, lane.row))
            (more)
        }
    }
}

/// The median of each lane.
fn medians(what: &What<'_>, groups: &[Group<'_>]) -> Markup {
    html! {
        (head("isolation", &["median"]))
        tbody.numbers { @for (name, lane) in named(groups) { (row(what, &name, lane, &html! {})) } }
    }
}

/// The median of each lane, and what else a box is drawn from.
fn quantiles(what: &What<'_>, groups: &[Group<'_>]) -> Markup {
    let is_curved = groups
        .iter()
        .flat_map(|group| &group.lanes)
        .any(|lane| !lane.curve.is_empty());
    if !is_curved {
        return medians(what, groups);
    }
    let [a, b, c, d] = BOX.map(|(_, name)| name);
    let own = |lane: &Lane<'_>| {
        html! {
            @for (p, _) in BOX {
                td { @if let Some(value) = quantile(lane.curve, p) { (units::value(value, lane.row.unit)) } }
            }
            td { @if lane.has_two_modes { "2" } }
        }
    };
    html! {
        (head("isolation", &["median", a, b, c, d, "modes"]))
        tbody.numbers { @for (name, lane) in named(groups) { (row(what, &name, lane, &own(lane))) } }
    }
}

/// Where the time goes.
pub(super) fn waterfall(
    what: &What<'_>,
    groups: &[Group<'_>],
) -> Result<Option<Markup>, RenderError> {
    let few = best(groups, FALLS);
    let lanes = || few.iter().flat_map(|group| &group.lanes);
    let numbers = lanes().filter_map(|lane| lane.row.numbers.as_ref());
    let own = distinct(numbers.flat_map(|n| n.phases.keys().map(String::as_str)));
    let title = format!("phases of the {}", what.words());
    let chart = what.chart("phases", &title);
    let description = said::waterfall(&few, &own);
    let svg = chart::waterfall(&chart, &description, &few, what.phases)?;
    if svg.is_empty() {
        return Ok(None);
    }
    let phase = |lane: &Lane<'_>, name: &str| {
        let numbers = lane.row.numbers.as_ref()?;
        Some(units::duration(numbers.phases.get(name)?.median))
    };
    let columns: Vec<&str> = ["median"].into_iter().chain(own.iter().copied()).collect();
    let cells = |lane: &Lane<'_>| html! { @for name in &own { td { (phase(lane, name).unwrap_or_default()) } } };
    let table = html! {
        (head("isolation", &columns))
        tbody.numbers { @for (name, lane) in named(&few) { (row(what, &name, lane, &cells(lane))) } }
    };
    let legend = html! {
        ul.legend {
            @for name in own.iter().filter(|name| **name != UNATTRIBUTED) {
                li { span.chip.{ "p" (phase_ink(name, what.phases)) } {} (name) }
            }
            @if own.contains(&UNATTRIBUTED) { li { span.chip.hatched {} (UNATTRIBUTED) } }
        }
    };
    let figure = Figure {
        chart: &chart,
        description: &description,
        legend,
        drawn: html! { (PreEscaped(svg)) },
        numbers: table,
    };
    Ok(Some(figure.markup()))
}
