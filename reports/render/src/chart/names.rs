//! Names at the right of lines, each beside where its line ends and none over another.

use super::canvas::{Canvas, Hold, cut};
use super::ink::{Ink, technology_ink};

/// Pixels between two names.
pub(super) const LABEL: f64 = 16.0;
/// Letters of a name; the table has all of them.
const NAME: usize = 44;

/// The end of a line.
pub(super) struct Ending<'a> {
    pub y: f64,
    pub name: &'a str,
    /// How the line is drawn.
    pub stroke: Ink,
}

/// How the lines of these technologies are drawn, in their order: those of one colour in several ways.
pub(super) fn strokes<'a>(
    technologies: impl Iterator<Item = &'a str>,
    all: &[&str],
) -> Vec<(Ink, Ink)> {
    let mut strokes: Vec<(Ink, Ink)> = Vec::new();
    for technology in technologies {
        let index = technology_ink(technology, all);
        let ink = Ink::Technology(index);
        let before = strokes.iter().filter(|(_, other)| *other == ink).count();
        strokes.push((Ink::nth(index, before), ink));
    }
    strokes
}

/// How high a plot has to be for so many names.
pub(super) fn room(names: usize, least: f64) -> f64 {
    least.max(names as f64 * LABEL)
}

/// The names of lines that end at `right`, between `top` and `bottom`.
pub(super) fn names(
    canvas: &mut Canvas<'_>,
    mut ends: Vec<Ending<'_>>,
    right: f64,
    (top, bottom): (f64, f64),
) {
    ends.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut free = top - LABEL / 2.0;
    let count = ends.len();
    for (i, end) in ends.into_iter().enumerate() {
        let lowest = bottom + LABEL / 2.0 - LABEL * (count - 1 - i) as f64;
        let at = end.y.max(free).min(lowest.max(free));
        canvas.path(&[(right, end.y), (right + 14.0, at)], 0.5, Ink::Grid);
        canvas.path(&[(right + 16.0, at), (right + 38.0, at)], 2.0, end.stroke);
        let name = cut(end.name, NAME);
        canvas.text((right + 44.0, at), Hold::Left, 12.0, Ink::Text, &name);
        free = at + LABEL;
    }
}
