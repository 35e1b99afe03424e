//! The picture of the first screen: a lane for each of a few rows, from the best to the worst, on one
//! axis of orders of magnitude that is read from the back of a room.

use labrun_analysis::RowSummary;
use labrun_record::{Tier, Unit};

use super::Chart;
use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, tier_ink};
use super::scale::{self, short};
use crate::{RenderError, shown, units};

const WIDTH: f64 = 780.0;
/// Where the start's name begins.
const START: f64 = 186.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 600.0;
const VALUE: f64 = 690.0;
const RATIO: f64 = 778.0;
const TOP: f64 = 34.0;
const FOOT: f64 = 34.0;
/// What all lanes together are high, unless a lane would be too low or too high.
const LANES: f64 = 450.0;
const LANE: [f64; 2] = [18.0, 36.0];
/// Letters of a name that there is room for before a start, and without one.
const NAME: [usize; 2] = [25, 34];
/// Labels of an axis.
const LABELS: i32 = 10;

/// A row to draw.
pub(crate) struct Mark<'a> {
    pub name: String,
    /// What stood when the clock began, where the lanes differ in that.
    pub start: &'static str,
    pub row: &'a RowSummary,
    /// Its median, in the metric's unit.
    pub median: f64,
    pub is_reference: bool,
}

/// The lanes in their order, with a line through the `reference`; nothing of no lane.
pub(crate) fn best(
    chart: &Chart<'_>,
    marks: &[Mark<'_>],
    reference: Option<f64>,
) -> Result<String, RenderError> {
    let ([first, ..], [.., last]) = (marks, marks) else {
        return Ok(String::new());
    };
    let ends = marks.iter().flat_map(|mark| {
        let [low, high] = mark.row.ci().unwrap_or([mark.median; 2]);
        [low, mark.median, high]
    });
    let axis = Axis::over(first.row.unit, ends.chain(reference));
    let lane = (LANES / marks.len() as f64).clamp(LANE[0], LANE[1]);
    let bottom = TOP + lane * marks.len() as f64;
    let said = |mark: &Mark<'_>| {
        let name = format!("{} {}", mark.name, mark.start);
        format!("{} {}", name.trim_end(), shown::median(mark.row))
    };
    let description = format!(
        "Medians as marks and their 95% intervals as bars on a logarithmic axis, {}, the best first: from {} to {}. The numbers are in the table below.",
        units::plural(marks.len(), "lane"),
        said(first),
        said(last)
    );
    svg(chart, &description, (WIDTH, bottom + FOOT), |canvas| {
        axis.draw(canvas, bottom);
        if let Some(x) = reference.map(|value| axis.x(value)) {
            canvas.path(&[(x, TOP), (x, bottom)], 2.0, Ink::Reference);
        }
        for (place, mark) in marks.iter().enumerate() {
            draw(canvas, &axis, mark, TOP + lane * (place as f64 + 0.5));
        }
        legend(canvas, &axis, marks, bottom + FOOT - 14.0);
    })
}

fn draw(canvas: &mut Canvas<'_>, axis: &Axis, mark: &Mark<'_>, y: f64) {
    let ink = Ink::Tier(tier_ink(mark.row.row.tier));
    let room = NAME[usize::from(mark.start.is_empty())];
    canvas.text(
        (0.0, y),
        Hold::Left,
        13.0,
        Ink::Text,
        &cut(&mark.name, room),
    );
    canvas.text((START, y), Hold::Left, 13.0, Ink::Muted, mark.start);
    if let Some([low, high]) = mark.row.ci().map(|ends| ends.map(|end| axis.x(end))) {
        canvas.rect((low, y - 2.0), (high - low, 4.0), ink);
    }
    shape(canvas, mark.row.row.tier, (axis.x(mark.median), y), ink);
    let value = units::value(mark.median, mark.row.unit);
    canvas.bold((VALUE, y), Hold::Right, 14.0, Ink::Text, &value);
    let ratio = match mark.row.ratio() {
        Some(ratio) => format!("\u{d7} {}", units::ratio(ratio.value)),
        None if mark.is_reference => "reference".to_owned(),
        None => return,
    };
    canvas.text((RATIO, y), Hold::Right, 13.0, Ink::Muted, &ratio);
}

/// The mark of a tier: not told by its colour alone.
fn shape(canvas: &mut Canvas<'_>, tier: Tier, (x, y): (f64, f64), ink: Ink) {
    let mut closed = |points: &[(f64, f64)]| {
        let around = points.iter().chain(points.first());
        let points: Vec<(f64, f64)> = around.map(|(dx, dy)| (x + dx, y + dy)).collect();
        canvas.path(&points, 2.5, ink);
    };
    match tier {
        Tier::Process => {
            closed(&[(-5.0, -5.0), (5.0, 5.0)]);
            closed(&[(-5.0, 5.0), (5.0, -5.0)]);
        }
        Tier::UserKernel => closed(&[(-7.0, 0.0), (0.0, -7.0), (7.0, 0.0), (0.0, 7.0)]),
        Tier::MicroVm => closed(&[(-6.0, 5.0), (6.0, 5.0), (0.0, -6.0)]),
        Tier::Namespaces => canvas.rect((x - 5.5, y - 5.5), (11.0, 11.0), ink),
        Tier::WasmSandbox => canvas.dot((x, y), 6.0, ink),
    }
}

/// What each mark is, and what the bands are.
fn legend(canvas: &mut Canvas<'_>, axis: &Axis, marks: &[Mark<'_>], y: f64) {
    let mut tiers: Vec<Tier> = marks.iter().map(|mark| mark.row.row.tier).collect();
    tiers.sort_unstable();
    tiers.dedup();
    let mut x = 8.0;
    for tier in tiers {
        let name = tier.name().replace('-', " ");
        shape(canvas, tier, (x, y), Ink::Tier(tier_ink(tier)));
        canvas.text((x + 14.0, y), Hold::Left, 13.0, Ink::Text, &name);
        x += 38.0 + name.chars().count() as f64 * 7.2;
    }
    let bands = units::number(axis.base.powi(axis.every()), 0);
    let bands = format!("each band is {bands} times");
    canvas.text((RATIO, y), Hold::Right, 13.0, Ink::Muted, &bands);
}

fn cut(name: &str, room: usize) -> String {
    if name.chars().count() <= room {
        return name.to_owned();
    }
    let kept = name.chars().take(room - 1);
    kept.chain(['\u{2026}']).collect()
}

/// A logarithmic axis of whole powers: of ten, of bytes of sixteen, so that its labels are round.
struct Axis {
    unit: Unit,
    base: f64,
    /// The powers at its ends.
    low: i32,
    high: i32,
}

impl Axis {
    /// It holds all values that are above zero; what is not is at its left end.
    fn over(unit: Unit, values: impl Iterator<Item = f64>) -> Self {
        let base = match unit {
            Unit::Bytes | Unit::BytesPerSecond => 16.0,
            Unit::Ns | Unit::PerSecond | Unit::Count => 10.0,
        };
        let powers = values.filter(|value| *value > 0.0);
        let powers: Vec<f64> = powers.map(|value| scale::shown(value).log(base)).collect();
        let least = powers.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let most = powers.iter().copied().reduce(f64::max).unwrap_or(1.0);
        // A power of the base may come out a little beside it.
        let low = (least + 1e-9).floor() as i32;
        let high = (most - 1e-9).ceil() as i32;
        Self {
            unit,
            base,
            low,
            high: high.max(low + 1),
        }
    }

    fn at(&self, power: f64) -> f64 {
        let share = (power - f64::from(self.low)) / f64::from(self.high - self.low);
        LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    fn x(&self, value: f64) -> f64 {
        self.at(scale::shown(value).log(self.base))
    }

    /// How many powers a band is: one, unless there is no room for so many labels.
    fn every(&self) -> i32 {
        (self.high - self.low) / LABELS + 1
    }

    /// Every second order of magnitude is a band, and each edge has its name.
    fn draw(&self, canvas: &mut Canvas<'_>, bottom: f64) {
        let every = self.every() as usize;
        let edges: Vec<i32> = (self.low..=self.high).step_by(every).collect();
        for pair in edges.chunks_exact(2) {
            let [left, right] = [pair[0], pair[1]].map(|power| self.at(f64::from(power)));
            canvas.rect((left, TOP), (right - left, bottom - TOP), Ink::Band);
        }
        for power in edges {
            let x = self.at(f64::from(power));
            canvas.path(&[(x, TOP - 4.0), (x, bottom)], 1.0, Ink::Grid);
            let label = short(self.base.powi(power), self.unit);
            canvas.bold((x, TOP - 16.0), Hold::Middle, 14.0, Ink::Text, &label);
        }
        canvas.text((VALUE, TOP - 16.0), Hold::Right, 13.0, Ink::Muted, "median");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_whole_powers_and_holds_every_value() {
        let axis = Axis::over(Unit::Ns, [23e3, 1e8].into_iter());
        assert_eq!((axis.low, axis.high), (4, 8));
        let axis = Axis::over(Unit::Bytes, [71.0 * 1024.0, 9e6].into_iter());
        assert_eq!((axis.low, axis.high), (4, 6));
        for values in [
            vec![],
            vec![1e6],
            vec![0.0, -3.0],
            vec![f64::NAN, f64::MAX, 5e-324],
        ] {
            let axis = Axis::over(Unit::Ns, values.iter().copied());
            assert!(axis.low < axis.high, "{values:?}");
            for value in values {
                assert!((LEFT..=RIGHT).contains(&axis.x(value)), "{value}");
            }
        }
    }
}
