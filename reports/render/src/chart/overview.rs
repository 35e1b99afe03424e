//! The fastest configuration of each technology at each start, over one another.

use labrun_record::Start;

use super::Series;
use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 1064.0;
const PLOT: f64 = 200.0;
const LABEL: f64 = 17.0;

/// The curves of `series` (a few), each with its name above it.
pub(crate) fn overview(
    id: &str,
    workload: &str,
    series: &[Series<'_>],
    technologies: &[&str],
) -> Result<String, RenderError> {
    let title = format!("{workload}: the fastest configuration of each technology at each start");
    let description = format!(
        "Empirical cumulative distributions on a logarithmic axis of time: {}.",
        series
            .iter()
            .map(name_and_median)
            .collect::<Vec<_>>()
            .join("; ")
    );
    let scale = LogScale::over(
        labrun_record::Unit::Ns,
        series.iter().flat_map(|s| s.values.iter().copied()),
        LEFT,
        RIGHT,
    );
    let mut sorted: Vec<&Series<'_>> = series.iter().collect();
    sorted.sort_by(|a, b| a.median.total_cmp(&b.median));
    let places = place(&sorted, &scale);
    let rows = places.iter().map(|p| p.row + 1).max().unwrap_or(0);
    let top = rows as f64 * LABEL + 30.0;
    let bottom = top + PLOT;
    svg(id, &title, &description, (WIDTH, bottom + 26.0), |canvas| {
        scale.grid(canvas, top, bottom, false);
        shares(canvas, top, bottom);
        for (one, place) in sorted.iter().zip(&places) {
            let index = technology_ink(one.row.technology(), technologies);
            let ink = match one.row.row.start {
                Some(Start::Resident) => Ink::Dashed(index),
                Some(Start::Loaded) => Ink::Dotted(index),
                _ => Ink::Technology(index),
            };
            let y = place.row as f64 * LABEL + 8.0;
            canvas.path(&[(place.at, y + 8.0), (place.at, top)], 0.5, Ink::Grid);
            canvas.steps(scale.steps(one.values, top, bottom), 2.0, ink);
            canvas.rect((place.left, y - 4.0), (8.0, 8.0), Ink::Technology(index));
            canvas.text(
                (place.left + 13.0, y),
                Hold::Left,
                12.0,
                Ink::Text,
                &name_and_median(one),
            );
        }
    })
}

fn name_and_median(one: &Series<'_>) -> String {
    let start = one
        .row
        .row
        .start
        .map_or_else(String::new, |s| format!(" {s}"));
    let name = crate::words::isolation(one.row);
    format!("{name}{start} {}", units::value(one.median, one.row.unit))
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

fn place(sorted: &[&Series<'_>], scale: &LogScale) -> Vec<Place> {
    let mut ends: Vec<f64> = Vec::new();
    sorted
        .iter()
        .map(|one| {
            let at = scale.x(one.median);
            let width = name_and_median(one).chars().count() as f64 * 6.4 + 24.0;
            let left = (at - 4.0).clamp(0.0, WIDTH - width);
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
