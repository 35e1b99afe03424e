//! Medians and their intervals: a lane for each isolation, a group for each variant.

use labrun_record::Better;

use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use crate::{RenderError, units};
use labrun_analysis::RowSummary;

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 222.0;
const RIGHT: f64 = 850.0;
const RATIO: f64 = 1078.0;
const VALUE: f64 = 1008.0;
const LANE: f64 = 18.0;
const HEAD: f64 = 26.0;

/// A lane: its name and its row, which has numbers.
pub(crate) struct Lane<'a> {
    pub name: String,
    pub row: &'a RowSummary,
    pub is_reference: bool,
}

/// The lanes that are compared with one another.
pub(crate) struct Group<'a> {
    pub name: String,
    /// What they are compared with: a line through all of them.
    pub reference: Option<f64>,
    pub lanes: Vec<Lane<'a>>,
}

/// The dots of all groups on one logarithmic axis, the best of each group first.
pub(crate) fn dots(
    id: &str,
    title: &str,
    groups: &mut [Group<'_>],
    technologies: &[&str],
) -> Result<String, RenderError> {
    let lanes = groups.iter().map(|g| g.lanes.len()).sum::<usize>();
    let heads = groups.iter().filter(|g| !g.name.is_empty()).count();
    for group in &mut *groups {
        group.lanes.sort_by(|a, b| {
            let order = middle(a.row).total_cmp(&middle(b.row));
            match a.row.better {
                Better::Lower => order,
                Better::Higher => order.reverse(),
            }
        });
    }
    let all = || groups.iter().flat_map(|g| &g.lanes);
    let Some(unit) = all().next().map(|lane| lane.row.unit) else {
        return Ok(String::new());
    };
    let ends = all().flat_map(|lane| {
        let [low, high] = ends(lane.row);
        [low, middle(lane.row), high]
    });
    let references = groups.iter().filter_map(|g| g.reference);
    let scale = LogScale::over(unit, ends.chain(references), LEFT, RIGHT);
    let description = format!(
        "Medians as dots and their 95% intervals as bars on a logarithmic axis, {} in {}, the best first. The table has the same numbers.",
        units::plural(lanes, "lane"),
        units::plural(groups.len(), "group")
    );
    let top = 22.0;
    let height = lanes as f64 * LANE + heads as f64 * HEAD + 6.0;
    let size = (WIDTH, top + height + 20.0);
    svg(id, title, &description, size, |canvas| {
        scale.grid(canvas, top, top + height, height > 300.0);
        let mut y = top + 3.0;
        for group in &*groups {
            if !group.name.is_empty() {
                let at = (0.0, y + HEAD - 11.0);
                canvas.bold(at, Hold::Left, 12.0, Ink::Text, &group.name);
                y += HEAD;
            }
            if let Some(reference) = group.reference {
                let x = scale.x(reference);
                let bottom = y + group.lanes.len() as f64 * LANE;
                canvas.path(&[(x, y), (x, bottom)], 1.25, Ink::Reference);
            }
            for lane in &group.lanes {
                draw(canvas, &scale, lane, y + LANE / 2.0, technologies);
                y += LANE;
            }
        }
    })
}

fn draw(canvas: &mut Canvas<'_>, scale: &LogScale, lane: &Lane<'_>, y: f64, all: &[&str]) {
    let row = lane.row;
    let ink = Ink::Technology(technology_ink(row.technology(), all));
    canvas.text((0.0, y), Hold::Left, 11.5, Ink::Text, &lane.name);
    let (low, at, high) = (ends(row)[0], middle(row), ends(row)[1]);
    let (left, x, right) = (scale.x(low), scale.x(at), scale.x(high));
    if right - left > 7.0 {
        canvas.rect((left, y - 1.25), (right - left, 2.5), ink);
    }
    canvas.dot((x, y), 4.0, ink);
    let value = units::value(at, row.unit);
    canvas.text((VALUE, y), Hold::Right, 11.5, Ink::Text, &value);
    let ratio = row.numbers.as_ref().and_then(|n| n.ratio.as_ref());
    let words = match ratio {
        Some(ratio) => format!("\u{d7} {}", units::ratio(ratio.value)),
        None if lane.is_reference => "reference".to_owned(),
        None => return,
    };
    canvas.text((RATIO, y), Hold::Right, 11.5, Ink::Muted, &words);
}

fn middle(row: &RowSummary) -> f64 {
    row.numbers.as_ref().map_or(0.0, |n| n.median)
}

fn ends(row: &RowSummary) -> [f64; 2] {
    let numbers = row.numbers.as_ref();
    numbers
        .and_then(|n| n.ci)
        .unwrap_or_else(|| [middle(row); 2])
}
