//! A lane for each row, a group for each variant, all on one logarithmic axis: of few launches every
//! one as a point, of many a box from quartile to quartile with whiskers from 5% to 95%, and where no
//! more is known the median's interval.
//!
//! Thirty curves over one another cannot be told apart by any colours; so each gets a lane of its own,
//! with its name before it and its median behind it, and all share the axis and the reference's line.

use labrun_analysis::stats::quantile;

use super::canvas::{Canvas, Hold, cut, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use super::{Chart, Group, Lane};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 262.0;
const RIGHT: f64 = 790.0;
const VALUE: f64 = 880.0;
const RATIO: f64 = 990.0;
const NOTE: f64 = 1078.0;
const LANE: f64 = 22.0;
const HEAD: f64 = 28.0;
const TOP: f64 = 24.0;
/// Letters of a name; the table has all of them.
const NAME: usize = 36;

/// Launches from which on they are drawn as a box.
pub(crate) const STRIP_UNDER: usize = 50;

/// The lanes of all groups, in their order.
pub(crate) fn spread(
    chart: &Chart<'_>,
    description: &str,
    groups: &[Group<'_>],
) -> Result<String, RenderError> {
    let all = || groups.iter().flat_map(|g| &g.lanes);
    let Some(first) = all().next() else {
        return Ok(String::new());
    };
    let ends = all().flat_map(|lane| lane.row.ci().unwrap_or([lane.median; 2]));
    let curves = all().flat_map(|lane| lane.curve.iter().copied());
    let medians = all().flat_map(|lane| [Some(lane.median), lane.reference]);
    let values = ends.chain(curves).chain(medians.flatten());
    let scale = LogScale::over(first.row.unit, values, LEFT, RIGHT);
    let heads = groups.iter().filter(|g| !g.name.is_empty()).count();
    let bottom = TOP + all().count() as f64 * LANE + heads as f64 * HEAD + 6.0;
    svg(chart, description, (WIDTH, bottom + 20.0), |canvas| {
        scale.grid(canvas, TOP, bottom, bottom > 300.0);
        let mut y = TOP + 3.0;
        for group in groups {
            if !group.name.is_empty() {
                canvas.heading(y + HEAD - 12.0, &group.name);
                y += HEAD;
            }
            references(canvas, &scale, group, y);
            for lane in &group.lanes {
                let technology = technology_ink(lane.row.technology(), chart.technologies);
                draw(
                    canvas,
                    &scale,
                    lane,
                    y + LANE / 2.0,
                    Ink::Technology(technology),
                );
                words(canvas, lane, y + LANE / 2.0);
                y += LANE;
            }
        }
    })
}

/// A line through what the lanes are compared with.
fn references(canvas: &mut Canvas<'_>, scale: &LogScale, group: &Group<'_>, mut top: f64) {
    for alike in group.lanes.chunk_by(|a, b| a.reference == b.reference) {
        let bottom = top + alike.len() as f64 * LANE;
        if let Some(x) = alike[0].reference.map(|reference| scale.x(reference)) {
            canvas.path(&[(x, top), (x, bottom)], 1.25, Ink::Reference);
        }
        top = bottom;
    }
}

fn draw(canvas: &mut Canvas<'_>, scale: &LogScale, lane: &Lane<'_>, y: f64, ink: Ink) {
    let n = lane.row.numbers.as_ref().map_or(0, |numbers| numbers.n);
    let middle = scale.x(lane.median);
    if lane.curve.is_empty() {
        let [low, high] = lane.row.ci().unwrap_or([lane.median; 2]);
        let [left, right] = [low, high].map(|end| scale.x(end));
        if right - left > 7.0 {
            canvas.rect((left, y - 1.25), (right - left, 2.5), ink);
        }
        canvas.dot((middle, y), 4.0, ink);
    } else if n < STRIP_UNDER {
        // Side by side, so that equal ones are seen to be several.
        let point = |(place, value): (usize, &f64)| {
            let aside = [0.0, -4.0, 4.0][place % 3];
            (scale.x(*value), y + aside)
        };
        let points: Vec<(f64, f64)> = lane.curve.iter().enumerate().map(point).collect();
        canvas.points(&points, 2.0, ink);
        canvas.rect((middle - 1.0, y - 8.0), (2.0, 16.0), Ink::Text);
    } else {
        let at = |p: f64| scale.x(quantile(lane.curve, p).unwrap_or(lane.median));
        let [low, high] = [at(0.05), at(0.95)];
        let ([up, down], [left, right]) = ([y - 4.0, y + 4.0], [at(0.25), at(0.75)]);
        let whiskers = [
            (low, up),
            (low, down),
            (low, y),
            (high, y),
            (high, up),
            (high, down),
        ];
        canvas.path(&whiskers, 1.25, ink);
        canvas.rect((left, y - 6.0), ((right - left).max(2.0), 12.0), ink);
        canvas.rect((middle - 1.0, y - 8.0), (2.0, 16.0), Ink::Text);
    }
}

/// The name before; the median, its ratio, and how many modes there are behind.
fn words(canvas: &mut Canvas<'_>, lane: &Lane<'_>, y: f64) {
    let (left, ink) = if lane.is_beside {
        (14.0, Ink::Muted)
    } else {
        (0.0, Ink::Text)
    };
    canvas.text((left, y), Hold::Left, 12.0, ink, &cut(&lane.name, NAME));
    let value = units::value(lane.median, lane.row.unit);
    canvas.text((VALUE, y), Hold::Right, 12.0, Ink::Text, &value);
    if let Some(ratio) = beside(lane) {
        canvas.text((RATIO, y), Hold::Right, 12.0, Ink::Muted, &ratio);
    }
    if lane.has_two_modes {
        canvas.text((NOTE, y), Hold::Right, 12.0, Ink::Muted, "2 modes");
    }
}

/// What stands behind a median: its ratio to the reference.
pub(super) fn beside(lane: &Lane<'_>) -> Option<String> {
    match lane.row.ratio() {
        Some(ratio) => Some(format!("\u{d7} {}", units::ratio(ratio.value))),
        None if lane.is_reference => Some("reference".to_owned()),
        None => None,
    }
}
