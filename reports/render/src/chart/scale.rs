//! A logarithmic axis of a metric's unit, lying or upright.

use labrun_record::Unit;

use super::canvas::{Canvas, Hold};
use super::ink::Ink;
use crate::units;

/// The least and the most that a logarithmic axis shows: what lies beyond is at its end.
const ENDS: [f64; 2] = [1e-300, 1e300];

/// Decades from which on an axis has room for some of them alone.
const MANY_DECADES: f64 = 12.0;

/// What a logarithmic axis shows of a value.
pub(super) fn shown(value: f64) -> f64 {
    let [least, most] = ENDS;
    if value > least {
        value.min(most)
    } else {
        least
    }
}

/// A logarithmic axis from `low` to `high`, laid over `left..right`.
pub(crate) struct LogScale {
    unit: Unit,
    low: f64,
    high: f64,
    left: f64,
    right: f64,
}

impl LogScale {
    /// An axis that holds all `values`, from a third of a decade to the next.
    pub(crate) fn over(
        unit: Unit,
        values: impl Iterator<Item = f64>,
        left: f64,
        right: f64,
    ) -> Self {
        let positive = values.filter(|v| *v > 0.0);
        let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if high > 0.0 {
            (shown(low), shown(high))
        } else {
            (1e3, 1e6)
        };
        let third = |v: f64, up: bool| {
            let thirds = v.log10() * 3.0;
            10_f64.powf(if up { thirds.ceil() } else { thirds.floor() } / 3.0)
        };
        Self {
            unit,
            low: third(low * 0.97, false),
            high: third(high * 1.03, true),
            left,
            right,
        }
    }

    /// Where `value` is, in pixels; what the axis cannot show (0, less) is at its low end.
    pub(crate) fn x(&self, value: f64) -> f64 {
        if value <= self.low {
            return self.left;
        }
        let share = (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln());
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// The values that get a line, and whether each has room for its name: 1, 2 and 5 of
    /// each decade, or of bytes the powers of two.
    fn ticks(&self) -> Vec<(f64, bool)> {
        match self.unit {
            Unit::Ns | Unit::PerSecond | Unit::Count => self.decimal_ticks(),
            Unit::Bytes | Unit::BytesPerSecond => self.binary_ticks(),
        }
    }

    fn holds(&self, value: f64) -> bool {
        value >= self.low * 0.999 && value <= self.high * 1.001
    }

    fn decimal_ticks(&self) -> Vec<(f64, bool)> {
        let decades = self.high.log10() - self.low.log10();
        let (first, last) = (
            self.low.log10().floor() as i32,
            self.high.log10().ceil() as i32,
        );
        let steps = if decades > MANY_DECADES {
            &[1.0][..]
        } else {
            &[1.0, 2.0, 5.0]
        };
        let every = (decades / MANY_DECADES).ceil().max(1.0) as i32;
        (first..=last)
            .filter(|decade| decade % every == 0)
            .flat_map(|decade| {
                steps
                    .iter()
                    .map(move |step| (step, step * 10_f64.powi(decade)))
            })
            .filter(|(_, value)| self.holds(*value))
            .map(|(step, value)| (value, *step < 1.5 || decades < 2.2))
            .collect()
    }

    fn binary_ticks(&self) -> Vec<(f64, bool)> {
        let (first, last) = (
            self.low.log2().floor() as i32,
            self.high.log2().ceil() as i32,
        );
        // Names are at least so many doublings apart that they do not touch.
        let every = match (last - first) / 9 {
            0 => 1,
            1 => 2,
            2..=4 => 5,
            doublings => 10 * (doublings / 10).max(1),
        };
        (first..=last)
            .map(|power| (power, 2_f64.powi(power)))
            .filter(|(_, value)| self.holds(*value))
            .map(|(power, value)| (value, power.rem_euclid(every) == 0))
            .collect()
    }

    /// Lines from `top` to `bottom`, with the values above, and below if `twice`.
    pub(crate) fn grid(&self, canvas: &mut Canvas<'_>, top: f64, bottom: f64, twice: bool) {
        self.lines(canvas, top, bottom);
        self.names(canvas, top - 9.0);
        if twice {
            self.names(canvas, bottom + 10.0);
        }
    }

    /// Lines from `top` to `bottom`.
    pub(crate) fn lines(&self, canvas: &mut Canvas<'_>, top: f64, bottom: f64) {
        for (value, named) in self.ticks() {
            let x = self.x(value);
            canvas.path(&[(x, top), (x, bottom)], weight(named), Ink::Grid);
        }
    }

    /// The values that have a name, at the height `y`.
    pub(crate) fn names(&self, canvas: &mut Canvas<'_>, y: f64) {
        for (value, _) in self.ticks().into_iter().filter(|(_, named)| *named) {
            let label = short(value, self.unit);
            canvas.text((self.x(value), y), Hold::Middle, 12.0, Ink::Muted, &label);
        }
    }

    /// Lines from `left` to `right` of an axis that stands upright, which was laid over
    /// `bottom..top`, with the values before them.
    pub(crate) fn levels(&self, canvas: &mut Canvas<'_>, left: f64, right: f64) {
        for (value, named) in self.ticks() {
            let y = self.x(value);
            canvas.path(&[(left, y), (right, y)], weight(named), Ink::Grid);
            if named {
                let label = short(value, self.unit);
                canvas.text((left - 7.0, y), Hold::Right, 12.0, Ink::Muted, &label);
            }
        }
    }
}

/// How wide a line is that has a name, and one that has none.
fn weight(named: bool) -> f64 {
    if named { 1.0 } else { 0.5 }
}

/// `1 ms`, `200 µs`, `64 KiB`.
pub(super) fn short(value: f64, unit: Unit) -> String {
    let scale = units::scale(value, unit);
    let shown = value / scale.factor;
    if shown >= 1.0 {
        format!("{} {}", units::number(shown, 0), scale.name)
    } else {
        format!("{shown} {}", scale.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_powers_of_two_and_times_decades() {
        let names = |unit, ends: [f64; 2]| -> Vec<String> {
            let scale = LogScale::over(unit, ends.into_iter(), 0.0, 800.0);
            let ticks = scale.ticks().into_iter().filter(|t| t.1);
            ticks.map(|(value, _)| short(value, unit)).collect()
        };
        assert_eq!(
            names(Unit::Bytes, [400e3, 90e6]),
            ["256 KiB", "1 MiB", "4 MiB", "16 MiB", "64 MiB"]
        );
        assert_eq!(
            names(Unit::PerSecond, [300.0, 4e5]),
            ["1 k/s", "10 k/s", "100 k/s"]
        );
    }

    #[test]
    fn whatever_the_values_are_there_are_few_names_and_all_is_within() {
        let ends = [
            5e-324,
            f64::MIN_POSITIVE,
            1.0,
            1e308,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
            -1e308,
        ];
        for unit in [Unit::Ns, Unit::Bytes, Unit::PerSecond, Unit::Count] {
            for (one, other) in ends.iter().flat_map(|one| ends.map(|other| (*one, other))) {
                let scale = LogScale::over(unit, [one, other].into_iter(), 0.0, 800.0);
                let ticks = scale.ticks();
                let names = ticks.iter().filter(|(_, named)| *named).count();
                assert!(names < 40 && ticks.len() < 3_000, "{one} {other}: {names}");
                for value in ends {
                    let x = scale.x(value);
                    assert!(value.is_nan() || (0.0..=800.0).contains(&x), "{value}: {x}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_above_zero_is_at_the_left_end() {
        let scale = LogScale::over(
            Unit::Bytes,
            [-5.0, 0.0, 4096.0, 1e6].into_iter(),
            10.0,
            90.0,
        );
        for value in [-5.0, 0.0, 1.0] {
            assert!((scale.x(value) - 10.0).abs() < 1e-9);
        }
        assert!(scale.x(4096.0) > 10.0 && scale.x(1e6) < 90.1);
    }
}
