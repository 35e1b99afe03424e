//! What instances hold together, against how many there are, with the line whose slope is what one more
//! costs. Both axes begin at zero. A panel for each tier, since a container's megabytes would flatten
//! everything else.

use labrun_record::Unit;

use super::Chart;
use super::canvas::{Canvas, Hold, svg};
use super::ink::Ink;
use super::linear::Linear;
use super::names::{Ending, names, room, strokes};
use crate::RenderError;

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 660.0;
const PANEL: f64 = 180.0;
const HEAD: f64 = 30.0;
const FOOT: f64 = 46.0;

/// What the instances of a row hold.
pub(crate) struct Held<'a> {
    pub name: String,
    pub technology: &'a str,
    /// Instances, and the bytes that they held together.
    pub points: &'a [[f64; 2]],
    /// Bytes of one more, and those that are there whatever their number.
    pub fit: Option<[f64; 2]>,
}

/// A panel for each tier that has any, by name.
pub(crate) fn instances(
    chart: &Chart<'_>,
    description: &str,
    panels: &[(String, Vec<Held<'_>>)],
) -> Result<String, RenderError> {
    let each = |(_, held): &(String, Vec<Held<'_>>)| HEAD + room(held.len(), PANEL) + FOOT;
    let size = (WIDTH, panels.iter().map(each).sum());
    svg(chart, description, size, |canvas| {
        let mut top = 0.0;
        for panel in panels {
            draw(canvas, panel, top, chart.technologies);
            top += each(panel);
        }
    })
}

fn draw(
    canvas: &mut Canvas<'_>,
    (name, held): &(String, Vec<Held<'_>>),
    y: f64,
    technologies: &[&str],
) {
    canvas.heading(y + 12.0, name);
    let (top, bottom) = (y + HEAD, y + HEAD + room(held.len(), PANEL));
    let points = || held.iter().flat_map(|one| one.points);
    let across = Linear::over(
        Unit::Count,
        points().map(|point| point[0]),
        LEFT,
        RIGHT - 8.0,
    );
    let upward = Linear::over(Unit::Bytes, points().map(|point| point[1]), bottom, top);
    across.grid_below(canvas, top, bottom);
    upward.levels(canvas, LEFT, RIGHT - 8.0);
    let words = "instances at the same time";
    canvas.text((LEFT, bottom + 32.0), Hold::Left, 12.0, Ink::Muted, words);
    let inks = strokes(held.iter().map(|one| one.technology), technologies);
    let mut ends = Vec::new();
    for (one, (stroke, ink)) in held.iter().zip(inks) {
        let own = one.points.iter();
        let own: Vec<(f64, f64)> = own
            .map(|[n, bytes]| (across.at(*n), upward.at(*bytes)))
            .collect();
        let most = one.points.iter().map(|point| point[0]).fold(0.0, f64::max);
        let line = one.fit.map(|[slope, fixed]| {
            let at = |n: f64| (across.at(n), upward.at(slope * n + fixed));
            [at(0.0), at(most)]
        });
        if let Some(line) = line {
            canvas.path(&line, 1.5, stroke);
        }
        canvas.points(&own, 3.0, ink);
        let end = line.map(|[_, end]| end).or(own.last().copied());
        ends.extend(end.map(|(_, y)| Ending {
            y,
            name: &one.name,
            stroke,
        }));
    }
    names(canvas, ends, RIGHT, (top, bottom));
}
