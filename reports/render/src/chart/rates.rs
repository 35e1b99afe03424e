//! How latency grows with the rate: a panel for each percentile, a line for each row.

use labrun_analysis::RowSummary;

use super::Chart;
use super::canvas::{Canvas, Hold, cut, svg};
use super::ink::Ink;
use super::names::{Ending, names, room, strokes};
use super::scale::LogScale;
use crate::RenderError;

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 720.0;
const PANEL: f64 = 180.0;
const HEAD: f64 = 30.0;
const FOOT: f64 = 32.0;

/// The rows of an isolation at several rates.
pub(crate) struct Line<'a> {
    pub name: String,
    /// Each with its place among the rates.
    pub points: Vec<(usize, &'a RowSummary)>,
}

impl<'a> Line<'a> {
    fn technology(&self) -> &'a str {
        self.points.first().map_or("", |(_, row)| row.technology())
    }
}

/// What is drawn over one another.
pub(crate) struct Panel<'a> {
    pub name: String,
    pub lines: Vec<Line<'a>>,
}

/// The panels under one another, each with its own logarithmic axis of latency.
pub(crate) fn rates(
    chart: &Chart<'_>,
    description: &str,
    rates: &[&str],
    panels: &[Panel<'_>],
) -> Result<String, RenderError> {
    let each = |panel: &Panel<'_>| HEAD + room(panel.lines.len(), PANEL) + FOOT;
    let size = (WIDTH, panels.iter().map(each).sum());
    svg(chart, description, size, |canvas| {
        let mut top = 0.0;
        for panel in panels {
            draw(canvas, panel, top, rates, chart.technologies);
            top += each(panel);
        }
    })
}

fn draw(canvas: &mut Canvas<'_>, panel: &Panel<'_>, y: f64, rates: &[&str], all: &[&str]) {
    canvas.heading(y + 12.0, &panel.name);
    let (top, bottom) = (y + HEAD, y + HEAD + room(panel.lines.len(), PANEL));
    let rows = panel.lines.iter().flat_map(|line| &line.points);
    let rows: Vec<&RowSummary> = rows.map(|(_, row)| *row).collect();
    let Some(first) = rows.first() else { return };
    let values = rows.iter().map(|row| median(row));
    let scale = LogScale::over(first.unit, values, bottom, top);
    scale.levels(canvas, LEFT, RIGHT);
    let place = |index: usize| {
        let share = index as f64 / (rates.len().max(2) - 1) as f64;
        LEFT + 14.0 + share * (RIGHT - LEFT - 28.0)
    };
    for (i, rate) in rates.iter().enumerate() {
        let x = place(i);
        canvas.path(&[(x, top), (x, bottom + 4.0)], 0.5, Ink::Grid);
        canvas.text(
            (x, bottom + 14.0),
            Hold::Middle,
            12.0,
            Ink::Muted,
            &cut(rate, 14),
        );
    }
    let inks = strokes(panel.lines.iter().map(Line::technology), all);
    let mut ends = Vec::new();
    for (line, (stroke, ink)) in panel.lines.iter().zip(inks) {
        let points = line.points.iter();
        let points: Vec<(f64, f64)> = points
            .map(|(i, row)| (place(*i), scale.x(median(row))))
            .collect();
        canvas.path(&points, 1.75, stroke);
        for point in &points {
            canvas.dot(*point, 3.0, ink);
        }
        ends.extend(points.last().map(|(_, y)| Ending {
            y: *y,
            name: &line.name,
            stroke,
        }));
    }
    names(canvas, ends, RIGHT, (top, bottom));
}

fn median(row: &RowSummary) -> f64 {
    row.median().unwrap_or_default()
}
