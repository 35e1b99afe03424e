//! How the values of a few rows are spread: empirical cumulative distributions over one another, a
//! panel for each group on one logarithmic axis, each curve with its name above its median.

use super::canvas::{Canvas, Hold, cut, letters, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use super::{Chart, Group, Lane};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 1064.0;
const PLOT: f64 = 150.0;
const HEAD: f64 = 26.0;
const FOOT: f64 = 28.0;
const LABEL: f64 = 18.0;
/// Letters of a name; the table has all of them.
const NAME: usize = 44;
/// From so many values on a curve is a line through its quantiles, and no steps any more.
const LINE_FROM: usize = 100;

/// The distributions of all lanes that have one; nothing where none has.
pub(crate) fn ecdf(
    chart: &Chart<'_>,
    description: &str,
    groups: &[Group<'_>],
) -> Result<String, RenderError> {
    let values = || groups.iter().flat_map(|group| &group.lanes);
    let values = || values().flat_map(|lane| lane.curve.iter().copied());
    let unit = groups.iter().flat_map(|group| &group.lanes).next();
    let (Some(unit), true) = (unit.map(|lane| lane.row.unit), values().next().is_some()) else {
        return Ok(String::new());
    };
    let scale = LogScale::over(unit, values(), LEFT, RIGHT);
    let panels: Vec<Panel<'_>> = groups
        .iter()
        .map(|group| Panel::of(group, &scale, chart.technologies))
        .filter(|panel| !panel.curves.is_empty())
        .collect();
    let height: f64 = panels.iter().map(Panel::height).sum();
    svg(chart, description, (WIDTH, height), |canvas| {
        let mut top = 0.0;
        for panel in &panels {
            panel.draw(canvas, &scale, top);
            top += panel.height();
        }
    })
}

struct Panel<'a> {
    name: &'a str,
    curves: Vec<Curve<'a>>,
    rows: usize,
}

struct Curve<'a> {
    name: String,
    lane: &'a Lane<'a>,
    technology: u8,
    /// How it is drawn: solid, or in another way where the colour is taken.
    stroke: Ink,
    /// Where its label goes: in the lowest row in which it touches no other.
    row: usize,
    left: f64,
    at: f64,
}

impl<'a> Panel<'a> {
    fn of(group: &'a Group<'a>, scale: &LogScale, all: &[&str]) -> Self {
        let own = group.lanes.iter().filter(|lane| !lane.curve.is_empty());
        let mut lanes: Vec<&Lane<'_>> = own.collect();
        lanes.sort_by(|a, b| a.median.total_cmp(&b.median));
        let mut ends: Vec<f64> = Vec::new();
        let mut curves: Vec<Curve<'_>> = Vec::new();
        for lane in lanes {
            let value = units::value(lane.median, lane.row.unit);
            let name = format!("{} {value}", cut(&lane.name, NAME));
            let width = letters(&name) as f64 * 6.8 + 26.0;
            let at = scale.x(lane.median);
            let left = (at - 4.0).min(WIDTH - width).max(0.0);
            let free = ends.iter().position(|end| *end < left);
            let row = free.unwrap_or(ends.len());
            if row == ends.len() {
                ends.push(0.0);
            }
            ends[row] = left + width;
            let technology = technology_ink(lane.row.technology(), all);
            let before = curves.iter().filter(|one| one.technology == technology);
            let nth = before.count();
            curves.push(Curve {
                name,
                lane,
                technology,
                stroke: Ink::nth(technology, nth),
                row,
                left,
                at,
            });
        }
        Self {
            name: &group.name,
            curves,
            rows: ends.len(),
        }
    }

    /// What stands above the plot.
    fn above(&self) -> f64 {
        let head = if self.name.is_empty() { 4.0 } else { HEAD };
        head + self.rows as f64 * LABEL + 26.0
    }

    fn height(&self) -> f64 {
        self.above() + PLOT + FOOT
    }

    fn draw(&self, canvas: &mut Canvas<'_>, scale: &LogScale, from: f64) {
        let (top, bottom) = (from + self.above(), from + self.above() + PLOT);
        if !self.name.is_empty() {
            canvas.heading(from + 12.0, self.name);
        }
        scale.grid(canvas, top, bottom, false);
        shares(canvas, top, bottom);
        let labels = top - 26.0 - self.rows as f64 * LABEL;
        for curve in &self.curves {
            let y = labels + curve.row as f64 * LABEL + LABEL / 2.0;
            canvas.path(&[(curve.at, y + 8.0), (curve.at, top)], 0.5, Ink::Grid);
            canvas.path(
                &path(curve.lane.curve, scale, top, bottom),
                2.0,
                curve.stroke,
            );
            canvas.path(
                &[(curve.left, y), (curve.left + 14.0, y)],
                3.0,
                curve.stroke,
            );
            let at = (curve.left + 19.0, y);
            canvas.text(at, Hold::Left, 12.0, Ink::Text, &curve.name);
        }
    }
}

fn shares(canvas: &mut Canvas<'_>, top: f64, bottom: f64) {
    for share in [0.0, 0.5, 1.0] {
        let y = bottom - (bottom - top) * share;
        canvas.path(&[(LEFT, y), (RIGHT, y)], 0.5, Ink::Grid);
        let label = format!("{:.0}%", share * 100.0);
        canvas.text((LEFT - 6.0, y), Hold::Right, 12.0, Ink::Muted, &label);
    }
    let words = "share of the launches that were done by then";
    canvas.text((LEFT, bottom + 14.0), Hold::Left, 12.0, Ink::Muted, words);
}

/// The distribution of ascending values between `top` (all) and `bottom` (none): steps of a few, a line
/// of many, of at most 200 points. What is nearer than half a pixel is one point.
fn path(values: &[f64], scale: &LogScale, top: f64, bottom: f64) -> Vec<(f64, f64)> {
    let half = |pixels: f64| (pixels * 2.0).round() / 2.0;
    let all = values.len() as f64;
    let height = |seen: f64| half(bottom - (bottom - top) * seen / all);
    let mut path: Vec<(f64, f64)> = Vec::new();
    let mut add = |point: (f64, f64)| {
        if path.last() != Some(&point) {
            path.push(point);
        }
    };
    // Beyond that no eye could tell them apart, and a page is sent by mail.
    let every = values.len().div_ceil(LINE_FROM);
    for (place, value) in values
        .iter()
        .enumerate()
        .filter(|(place, _)| place % every == 0 || place + 1 == values.len())
    {
        let (x, seen) = (half(scale.x(*value)), place as f64);
        if values.len() < LINE_FROM {
            add((x, height(seen)));
            add((x, height(seen + 1.0)));
        } else {
            add((x, height(seen + 0.5)));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use labrun_record::Unit;

    use super::*;

    #[test]
    fn a_curve_has_at_most_200_points_and_rises_to_all() {
        let scale = LogScale::over(Unit::Ns, [1e5, 1e9].into_iter(), 0.0, 800.0);
        for count in [1_i32, 2, 49, 50, 99, 100, 199, 200] {
            let values: Vec<f64> = (0..count).map(|i| 1e5 * 1.04_f64.powi(i)).collect();
            let path = path(&values, &scale, 0.0, 150.0);
            assert!(path.len() <= 200, "{count}: {}", path.len());
            assert!(
                path.windows(2)
                    .all(|two| two[1].0 >= two[0].0 && two[1].1 <= two[0].1)
            );
            assert!(
                path.last().is_some_and(|last| last.1 <= 1.0),
                "{count}: {path:?}"
            );
        }
    }

    #[test]
    fn equal_values_are_one_step() {
        let scale = LogScale::over(Unit::Ns, [1e6].into_iter(), 0.0, 800.0);
        let path = path(&[1e6; 40], &scale, 0.0, 150.0);
        assert!(
            path.iter()
                .all(|point| point.0.total_cmp(&path[0].0).is_eq())
        );
        assert_eq!(path.first().map(|first| first.1), Some(150.0));
    }
}
