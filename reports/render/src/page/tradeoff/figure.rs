//! A picture of the trade-off as a figure: the chart, marks that name themselves over it, and its table.

use labrun_analysis::{RowSummary, Verdict};
use labrun_record::{Better, Unit};
use maud::{Markup, PreEscaped, html};

use super::letters::Letters;
use super::pareto::corners;
use super::picture::{Picture, Point};
use crate::RenderError;
use crate::board::Column;
use crate::chart::{self, Along, Chart, RADIUS, Scatter, Spot, tier_ink};
use crate::page::figure::{Figure, number};
use crate::page::view::View;
use crate::{shown, units, words};

/// The first picture is as wide as the page, and two of the others are.
const SIZES: [(f64, f64); 2] = [(1080.0, 500.0), (528.0, 400.0)];

pub(super) fn figure(
    view: &View<'_>,
    picture: &Picture<'_>,
    letters: &Letters<'_>,
    place: usize,
) -> Result<Markup, RenderError> {
    let size = SIZES[place.min(1)];
    let up = picture.y.map_or("tier", |y| y.label.as_str());
    let title = format!("{} against {up}", picture.x.label);
    let description = describe(picture);
    let chart = Chart {
        id: view.id(&format!("trade-{place}")),
        title,
        technologies: &view.technologies,
    };
    let marks: Vec<Spot> = picture
        .points
        .iter()
        .map(|point| mark(point, letters))
        .collect();
    let firsts = picture.points.iter().filter(|point| point.is_first);
    let front = corners(firsts.map(|point| point.at).collect(), picture.better());
    let tiers: Vec<&str> = picture.tiers.iter().map(|tier| tier.name()).collect();
    let scatter = Scatter {
        size,
        x: picture.x.unit,
        y: picture
            .y
            .map_or(Along::Lanes(tiers), |y| Along::Values(y.unit)),
        labels: [
            axis(picture.x, ["\u{2190}", "\u{2192}"]),
            picture.y.map_or(
                "\u{2191} further from the host\u{2019}s system calls: tier".to_owned(),
                |y| axis(y, ["\u{2193}", "\u{2191}"]),
            ),
        ],
        marks: &marks,
        front,
    };
    let (svg, places) = chart::scatter(&chart, &description, &scatter)?;
    Ok(Figure {
        chart: &chart,
        description: &description,
        legend: html! {},
        drawn: html! { div.marks { (PreEscaped(svg)) (over(view, picture, &places, size)) } },
        numbers: numbers(view, picture),
    }
    .markup())
}

fn mark(point: &Point<'_>, letters: &Letters<'_>) -> Spot {
    Spot {
        name: point.line.name.clone(),
        letter: letters.letter(point.line.technology),
        tier: tier_ink(point.line.tier),
        x: point.at.0,
        y: point.at.1,
        x_ci: point.x.ci(),
        y_ci: point.y.and_then(RowSummary::ci),
        is_first: point.is_first,
    }
}

/// What an axis is, and which way is better: `← faster: add, first result`.
fn axis(column: &Column<'_>, [lower, higher]: [&str; 2]) -> String {
    let arrow = match column.better {
        Better::Lower => lower,
        Better::Higher => higher,
    };
    format!("{arrow} {}: {}", better(column.unit), column.label)
}

fn better(unit: Unit) -> &'static str {
    words::verdict(unit, Verdict::Better)
}

/// What it shows in words, with the best of each axis.
fn describe(picture: &Picture<'_>) -> String {
    let way = |column: &Column<'_>, [lower, higher]: [&'static str; 2]| match column.better {
        Better::Lower => (lower, better(column.unit)),
        Better::Higher => (higher, better(column.unit)),
    };
    let (left, across) = way(picture.x, ["left", "right"]);
    let (up, upward) = picture
        .y
        .map_or(("up", "further from the host\u{2019}s system calls"), |y| {
            way(y, ["down", "up"])
        });
    let named = |row: &RowSummary| format!("{} {}", words::isolation(row), shown::median(row));
    let best = |rows: Vec<&RowSummary>, column: &Column<'_>| {
        let best = rows.into_iter().min_by(|a, b| words::better_first(a, b));
        let [word, _] = words::best_and_worst(column.unit);
        best.map(|row| format!(" The {word} in {}: {}.", column.short, named(row)))
    };
    let across_best = best(picture.points.iter().map(|p| p.x).collect(), picture.x);
    let ups = picture.points.iter().filter_map(|p| p.y).collect();
    let up_best = picture.y.and_then(|y| best(ups, y));
    let firsts = picture.points.iter().filter(|point| point.is_first);
    let firsts: Vec<&str> = firsts.map(|point| point.line.name.as_str()).collect();
    let more = match picture.more {
        0 => String::new(),
        more => format!(
            " {} that others beat are in the table of every row alone.",
            units::plural(more, "isolation")
        ),
    };
    format!(
        "{}: {left} is {across}, {up} is {upward}. Nothing beats in both: {}.{}{}{more}",
        units::plural(picture.points.len(), "isolation"),
        firsts.join(", "),
        across_best.unwrap_or_default(),
        up_best.unwrap_or_default(),
    )
}

/// The marks as links, each with what it says when it is pointed at.
fn over(
    view: &View<'_>,
    picture: &Picture<'_>,
    places: &[(f64, f64)],
    (width, height): (f64, f64),
) -> Markup {
    let said =
        |column: &Column<'_>, row: &RowSummary| format!("{}: {}", column.short, shown::median(row));
    html! {
        svg.over viewBox={ "0 0 " (width) " " (height) } role="group" aria-label="The marks, as links to their rows" {
            @for (point, (x, y)) in picture.points.iter().zip(places) {
                @let across = said(picture.x, point.x);
                @let up = match (picture.y, point.y) {
                    (Some(column), Some(row)) => said(column, row),
                    _ => format!("tier: {}", point.line.tier),
                };
                @let anchor = if *x < width / 3.0 { "start" } else if *x > width * 2.0 / 3.0 { "end" } else { "middle" };
                @let top = if *y < 90.0 { y + 26.0 } else { y - 48.0 };
                @let (x, y, top) = (round(*x), round(*y), round(top));
                a href={ "#" (view.anchor(point.x)) } aria-label={ (point.line.name) "; " (across) "; " (up) } {
                    circle cx=(x) cy=(y) r=(RADIUS + 2.0) {}
                }
                text x=(x) y=(top) text-anchor=(anchor) aria-hidden="true" {
                    tspan { (point.line.name) }
                    tspan x=(x) dy="17" { (across) }
                    tspan x=(x) dy="17" { (up) }
                }
            }
        }
    }
}

/// A place on the page: tenths of a pixel are enough.
fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

fn numbers(view: &View<'_>, picture: &Picture<'_>) -> Markup {
    html! {
        thead { tr {
            th scope="col" { "isolation" }
            th scope="col" { "tier" }
            th.number scope="col" { (picture.x.short) }
            @if let Some(y) = picture.y { th.number scope="col" { (y.short) } }
            th scope="col" { "beaten in both" }
        } }
        tbody {
            @for point in &picture.points {
                tr {
                    th scope="row" { a href={ "#" (view.anchor(point.x)) } { (point.line.name) } }
                    td { (point.line.tier) }
                    (number(view, point.x))
                    @if let Some(row) = point.y { (number(view, row)) }
                    td { @if point.is_first { "by nothing" } @else { "yes" } }
                }
            }
        }
    }
}
