//! How latency grows with the rate: a panel for each percentile, a line for each row.

use labrun_analysis::RowSummary;

use super::Chart;
use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, technology_ink};
use super::scale::shown;
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 720.0;
const PANEL: f64 = 190.0;
const HEAD: f64 = 30.0;
const FOOT: f64 = 30.0;
const LABEL: f64 = 14.0;

/// The rows of an isolation at several rates.
pub(crate) struct Line<'a> {
    pub name: String,
    /// Each with its place among the rates.
    pub points: Vec<(usize, &'a RowSummary)>,
}

/// What is drawn over one another.
pub(crate) struct Panel<'a> {
    pub name: String,
    pub lines: Vec<Line<'a>>,
}

/// The panels under one another, each with its own logarithmic axis of latency.
pub(crate) fn rates(
    chart: &Chart<'_>,
    rates: &[&str],
    panels: &[Panel<'_>],
) -> Result<String, RenderError> {
    let description = format!(
        "{}, each with the quantile at the rates {} on a logarithmic axis. The table has the same numbers.",
        units::plural(panels.len(), "panel"),
        rates.join(", ")
    );
    let each = HEAD + PANEL + FOOT;
    let size = (WIDTH, each * panels.len() as f64);
    svg(chart, &description, size, |canvas| {
        for (i, panel) in panels.iter().enumerate() {
            draw(canvas, panel, each * i as f64, rates, chart.technologies);
        }
    })
}

fn draw(canvas: &mut Canvas<'_>, panel: &Panel<'_>, y: f64, rates: &[&str], all: &[&str]) {
    canvas.bold((0.0, y + 12.0), Hold::Left, 12.0, Ink::Text, &panel.name);
    let (top, bottom) = (y + HEAD, y + HEAD + PANEL);
    let values = || {
        panel
            .lines
            .iter()
            .flat_map(|l| &l.points)
            .map(|p| median(p.1))
    };
    let low = shown(values().fold(f64::INFINITY, f64::min) * 0.9);
    let high = shown(values().fold(0.0, f64::max) * 1.1).max(low * 1.2);
    let height = |value: f64| {
        let share = (shown(value).ln() - low.ln()) / (high.ln() - low.ln());
        bottom - PANEL * share.clamp(0.0, 1.0)
    };
    let place = |index: usize| {
        let share = index as f64 / (rates.len().max(2) - 1) as f64;
        LEFT + 14.0 + share * (RIGHT - LEFT - 28.0)
    };
    for value in round_values(low, high) {
        let at = height(value);
        canvas.path(&[(LEFT, at), (RIGHT, at)], 0.5, Ink::Grid);
        let label = units::duration(value);
        canvas.text((LEFT - 8.0, at), Hold::Right, 11.0, Ink::Muted, &label);
    }
    for (i, rate) in rates.iter().enumerate() {
        let x = place(i);
        canvas.path(&[(x, top), (x, bottom + 4.0)], 0.5, Ink::Grid);
        canvas.text((x, bottom + 13.0), Hold::Middle, 11.0, Ink::Muted, rate);
    }
    let mut labels: Vec<Label<'_>> = Vec::new();
    for line in &panel.lines {
        let Some((_, first)) = line.points.first() else {
            continue;
        };
        let index = technology_ink(first.technology(), all);
        let before = labels.iter().filter(|l| l.2 == Ink::Technology(index));
        let stroke = Ink::nth(index, before.count());
        let ink = Ink::Technology(index);
        let points: Vec<(f64, f64)> = line
            .points
            .iter()
            .map(|(i, row)| (place(*i), height(median(row))))
            .collect();
        canvas.path(&points, 1.75, stroke);
        for point in &points {
            canvas.dot(*point, 3.0, ink);
        }
        labels.extend(
            points
                .last()
                .map(|(_, y)| (*y, line.name.as_str(), ink, stroke)),
        );
    }
    name(canvas, labels, (top, bottom));
}

/// Where a line ends, its name, its technology, and how it is drawn.
type Label<'a> = (f64, &'a str, Ink, Ink);

/// 1, 2 and 5 of each decade between two values.
fn round_values(low: f64, high: f64) -> Vec<f64> {
    let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
    decades
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(decade)))
        .filter(|value| (low..=high).contains(value))
        .collect()
}

/// Names at the right, each beside the end of its line and none over another.
fn name(canvas: &mut Canvas<'_>, mut labels: Vec<Label<'_>>, (top, bottom): (f64, f64)) {
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let room = (bottom - top + LABEL) / labels.len().max(1) as f64;
    let step = LABEL.min(room);
    let mut free = top - LABEL / 2.0;
    let count = labels.len();
    for (i, (y, name, _, stroke)) in labels.into_iter().enumerate() {
        let lowest = bottom + LABEL / 2.0 - step * (count - 1 - i) as f64;
        let at = y.max(free).min(lowest.max(free));
        canvas.path(&[(RIGHT - 8.0, y), (RIGHT + 12.0, at)], 0.5, Ink::Grid);
        canvas.path(&[(RIGHT + 14.0, at), (RIGHT + 36.0, at)], 2.0, stroke);
        canvas.text((RIGHT + 42.0, at), Hold::Left, 11.5, Ink::Text, name);
        free = at + step;
    }
}

fn median(row: &RowSummary) -> f64 {
    row.median().unwrap_or_default()
}
