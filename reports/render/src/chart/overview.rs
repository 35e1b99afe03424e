//! A few distributions over one another, each with its name above it.

use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use super::{Chart, Group, Lane, named};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 1064.0;
const PLOT: f64 = 200.0;
const LABEL: f64 = 17.0;

/// The curves of all lanes; each group is drawn in its way.
pub(crate) fn overview(chart: &Chart<'_>, groups: &[Group<'_>]) -> Result<String, RenderError> {
    let mut curves: Vec<Curve<'_>> = groups
        .iter()
        .enumerate()
        .flat_map(|(nth, group)| {
            named(std::slice::from_ref(group)).map(move |(name, lane)| Curve {
                name: format!("{name} {}", units::value(lane.median, lane.row.unit)),
                lane,
                nth,
            })
        })
        .collect();
    let Some(unit) = curves.first().map(|c| c.lane.row.unit) else {
        return Ok(String::new());
    };
    let names: Vec<&str> = curves.iter().map(|c| c.name.as_str()).collect();
    let description = format!(
        "Empirical cumulative distributions on a logarithmic axis: {}.",
        names.join("; ")
    );
    let values = curves.iter().flat_map(|c| c.lane.values.iter().copied());
    let scale = LogScale::over(unit, values, LEFT, RIGHT);
    curves.sort_by(|a, b| a.lane.median.total_cmp(&b.lane.median));
    let places = place(&curves, &scale);
    let rows = places.iter().map(|p| p.row + 1).max().unwrap_or(0);
    let top = rows as f64 * LABEL + 30.0;
    let bottom = top + PLOT;
    svg(chart, &description, (WIDTH, bottom + 26.0), |canvas| {
        scale.grid(canvas, top, bottom, false);
        shares(canvas, top, bottom);
        for (one, place) in curves.iter().zip(&places) {
            let index = technology_ink(one.lane.row.technology(), chart.technologies);
            let y = place.row as f64 * LABEL + 8.0;
            canvas.path(&[(place.at, y + 8.0), (place.at, top)], 0.5, Ink::Grid);
            let steps = scale.steps(one.lane.values, top, bottom);
            canvas.steps(steps, 2.0, Ink::nth(index, one.nth));
            canvas.rect((place.left, y - 4.0), (8.0, 8.0), Ink::Technology(index));
            let at = (place.left + 13.0, y);
            canvas.text(at, Hold::Left, 12.0, Ink::Text, &one.name);
        }
    })
}

struct Curve<'a> {
    name: String,
    lane: &'a Lane<'a>,
    /// The place of its group.
    nth: usize,
}

fn shares(canvas: &mut Canvas<'_>, top: f64, bottom: f64) {
    for share in [0.0, 0.5, 1.0] {
        let y = bottom - (bottom - top) * share;
        canvas.path(&[(LEFT, y), (RIGHT, y)], 0.5, Ink::Grid);
        let label = format!("{:.0}%", share * 100.0);
        canvas.text((LEFT - 6.0, y), Hold::Right, 11.0, Ink::Muted, &label);
    }
    let words = "share of launches that were done by then";
    canvas.text((LEFT, bottom + 15.0), Hold::Left, 11.0, Ink::Muted, words);
}

/// Where a label goes: in the lowest row in which it touches no other.
struct Place {
    row: usize,
    left: f64,
    at: f64,
}

fn place(curves: &[Curve<'_>], scale: &LogScale) -> Vec<Place> {
    let mut ends: Vec<f64> = Vec::new();
    curves
        .iter()
        .map(|one| {
            let at = scale.x(one.lane.median);
            let width = one.name.chars().count() as f64 * 6.4 + 24.0;
            let left = (at - 4.0).min(WIDTH - width).max(0.0);
            let row = ends
                .iter()
                .position(|end| *end < left)
                .unwrap_or(ends.len());
            if row == ends.len() {
                ends.push(0.0);
            }
            ends[row] = left + width;
            Place { row, left, at }
        })
        .collect()
}
