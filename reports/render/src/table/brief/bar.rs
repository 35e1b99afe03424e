//! Bars of block characters on a logarithmic axis.

/// A block of an eighth, two eighths, ... of a letter's width.
const EIGHTHS: [char; 8] = [
    '\u{258f}', '\u{258e}', '\u{258d}', '\u{258c}', '\u{258b}', '\u{258a}', '\u{2589}', '\u{2588}',
];

/// Room left of the least value, in decades, so that its bar is seen.
const LEFT: f64 = 0.15;

/// A logarithmic axis that begins at a whole power: its ends are decimal logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// One that holds all values but those that a logarithm does not have, and begins at a power of
    /// `base`; none without any.
    pub(super) fn over(base: f64, values: impl Iterator<Item = f64>) -> Option<Self> {
        let logs = values.map(f64::log10).filter(|log| log.is_finite());
        let [low, high] = logs.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], log| {
            [low.min(log), high.max(log)]
        });
        let step = base.log10();
        (low <= high).then(|| Self {
            low: ((low - LEFT) / step).floor() * step,
            high,
        })
    }

    /// Where it begins, in the unit of the values.
    pub(super) fn begins(self) -> f64 {
        10_f64.powf(self.low)
    }

    /// The bar of a value in so many letters: at least an eighth of one, unless it is 0 or less.
    pub(super) fn bar(self, value: f64, width: usize) -> String {
        let log = value.log10();
        if !log.is_finite() {
            return String::new();
        }
        let share = (log - self.low) / (self.high - self.low);
        let most = width * EIGHTHS.len();
        let eighths = ((share * most as f64).round() as usize).clamp(1, most);
        let (whole, part) = (eighths / EIGHTHS.len(), eighths % EIGHTHS.len());
        let whole = std::iter::repeat_n(EIGHTHS[EIGHTHS.len() - 1], whole);
        let part = part.checked_sub(1).map(|place| EIGHTHS[place]);
        whole.chain(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decade_is_as_long_wherever_it_is() {
        let axis = Axis::over(10.0, [100.0, 1e3, 1e4].into_iter()).expect("an axis");
        assert!((axis.begins() - 10.0).abs() < 1e-9);
        let bars = [100.0, 1e3, 1e4].map(|value| axis.bar(value, 6));
        let full = |letters: usize| "\u{2588}".repeat(letters);
        assert_eq!(bars, [full(2), full(4), full(6)]);
        let of_bytes = Axis::over(2.0, [300.0 * 1024.0].into_iter()).expect("an axis");
        assert!((of_bytes.begins() / 1024.0 - 128.0).abs() < 1e-6);
        // A twelfth of a decade is an eighth of a letter and a half.
        assert_eq!(axis.bar(10_f64.powf(1.25), 6), "\u{258c}");
    }

    #[test]
    fn what_is_least_is_seen_and_what_is_no_multiple_is_not() {
        let axis = Axis::over(10.0, [-5.0, 0.0, 1e3, 1e9].into_iter()).expect("an axis");
        assert!(!axis.bar(1e3, 20).is_empty());
        assert_eq!(axis.bar(1e-300, 20), "\u{258f}");
        assert_eq!(axis.bar(0.0, 20) + &axis.bar(-1.0, 20), "");
        assert_eq!(Axis::over(10.0, [0.0, -1.0, f64::NAN].into_iter()), None);
        // However near the ends of what a number can be.
        let axis = Axis::over(10.0, [5e-324, f64::MAX].into_iter()).expect("an axis");
        assert_eq!(axis.bar(f64::MAX, 3).chars().count(), 3);
    }
}
