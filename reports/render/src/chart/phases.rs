//! Where the time goes: the phases of each row as a stacked bar.
//!
//! The axis is linear, since on a logarithmic one the length of a stacked part means
//! nothing. Rows of one magnitude share an axis, so that a container's 300 ms does not
//! flatten everything else.

use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, phase_ink};
use super::{Chart, Group, Lane, named};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 292.0;
const RIGHT: f64 = 996.0;
const BAR: f64 = 22.0;
const HEAD: f64 = 44.0;

/// Upper ends of the magnitudes, nanoseconds.
const BANDS: [f64; 5] = [2e5, 1e6, 5e6, 50e6, f64::INFINITY];

/// The bars of all lanes that have phases, in bands of magnitude, each band sorted by
/// median; `names` are the phases that there are.
pub(crate) fn phases(
    chart: &Chart<'_>,
    groups: &[Group<'_>],
    names: &[&str],
) -> Result<String, RenderError> {
    let mut sorted: Vec<(String, &Lane<'_>)> =
        named(groups).filter(|(_, l)| total(l) > 0.0).collect();
    sorted.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
    if sorted.is_empty() {
        return Ok(String::new());
    }
    let band = |median: f64| BANDS.iter().position(|end| median < *end);
    let bands: Vec<&[(String, &Lane<'_>)]> = sorted
        .chunk_by(|a, b| band(a.1.median) == band(b.1.median))
        .collect();
    let height = bands.len() as f64 * HEAD + sorted.len() as f64 * BAR + 8.0;
    let description = format!(
        "Stacked bars of the median of each phase for {}, on linear axes, one for each of {} \
         magnitudes. The phases are {}.",
        units::plural(sorted.len(), "row"),
        bands.len(),
        names.join(", ")
    );
    svg(chart, &description, (WIDTH, height), |canvas| {
        let mut y = 0.0;
        for band in &bands {
            let longest = band
                .iter()
                .map(|(_, lane)| total(lane).max(lane.median))
                .fold(0.0, f64::max);
            axis(canvas, y + HEAD - 8.0, band.len() as f64 * BAR, longest);
            y += HEAD;
            for (name, lane) in *band {
                canvas.text((0.0, y + BAR / 2.0), Hold::Left, 12.0, Ink::Text, name);
                bar(canvas, y, lane, longest, names);
                y += BAR;
            }
        }
    })
}

/// The sum of the medians of the phases.
fn total(lane: &Lane<'_>) -> f64 {
    let phases = lane.row.numbers.iter().flat_map(|n| n.phases.values());
    phases.map(|p| p.median).sum()
}

fn bar(canvas: &mut Canvas<'_>, y: f64, lane: &Lane<'_>, longest: f64, names: &[&str]) {
    let middle = y + BAR / 2.0;
    let per = (RIGHT - LEFT) / longest.max(1.0);
    let mut x = LEFT;
    let phases = lane.row.numbers.iter().flat_map(|n| &n.phases);
    for (name, phase) in phases {
        let width = phase.median * per;
        let ink = phase_ink(name, names);
        if width >= 0.5 {
            let gap = if width > 3.0 { 1.0 } else { 0.0 };
            canvas.rect((x, y + 3.0), (width - gap, BAR - 6.0), Ink::Phase(ink));
        }
        if width > name.chars().count() as f64 * 6.2 + 10.0 {
            canvas.text((x + 5.0, middle), Hold::Left, 10.5, Ink::OnPhase(ink), name);
        }
        x += width;
    }
    let median = units::value(lane.median, lane.row.unit);
    canvas.text((WIDTH - 2.0, middle), Hold::Right, 12.0, Ink::Text, &median);
}

/// The longest axis: the sum of phases that are each a number may be none.
const LONGEST: f64 = 1e300;

/// Lines at round values, up to about six.
fn axis(canvas: &mut Canvas<'_>, top: f64, height: f64, longest: f64) {
    // Beyond it no step would come any further.
    let longest = longest.min(LONGEST);
    let rough = longest / 5.0;
    let decade = 10_f64.powf(rough.max(1.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|s| s * decade)
        .into_iter()
        .find(|s| *s >= rough)
        .unwrap_or(decade * 10.0);
    let scale = units::scale(longest, labrun_record::Unit::Ns);
    let mut value = 0.0;
    while value <= longest * 1.001 {
        let x = LEFT + (RIGHT - LEFT) * value / longest.max(1.0);
        canvas.path(&[(x, top), (x, top + height + 8.0)], 0.5, Ink::Grid);
        let shown = value / scale.factor;
        let digits = usize::from(step < scale.factor);
        let label = if value > 0.0 {
            format!("{shown:.digits$} {}", scale.name)
        } else {
            "0".to_owned()
        };
        canvas.text((x, top - 9.0), Hold::Middle, 11.0, Ink::Muted, &label);
        value += step;
    }
}
