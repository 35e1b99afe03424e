//! What one question costs in another: a mark for each isolation, on logarithmic axes or with a lane for
//! each tier, and the line beyond which nothing is better in both.

use labrun_analysis::Interval;
use labrun_record::Unit;

use super::Chart;
use super::canvas::{Canvas, Hold, cut, letters, svg};
use super::ink::Ink;
use super::labels::place;
use super::scale::LogScale;
use crate::RenderError;

/// How large a mark is.
pub(crate) const RADIUS: f64 = 9.0;
/// Before the plot.
const LEFT: f64 = 104.0;
/// Behind it.
const RIGHT: f64 = 34.0;
const TOP: f64 = 34.0;
const FOOT: f64 = 48.0;
/// Letters of a name beside its mark; the table has all of them.
const NAME: usize = 34;
/// Pixels for a letter of a name.
const LETTER: f64 = 6.7;

/// What the upright axis has.
pub(crate) enum Along<'a> {
    /// Values of a unit.
    Values(Unit),
    /// Names, from the bottom up; a mark's value is the place of its own.
    Lanes(Vec<&'a str>),
}

/// An isolation.
pub(crate) struct Spot {
    pub name: String,
    /// Of its technology.
    pub letter: char,
    /// The place of its tier.
    pub tier: u8,
    pub x: f64,
    pub y: f64,
    pub x_ci: Option<Interval>,
    pub y_ci: Option<Interval>,
    /// Whether none is better in both.
    pub is_first: bool,
}

/// What is drawn.
pub(crate) struct Scatter<'a> {
    pub size: (f64, f64),
    pub x: Unit,
    pub y: Along<'a>,
    /// What the axes are, and which way is better.
    pub labels: [String; 2],
    pub marks: &'a [Spot],
    /// The corners of the line beyond which nothing is better in both.
    pub front: Vec<(f64, f64)>,
}

/// The chart, and where on it each mark is.
pub(crate) fn scatter(
    chart: &Chart<'_>,
    description: &str,
    of: &Scatter<'_>,
) -> Result<(String, Vec<(f64, f64)>), RenderError> {
    let frame = [LEFT, TOP, of.size.0 - RIGHT, of.size.1 - FOOT];
    let [left, top, right, bottom] = frame;
    let ends = |ci: Option<Interval>, value: f64| ci.unwrap_or([value; 2]);
    let along = of.marks.iter().flat_map(|mark| ends(mark.x_ci, mark.x));
    let across = LogScale::over(
        of.x,
        along.chain(of.marks.iter().map(|mark| mark.x)),
        left,
        right,
    );
    let rule = match &of.y {
        Along::Values(unit) => {
            let values = of.marks.iter().flat_map(|mark| ends(mark.y_ci, mark.y));
            let values = values.chain(of.marks.iter().map(|mark| mark.y));
            Rule::Values(LogScale::over(*unit, values, bottom, top))
        }
        Along::Lanes(names) => Rule::Lanes {
            names,
            top,
            each: (bottom - top) / names.len().max(1) as f64,
        },
    };
    let mut places: Vec<(f64, f64)> = Vec::new();
    for mark in of.marks {
        places.push((across.x(mark.x), rule.y(mark.y)));
    }
    if let Rule::Lanes { each, .. } = rule {
        apart(of.marks, &mut places, each / 2.0 - RADIUS);
    }
    let drawn = svg(chart, description, of.size, |canvas| {
        across.lines(canvas, top, bottom);
        across.names(canvas, bottom + 12.0);
        rule.draw(canvas, left, right);
        let room = (of.size.0 / 7.6) as usize;
        let [below, above] = of.labels.each_ref().map(|label| cut(label, room));
        canvas.bold((right, bottom + 33.0), Hold::Right, 13.0, Ink::Text, &below);
        canvas.bold((0.0, 12.0), Hold::Left, 13.0, Ink::Text, &above);
        let corners = of.front.iter().map(|(x, y)| (across.x(*x), rule.y(*y)));
        canvas.path(&corners.collect::<Vec<_>>(), 1.5, Ink::Reference);
        for (mark, (x, y)) in of.marks.iter().zip(&places) {
            whiskers(canvas, mark, (*x, *y), &across, &rule);
        }
        // The first ones last, over the others.
        for wanted in [false, true] {
            let marks = of.marks.iter().zip(&places);
            for (mark, at) in marks.filter(|(mark, _)| mark.is_first == wanted) {
                draw(canvas, mark, *at);
            }
        }
        names(canvas, of.marks, &places, frame);
    })?;
    Ok((drawn, places))
}

/// The upright axis.
enum Rule<'a> {
    Values(LogScale),
    Lanes {
        names: &'a [&'a str],
        top: f64,
        each: f64,
    },
}

impl Rule<'_> {
    fn y(&self, value: f64) -> f64 {
        match self {
            Self::Values(scale) => scale.x(value),
            Self::Lanes { names, top, each } => top + each * (names.len() as f64 - value - 0.5),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, left: f64, right: f64) {
        match self {
            Self::Values(scale) => scale.levels(canvas, left, right),
            Self::Lanes { names, each, .. } => {
                for (place, name) in names.iter().enumerate() {
                    let y = self.y(place as f64);
                    canvas.text((left - 7.0, y), Hold::Right, 12.0, Ink::Muted, name);
                    let edge = y + each / 2.0;
                    canvas.path(&[(left, edge), (right, edge)], 1.0, Ink::Grid);
                }
            }
        }
    }
}

/// Moves marks of one lane apart, the first ones least, by `most` at most.
fn apart(marks: &[Spot], places: &mut [(f64, f64)], most: f64) {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by_key(|place| !marks[*place].is_first);
    let step = 2.0 * RADIUS + 1.0;
    let lanes = (most.max(0.0) / step).floor() as i32;
    let asides: Vec<f64> = (0..=lanes)
        .flat_map(|lane| [f64::from(lane), -f64::from(lane)])
        .map(|lane| lane * step)
        .collect();
    let mut done: Vec<(f64, f64)> = Vec::new();
    for place in order {
        let (x, y) = places[place];
        let is_free = |aside: &&f64| {
            let near = |(other, at): &(f64, f64)| (other - x).hypot(at - y - **aside) < step - 0.5;
            !done.iter().any(near)
        };
        let aside = asides.iter().find(is_free).copied().unwrap_or(0.0);
        places[place] = (x, y + aside);
        done.push(places[place]);
    }
}

/// The intervals, where they are longer than the mark.
fn whiskers(
    canvas: &mut Canvas<'_>,
    mark: &Spot,
    (x, y): (f64, f64),
    across: &LogScale,
    rule: &Rule<'_>,
) {
    let is_seen = |[a, b]: [f64; 2]| (b - a).abs() > 2.0 * RADIUS;
    let ends = mark.x_ci.map(|ends| ends.map(|end| across.x(end)));
    if let Some([low, high]) = ends.filter(|ends| is_seen(*ends)) {
        canvas.path(&[(low, y), (high, y)], 1.5, Ink::Tier(mark.tier));
    }
    let ends = mark.y_ci.map(|ends| ends.map(|end| rule.y(end)));
    if let Some([low, high]) = ends.filter(|ends| is_seen(*ends)) {
        canvas.path(&[(x, low), (x, high)], 1.5, Ink::Tier(mark.tier));
    }
}

/// A ring of its tier's colour with the letter of its technology, and a thick one where none is better
/// in both.
fn draw(canvas: &mut Canvas<'_>, mark: &Spot, at: (f64, f64)) {
    let (width, ink) = if mark.is_first {
        (3.0, Ink::Text)
    } else {
        (1.5, Ink::Muted)
    };
    canvas.dot(at, RADIUS, Ink::Ground);
    canvas.ring(at, RADIUS, width, Ink::Tier(mark.tier));
    canvas.bold(at, Hold::Middle, 12.0, ink, &mark.letter.to_string());
}

fn names(canvas: &mut Canvas<'_>, marks: &[Spot], places: &[(f64, f64)], frame: [f64; 4]) {
    let first = marks.iter().enumerate().filter(|(_, mark)| mark.is_first);
    let wanted: Vec<(usize, f64)> = first
        .map(|(place, mark)| (place, letters(&cut(&mark.name, NAME)) as f64 * LETTER))
        .collect();
    for label in place(places, RADIUS, &wanted, frame) {
        if label.is_far {
            canvas.path(&[places[label.mark], label.at], 0.5, Ink::Muted);
        }
        let name = cut(&marks[label.mark].name, NAME);
        canvas.text(label.at, label.hold, 12.0, Ink::Text, &name);
    }
}
