//! A logarithmic axis of time, and distributions drawn along it.

use super::canvas::{Canvas, Hold, UNITS};
use super::ink::Ink;
use crate::units;

/// A logarithmic axis from `low` to `high` (nanoseconds), laid over `left..right`.
pub(crate) struct LogScale {
    low: f64,
    high: f64,
    left: f64,
    right: f64,
}

impl LogScale {
    /// An axis that holds all `values`, from a third of a decade to the next.
    pub(crate) fn over(values: impl Iterator<Item = f64>, left: f64, right: f64) -> Self {
        let positive = values.filter(|v| *v > 0.0);
        let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if high > 0.0 { (low, high) } else { (1e3, 1e6) };
        let third = |v: f64, up: bool| {
            let thirds = v.log10() * 3.0;
            10_f64.powf(if up { thirds.ceil() } else { thirds.floor() } / 3.0)
        };
        Self {
            low: third(low * 0.97, false),
            high: third(high * 1.03, true),
            left,
            right,
        }
    }

    /// Where `value` is, in pixels.
    pub(crate) fn x(&self, value: f64) -> f64 {
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// The values that get a line: 1, and where there is room 2 and 5, of each decade.
    fn ticks(&self) -> Vec<(f64, bool)> {
        let decades = (self.high / self.low).log10();
        let (first, last) = (
            self.low.log10().floor() as i32,
            self.high.log10().ceil() as i32,
        );
        let mut ticks = Vec::new();
        for decade in first..=last {
            for step in [1.0, 2.0, 5.0] {
                let value = step * 10_f64.powi(decade);
                if value >= self.low * 0.999 && value <= self.high * 1.001 {
                    ticks.push((value, step < 1.5 || decades < 2.2));
                }
            }
        }
        ticks
    }

    /// Lines from `top` to `bottom`, with the values above, and below if `twice`.
    pub(crate) fn grid(&self, canvas: &mut Canvas<'_>, top: f64, bottom: f64, twice: bool) {
        for (value, named) in self.ticks() {
            let x = self.x(value);
            canvas.path(
                &[(x, top), (x, bottom)],
                if named { 1.0 } else { 0.5 },
                Ink::Grid,
            );
            if named {
                let label = short(value);
                canvas.text((x, top - 9.0), Hold::Middle, 11.0, Ink::Muted, &label);
                if twice {
                    canvas.text((x, bottom + 10.0), Hold::Middle, 11.0, Ink::Muted, &label);
                }
            }
        }
    }

    /// The empirical distribution of ascending `values` as steps between `top` (all) and
    /// `bottom` (none), in whole units of the canvas. Steps closer than half a pixel are
    /// drawn as one: more could not be seen.
    pub(crate) fn steps(&self, values: &[f64], top: f64, bottom: f64) -> Vec<(i32, i32)> {
        let half = |pixels: f64| ((pixels * 2.0).round() * UNITS / 2.0) as i32;
        let share = |seen: usize| seen as f64 / values.len() as f64;
        let height = |seen: usize| half(bottom - (bottom - top) * share(seen));
        let Some(first) = values.first() else {
            return Vec::new();
        };
        let mut path = vec![(half(self.x(*first)), height(0))];
        for (i, value) in values.iter().enumerate() {
            let (x, y) = (half(self.x(*value)), height(i + 1));
            let last = path[path.len() - 1];
            if x != last.0 && y != last.1 {
                path.push((x, last.1));
                path.push((x, y));
            } else if (x, y) != last {
                extend(&mut path, (x, y));
            }
        }
        path
    }
}

/// Appends a point on the same line as the last; a third point on it replaces the second.
fn extend(path: &mut Vec<(i32, i32)>, point: (i32, i32)) {
    if let [.., a, b] = path[..] {
        let upright = a.0 == b.0 && b.0 == point.0;
        let level = a.1 == b.1 && b.1 == point.1;
        if upright || level {
            path.pop();
        }
    }
    path.push(point);
}

/// `1 ms`, `200 µs`.
fn short(value: f64) -> String {
    let scale = units::scale(value, labrun_record::Unit::Ns);
    let shown = value / scale.factor;
    if shown >= 1.0 {
        format!("{shown:.0} {}", scale.name)
    } else {
        format!("{shown} {}", scale.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_at_the_top_and_stay_few() {
        let scale = LogScale::over([1e5, 1e7].into_iter(), 0.0, 800.0);
        let values: Vec<f64> = (0..300).map(|i| 1e6 + f64::from(i) * 1e2).collect();
        let path = scale.steps(&values, 0.0, 24.0);
        assert_eq!(path.first().map(|p| p.1), Some(96));
        assert_eq!(path.last().map(|p| p.1), Some(0));
        assert!(path.len() < 60, "{}", path.len());
    }
}
