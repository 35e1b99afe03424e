//! Latency by percentile: how long the slowest requests take, on two logarithmic axes, of which the one
//! across has one half, a tenth, a hundredth of all requests. A panel for each rate.

use labrun_record::Unit;

use super::Chart;
use super::canvas::{Canvas, Hold, svg};
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

/// The share of requests with which the axis begins: the slower half.
const HALF: f64 = 0.5;
/// The least share that an axis has.
const LEAST: f64 = 1e-12;

/// How long the slowest requests of a row take.
pub(crate) struct Tail<'a> {
    pub name: String,
    pub technology: &'a str,
    /// Shares of the requests, descending, and the nanoseconds that so many took or more.
    pub points: Vec<[f64; 2]>,
}

/// What is drawn over one another.
pub(crate) struct TailPanel<'a> {
    pub name: String,
    pub lines: Vec<Tail<'a>>,
}

/// The panels under one another, all with one axis of shares.
pub(crate) fn tail(
    chart: &Chart<'_>,
    description: &str,
    panels: &[TailPanel<'_>],
) -> Result<String, RenderError> {
    let shares = panels.iter().flat_map(|panel| &panel.lines);
    let shares = shares.flat_map(|line| slower_half(&line.points));
    let least = shares.map(|point| point[0]).fold(HALF / 5.0, f64::min);
    let axis = Shares {
        least: least.max(LEAST),
    };
    let each = |panel: &TailPanel<'_>| HEAD + room(panel.lines.len(), PANEL) + FOOT;
    let size = (WIDTH, panels.iter().map(each).sum());
    svg(chart, description, size, |canvas| {
        let mut top = 0.0;
        for panel in panels {
            draw(canvas, panel, top, &axis, chart.technologies);
            top += each(panel);
        }
    })
}

fn draw(canvas: &mut Canvas<'_>, panel: &TailPanel<'_>, y: f64, axis: &Shares, all: &[&str]) {
    canvas.heading(y + 12.0, &panel.name);
    let (top, bottom) = (y + HEAD, y + HEAD + room(panel.lines.len(), PANEL));
    let points = panel.lines.iter().map(|line| slower_half(&line.points));
    let points: Vec<Vec<[f64; 2]>> = points.collect();
    let values = points.iter().flatten().map(|point| point[1]);
    let scale = LogScale::over(Unit::Ns, values, bottom, top);
    scale.levels(canvas, LEFT, RIGHT);
    for (share, name) in axis.ticks() {
        let x = axis.x(share);
        canvas.path(&[(x, top), (x, bottom + 4.0)], 0.5, Ink::Grid);
        canvas.text((x, bottom + 14.0), Hold::Middle, 12.0, Ink::Muted, &name);
    }
    let inks = strokes(panel.lines.iter().map(|line| line.technology), all);
    let mut ends = Vec::new();
    for ((line, points), (stroke, ink)) in panel.lines.iter().zip(points).zip(inks) {
        let path = points
            .iter()
            .map(|[share, ns]| (axis.x(*share), scale.x(*ns)));
        let path: Vec<(f64, f64)> = path.collect();
        canvas.path(&path, 1.75, stroke);
        let Some(last) = path.last() else { continue };
        canvas.dot(*last, 3.0, ink);
        canvas.path(&[*last, (RIGHT, last.1)], 0.5, Ink::Grid);
        ends.push(Ending {
            y: last.1,
            name: &line.name,
            stroke,
        });
    }
    names(canvas, ends, RIGHT, (top, bottom));
}

/// The points from the last one that is of half of the requests or more.
fn slower_half(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let usable = |point: &&[f64; 2]| point[0] > 0.0 && point[1].is_finite();
    let mut points: Vec<[f64; 2]> = points.iter().filter(usable).copied().collect();
    points.sort_by(|a, b| b[0].total_cmp(&a[0]));
    let above = points.iter().filter(|point| point[0] >= HALF).count();
    points.split_off(above.saturating_sub(1))
}

/// The axis of shares: from a half on, each decade as long as the one before.
struct Shares {
    least: f64,
}

impl Shares {
    fn x(&self, share: f64) -> f64 {
        let along = (HALF / share).ln() / (HALF / self.least).ln();
        LEFT + along.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    /// A half, a tenth, a hundredth and so on, by what is not slower: `50%`, `90%`, `99%`, `99.9%`.
    fn ticks(&self) -> Vec<(f64, String)> {
        let decades = 1..=(-self.least.log10() + 1e-9).floor() as i32;
        let tenths = decades.map(|decade| {
            let digits = (decade - 2).max(0).unsigned_abs() as usize;
            let share = 10_f64.powi(-decade);
            (share, format!("{:.digits$}%", (1.0 - share) * 100.0))
        });
        [(HALF, "50%".to_owned())]
            .into_iter()
            .chain(tenths)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_at_the_median_and_ends_at_the_last_request() {
        let points = [
            [1.0, 10.0],
            [0.6, 20.0],
            [0.1, 40.0],
            [0.001, 90.0],
            [0.0, 99.0],
        ];
        let drawn = slower_half(&points);
        assert_eq!(drawn, [[0.6, 20.0], [0.1, 40.0], [0.001, 90.0]]);
        let axis = Shares { least: 0.001 };
        assert!((axis.x(0.6) - LEFT).abs() < 1e-9 && (axis.x(0.001) - RIGHT).abs() < 1e-9);
        let names: Vec<String> = axis.ticks().into_iter().map(|tick| tick.1).collect();
        assert_eq!(names, ["50%", "90%", "99%", "99.9%"]);
    }

    #[test]
    fn points_that_are_none_are_left_out() {
        let points = [[-1.0, 5.0], [0.5, f64::NAN], [0.2, 1e308], [f64::NAN, 1.0]];
        assert_eq!(slower_half(&points), [[0.2, 1e308]]);
    }
}
