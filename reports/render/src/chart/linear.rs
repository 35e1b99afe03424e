//! A linear axis from zero, for what is compared by length: on a logarithmic one the length of a bar
//! means nothing.

use labrun_record::Unit;

use super::canvas::{Canvas, Hold};
use super::ink::Ink;
use super::ticks::{decimals, ticks};
use crate::units;

/// The shortest axis and the longest: what a number may be times or by a few is none beyond them.
const ENDS: [f64; 2] = [1e-9, 1e300];

/// Names along an axis at most.
const NAMES: usize = 6;

/// An axis from zero, laid over `start..end`, which may stand upright.
pub(super) struct Linear {
    unit: Unit,
    most: f64,
    start: f64,
    end: f64,
}

impl Linear {
    /// An axis that holds all `values` from zero on.
    pub(super) fn over(
        unit: Unit,
        values: impl Iterator<Item = f64>,
        start: f64,
        end: f64,
    ) -> Self {
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        Self {
            unit,
            most: if most > 0.0 {
                most.clamp(ENDS[0], ENDS[1])
            } else {
                1.0
            },
            start,
            end,
        }
    }

    /// Where `value` is, in pixels; what is below zero is at zero.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value.max(0.0) / self.most).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }

    /// Round values with their names: of bytes round in the unit that they are shown in.
    fn ticks(&self) -> Vec<(f64, String)> {
        let scale = units::scale(self.most, self.unit);
        let round = ticks(0.0, self.most / scale.factor, NAMES);
        let digits = decimals(&round);
        let named = |tick: f64| {
            let name = format!("{} {}", units::number(tick, digits), scale.name);
            let name = if tick > 0.0 { name.trim_end() } else { "0" };
            (tick * scale.factor, name.to_owned())
        };
        round.into_iter().map(named).collect()
    }

    /// Lines from `top` to `bottom`, with the values above.
    pub(super) fn grid(&self, canvas: &mut Canvas<'_>, top: f64, bottom: f64) {
        self.lines(canvas, (top, bottom), top - 9.0);
    }

    /// Lines from `top` to `bottom`, with the values below.
    pub(super) fn grid_below(&self, canvas: &mut Canvas<'_>, top: f64, bottom: f64) {
        self.lines(canvas, (top, bottom), bottom + 14.0);
    }

    fn lines(&self, canvas: &mut Canvas<'_>, (top, bottom): (f64, f64), names: f64) {
        for (value, name) in self.ticks() {
            let x = self.at(value);
            canvas.path(&[(x, top), (x, bottom)], 0.5, Ink::Grid);
            canvas.text((x, names), Hold::Middle, 12.0, Ink::Muted, &name);
        }
    }

    /// Lines from `left` to `right` of an axis that stands upright, with the values before them.
    pub(super) fn levels(&self, canvas: &mut Canvas<'_>, left: f64, right: f64) {
        for (value, name) in self.ticks() {
            let y = self.at(value);
            canvas.path(&[(left, y), (right, y)], 0.5, Ink::Grid);
            canvas.text((left - 7.0, y), Hold::Right, 12.0, Ink::Muted, &name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_at_zero_whatever_the_values_are() {
        for values in [
            &[5.0, 9.0][..],
            &[1e308, -1e308],
            &[5e-324],
            &[0.0],
            &[],
            &[f64::NAN, f64::INFINITY],
        ] {
            let axis = Linear::over(Unit::Bytes, values.iter().copied(), 10.0, 90.0);
            assert!((axis.at(0.0) - 10.0).abs() < 1e-9);
            assert!((axis.at(-7.0) - 10.0).abs() < 1e-9);
            let ticks = axis.ticks();
            assert!(ticks.len() <= NAMES + 1, "{ticks:?}");
            assert_eq!(ticks.first().map(|tick| tick.1.as_str()), Some("0"));
            for value in values.iter().filter(|value| !value.is_nan()) {
                assert!((10.0..=90.0).contains(&axis.at(*value)), "{value}");
            }
        }
    }

    #[test]
    fn its_names_are_round_in_the_unit_that_is_shown() {
        let axis = Linear::over(Unit::Bytes, [75e6].into_iter(), 0.0, 700.0);
        let names: Vec<String> = axis.ticks().into_iter().map(|tick| tick.1).collect();
        assert_eq!(names, ["0", "20 MiB", "40 MiB", "60 MiB"]);
    }
}
