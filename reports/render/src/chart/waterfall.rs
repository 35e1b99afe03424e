//! Where the time goes: the phases of each row from left to right, each from where the one before it
//! ended, to their sum. What no phase claims is hatched.
//!
//! The axis is linear, since on a logarithmic one the length of a part means nothing. Rows of one
//! magnitude share an axis, so that a container's 300 ms does not flatten everything else.

use labrun_record::Unit;

use super::canvas::{Canvas, Hold, cut, letters, svg};
use super::ink::{Ink, phase_ink};
use super::linear::Linear;
use super::{Chart, Group, Lane, named};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 292.0;
const RIGHT: f64 = 900.0;
const SUM: f64 = 984.0;
const MEDIAN: f64 = 1078.0;
const BAR: f64 = 22.0;
const HEAD: f64 = 46.0;
/// Letters of a name; the table has all of them.
const NAME: usize = 40;

/// Upper ends of the magnitudes, nanoseconds.
const BANDS: [f64; 5] = [2e5, 1e6, 5e6, 50e6, f64::INFINITY];

/// What no phase claims.
pub(crate) const UNATTRIBUTED: &str = "unattributed";

/// The bars of all lanes that have phases, in bands of magnitude, each band sorted by median; `names` are
/// the phases that there are.
pub(crate) fn waterfall(
    chart: &Chart<'_>,
    description: &str,
    groups: &[Group<'_>],
    names: &[&str],
) -> Result<String, RenderError> {
    let with_phases = named(groups).filter(|(_, lane)| sum(lane) > 0.0);
    let mut sorted: Vec<(String, &Lane<'_>)> = with_phases.collect();
    sorted.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
    if sorted.is_empty() {
        return Ok(String::new());
    }
    let band = |median: f64| BANDS.iter().position(|end| median < *end);
    let bands: Vec<&[(String, &Lane<'_>)]> = sorted
        .chunk_by(|a, b| band(a.1.median) == band(b.1.median))
        .collect();
    let height = bands.len() as f64 * HEAD + sorted.len() as f64 * BAR + 8.0;
    svg(chart, description, (WIDTH, height), |canvas| {
        let mut y = 0.0;
        for band in &bands {
            let ends = band.iter().map(|(_, lane)| sum(lane));
            let axis = Linear::over(Unit::Ns, ends, LEFT, RIGHT);
            let top = y + HEAD;
            for (x, word) in [(SUM, "sum"), (MEDIAN, "median")] {
                canvas.text((x, top - 13.0), Hold::Right, 12.0, Ink::Muted, word);
            }
            axis.grid(canvas, top - 4.0, top + band.len() as f64 * BAR);
            y = top;
            for (name, lane) in *band {
                bar(canvas, &axis, lane, y + BAR / 2.0, names);
                let middle = y + BAR / 2.0;
                canvas.text((0.0, middle), Hold::Left, 12.0, Ink::Text, &cut(name, NAME));
                for (x, value) in [(SUM, sum(lane)), (MEDIAN, lane.median)] {
                    let value = units::value(value, lane.row.unit);
                    canvas.text((x, middle), Hold::Right, 12.0, Ink::Text, &value);
                }
                y += BAR;
            }
        }
    })
}

/// The sum of the medians of the phases; numbers that are each one may have none.
fn sum(lane: &Lane<'_>) -> f64 {
    let phases = lane.row.numbers.iter().flat_map(|n| n.phases.values());
    let sum: f64 = phases.map(|p| p.median).sum();
    sum.min(f64::MAX)
}

fn bar(canvas: &mut Canvas<'_>, axis: &Linear, lane: &Lane<'_>, y: f64, names: &[&str]) {
    let mut ended = 0.0;
    let phases = lane.row.numbers.iter().flat_map(|n| &n.phases);
    for (name, phase) in phases {
        let left = axis.at(ended);
        ended += phase.median;
        let width = axis.at(ended) - left;
        if width < 0.5 {
            continue;
        }
        let gap = if width > 3.0 { 1.0 } else { 0.0 };
        let (at, size) = ((left, y - 8.0), (width - gap, 16.0));
        if name == UNATTRIBUTED {
            canvas.hatch(at, size, Ink::Muted);
            continue;
        }
        let ink = phase_ink(name, names);
        canvas.rect(at, size, Ink::Phase(ink));
        if width > letters(name) as f64 * 7.0 + 10.0 {
            canvas.text((left + 5.0, y), Hold::Left, 12.0, Ink::OnPhase(ink), name);
        }
    }
}
