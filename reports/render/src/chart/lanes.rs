//! A lane for each row, a group for each variant, all on one logarithmic axis: the median
//! as a dot with its interval, or the whole distribution.
//!
//! Thirty curves over one another cannot be told apart by any colours; so each gets a
//! lane of its own, with its name before it and its median behind it, and all share
//! the axis and the reference's line.

use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use super::{Chart, Group, Lane};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 222.0;
const RIGHT: f64 = 850.0;
const RATIO: f64 = 1078.0;
const VALUE: f64 = 1008.0;
const DOT: f64 = 18.0;
const CURVE: f64 = 26.0;
const HEAD: f64 = 26.0;

/// The lanes of all groups, in their order.
pub(crate) fn lanes(chart: &Chart<'_>, groups: &[Group<'_>]) -> Result<String, RenderError> {
    let all = || groups.iter().flat_map(|g| &g.lanes);
    let Some(first) = all().next() else {
        return Ok(String::new());
    };
    let curves = !first.values.is_empty();
    let (each, what) = if curves {
        (CURVE, "Empirical cumulative distributions")
    } else {
        (DOT, "Medians as dots and their 95% intervals as bars")
    };
    let description = format!(
        "{what} on a logarithmic axis, {} in {}, the best first. The table has the same numbers.",
        units::plural(all().count(), "lane"),
        units::plural(groups.len(), "group")
    );
    let ends = all()
        .flat_map(|lane| [vec![lane.median], ends(lane).to_vec(), lane.values.to_vec()].concat());
    let references = all().filter_map(|lane| lane.reference);
    let scale = LogScale::over(first.row.unit, ends.chain(references), LEFT, RIGHT);
    let heads = groups.iter().filter(|g| !g.name.is_empty()).count();
    let top = 22.0;
    let height = all().count() as f64 * each + heads as f64 * HEAD + 6.0;
    let size = (WIDTH, top + height + 20.0);
    svg(chart, &description, size, |canvas| {
        scale.grid(canvas, top, top + height, height > 300.0);
        let mut y = top + 3.0;
        for group in groups {
            if !group.name.is_empty() {
                let at = (0.0, y + HEAD - 11.0);
                canvas.bold(at, Hold::Left, 12.0, Ink::Text, &group.name);
                y += HEAD;
            }
            let mut top = y;
            for alike in group.lanes.chunk_by(|a, b| a.reference == b.reference) {
                let bottom = top + alike.len() as f64 * each;
                if let Some(x) = alike[0].reference.map(|reference| scale.x(reference)) {
                    canvas.path(&[(x, top), (x, bottom)], 1.25, Ink::Reference);
                }
                top = bottom;
            }
            for lane in &group.lanes {
                let ink =
                    Ink::Technology(technology_ink(lane.row.technology(), chart.technologies));
                if curves {
                    curve(canvas, &scale, lane, (y + 3.0, y + each - 3.0), ink);
                } else {
                    dot(canvas, &scale, lane, y + each / 2.0, ink);
                }
                words(canvas, lane, y + each / 2.0);
                y += each;
            }
        }
    })
}

fn curve(
    canvas: &mut Canvas<'_>,
    scale: &LogScale,
    lane: &Lane<'_>,
    (above, below): (f64, f64),
    ink: Ink,
) {
    canvas.path(&[(LEFT, below), (RIGHT, below)], 0.5, Ink::Grid);
    canvas.steps(scale.steps(lane.values, above, below), 1.75, ink);
}

fn dot(canvas: &mut Canvas<'_>, scale: &LogScale, lane: &Lane<'_>, y: f64, ink: Ink) {
    let [left, right] = ends(lane).map(|end| scale.x(end));
    if right - left > 7.0 {
        canvas.rect((left, y - 1.25), (right - left, 2.5), ink);
    }
    let size = if lane.is_beside { 2.75 } else { 4.0 };
    canvas.dot((scale.x(lane.median), y), size, ink);
}

/// The name before, the median and its ratio behind.
fn words(canvas: &mut Canvas<'_>, lane: &Lane<'_>, y: f64) {
    let (left, ink) = if lane.is_beside {
        (14.0, Ink::Muted)
    } else {
        (0.0, Ink::Text)
    };
    canvas.text((left, y), Hold::Left, 11.5, ink, &lane.name);
    let value = units::value(lane.median, lane.row.unit);
    canvas.text((VALUE, y), Hold::Right, 11.5, Ink::Text, &value);
    let ratio = match lane.row.ratio() {
        Some(ratio) => format!("\u{d7} {}", units::ratio(ratio.value)),
        None if lane.is_reference => "reference".to_owned(),
        None => return,
    };
    canvas.text((RATIO, y), Hold::Right, 11.5, Ink::Muted, &ratio);
}

fn ends(lane: &Lane<'_>) -> [f64; 2] {
    lane.row.ci().unwrap_or([lane.median; 2])
}
