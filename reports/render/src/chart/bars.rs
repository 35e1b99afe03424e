//! Bars from zero, for what is compared by length: sizes and memory. Each group has an axis of its own,
//! since its rows answer one question and those of another group another.

use super::canvas::{Canvas, Hold, cut, svg};
use super::ink::{Ink, technology_ink};
use super::linear::Linear;
use super::spread::beside;
use super::{Chart, Group, Lane};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 262.0;
const RIGHT: f64 = 862.0;
const VALUE: f64 = 968.0;
const RATIO: f64 = 1078.0;
const LANE: f64 = 22.0;
const HEAD: f64 = 46.0;
/// Letters of a name; the table has all of them.
const NAME: usize = 36;

/// The bars of all groups, in their order.
pub(crate) fn bars(
    chart: &Chart<'_>,
    description: &str,
    groups: &[Group<'_>],
) -> Result<String, RenderError> {
    let lanes: usize = groups.iter().map(|group| group.lanes.len()).sum();
    if lanes == 0 {
        return Ok(String::new());
    }
    let height = groups.len() as f64 * HEAD + lanes as f64 * LANE + 8.0;
    svg(chart, description, (WIDTH, height), |canvas| {
        let mut y = 0.0;
        for group in groups {
            y = draw(canvas, group, y, chart.technologies);
        }
    })
}

/// Draws a group from `y` on, and says where it ends.
fn draw(canvas: &mut Canvas<'_>, group: &Group<'_>, y: f64, technologies: &[&str]) -> f64 {
    let Some(first) = group.lanes.first() else {
        return y;
    };
    let longest = |lane: &Lane<'_>| lane.row.ci().map_or(lane.median, |[_, high]| high);
    let references = group.lanes.iter().filter_map(|lane| lane.reference);
    let values = group.lanes.iter().map(longest).chain(references);
    let axis = Linear::over(first.row.unit, values, LEFT, RIGHT);
    let top = y + HEAD;
    let bottom = top + group.lanes.len() as f64 * LANE;
    canvas.heading(y + 14.0, &group.name);
    axis.grid(canvas, top - 4.0, bottom);
    for (place, lane) in group.lanes.iter().enumerate() {
        let technology = technology_ink(lane.row.technology(), technologies);
        let middle = top + (place as f64 + 0.5) * LANE;
        bar(canvas, &axis, lane, middle, Ink::Technology(technology));
    }
    bottom
}

fn bar(canvas: &mut Canvas<'_>, axis: &Linear, lane: &Lane<'_>, y: f64, ink: Ink) {
    let (left, thick, words) = if lane.is_beside {
        (14.0, 5.0, Ink::Muted)
    } else {
        (0.0, 12.0, Ink::Text)
    };
    let length = axis.at(lane.median) - LEFT;
    canvas.rect((LEFT, y - thick / 2.0), (length, thick), ink);
    let ends = lane.row.ci().map(|ends| ends.map(|end| axis.at(end)));
    if let Some([low, high]) = ends.filter(|[low, high]| high - low > 3.0) {
        canvas.path(&[(low, y), (high, y)], 1.5, Ink::Text);
    }
    if let Some(x) = lane.reference.map(|reference| axis.at(reference)) {
        let (top, bottom) = (y - LANE / 2.0, y + LANE / 2.0);
        canvas.path(&[(x, top), (x, bottom)], 1.25, Ink::Reference);
    }
    canvas.text((left, y), Hold::Left, 12.0, words, &cut(&lane.name, NAME));
    let value = units::value(lane.median, lane.row.unit);
    canvas.text((VALUE, y), Hold::Right, 12.0, Ink::Text, &value);
    if let Some(ratio) = beside(lane) {
        canvas.text((RATIO, y), Hold::Right, 12.0, Ink::Muted, &ratio);
    }
}
