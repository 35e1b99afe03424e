//! What was injected against what was found: a dot for each try with its interval, and the line on
//! which both are the same.

use labrun_analysis::Interval;

use super::Chart;
use super::canvas::{Canvas, Hold, svg};
use super::ink::{Ink, TECHNOLOGIES};
use super::ticks::{decimals, ticks};
use crate::words::distinct;
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 310.0;
const LEGEND: f64 = 734.0;

/// One try.
pub(crate) struct Try {
    /// What was changed. Each has its colour.
    pub name: String,
    /// Injected, as a share.
    pub injected: f64,
    /// Found, as a share, with its interval.
    pub found: f64,
    pub ci: Option<Interval>,
}

/// The picture; nothing of no try.
pub(crate) fn injected(chart: &Chart<'_>, tries: &[Try]) -> Result<String, RenderError> {
    if tries.is_empty() {
        return Ok(String::new());
    }
    let description = format!(
        "The change that was found against the one that was injected, in {}, each with its 95% interval, and the line on which both are the same. The table has the same numbers.",
        units::plural(tries.len(), "changed row")
    );
    let plane = Plane::of(tries);
    let names = distinct(tries.iter().map(|one| one.name.as_str()));
    let ink = |place: usize| Ink::Technology(place as u8 % TECHNOLOGIES);
    svg(chart, &description, (WIDTH, HEIGHT), |canvas| {
        plane.grid(canvas);
        for one in tries {
            let x = plane.x(one.injected);
            let ink = ink(names.iter().position(|name| *name == one.name).unwrap_or(0));
            if let Some([low, high]) = one.ci {
                let (below, above) = (plane.y(low), plane.y(high));
                canvas.path(&[(x, below), (x, above)], 1.0, ink);
            }
            canvas.dot((x, plane.y(one.found)), 3.5, ink);
        }
        for (place, name) in names.iter().enumerate() {
            let y = TOP + 10.0 + place as f64 * 18.0;
            canvas.dot((LEGEND, y), 4.0, ink(place));
            canvas.text((LEGEND + 12.0, y), Hold::Left, 11.5, Ink::Text, name);
        }
    })
}

/// The axes, in shares.
struct Plane {
    right: f64,
    low: f64,
    high: f64,
}

impl Plane {
    fn of(tries: &[Try]) -> Self {
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.01_f64, f64::max);
        let ends = |one: &Try| one.ci.unwrap_or([one.found; 2]);
        let right = most(&mut tries.iter().map(|one| one.injected)) * 1.08;
        let high = most(&mut tries.iter().map(|one| ends(one)[1].max(one.injected))) * 1.05;
        let low = tries.iter().map(|one| ends(one)[0]).fold(0.0, f64::min);
        Self { right, low, high }
    }

    fn x(&self, share: f64) -> f64 {
        LEFT + share / self.right * (RIGHT - LEFT)
    }

    fn y(&self, share: f64) -> f64 {
        BOTTOM - (share - self.low) / (self.high - self.low) * (BOTTOM - TOP)
    }

    fn grid(&self, canvas: &mut Canvas<'_>) {
        let across = ticks(0.0, self.right * 100.0, 9);
        for tick in &across {
            let (x, digits) = (self.x(tick / 100.0), decimals(&across));
            canvas.path(&[(x, TOP), (x, BOTTOM)], 0.5, Ink::Grid);
            let label = format!("{tick:.digits$}%");
            canvas.text((x, BOTTOM + 10.0), Hold::Middle, 11.0, Ink::Muted, &label);
        }
        let up = ticks(self.low * 100.0, self.high * 100.0, 7);
        for tick in &up {
            let (y, digits) = (self.y(tick / 100.0), decimals(&up));
            canvas.path(&[(LEFT, y), (RIGHT, y)], 0.5, Ink::Grid);
            let label = format!("{tick:.digits$}%");
            canvas.text((LEFT - 6.0, y), Hold::Right, 11.0, Ink::Muted, &label);
        }
        let same = self.right.min(self.high);
        let line = [(self.x(0.0), self.y(0.0)), (self.x(same), self.y(same))];
        canvas.path(&line, 1.25, Ink::Reference);
        let words = "injected, as a share of A\u{2019}s median; upwards what was found; the line: both are the same";
        canvas.text((LEFT, BOTTOM + 30.0), Hold::Left, 11.0, Ink::Muted, words);
    }
}
