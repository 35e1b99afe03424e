//! Round numbers along an axis.

/// Round numbers between `low` and `high`, at most `most` of them, a step of 1, 2 or 5 times a power
/// of ten apart.
pub(super) fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Vec::new();
    }
    let mut power = (span / most as f64).log10().floor().max(LEAST) as i32;
    let step = loop {
        let unit = 10_f64.powi(power);
        let steps = [1.0, 2.0, 5.0].map(|times| times * unit);
        match steps.into_iter().find(|step| span / step <= most as f64) {
            Some(step) => break step,
            None => power += 1,
        }
    };
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|place| place as f64 * step).collect()
}

/// The power of ten of the least step: below there are hardly any numbers.
const LEAST: f64 = -300.0;

/// Decimals that tell ticks so far apart.
pub(super) fn decimals(ticks: &[f64]) -> usize {
    let [first, second, ..] = ticks else { return 0 };
    let power = (second - first).abs().log10() + 1e-9;
    (-power.floor()).max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_round_and_few() {
        let shown = |low, high| -> Vec<String> {
            let ticks = ticks(low, high, 6);
            let digits = decimals(&ticks);
            ticks
                .iter()
                .map(|tick| format!("{tick:.digits$}"))
                .collect()
        };
        assert_eq!(shown(0.93, 1.12), ["0.95", "1.00", "1.05", "1.10"]);
        assert_eq!(shown(-1.0, 21.0), ["0", "5", "10", "15", "20"]);
        assert_eq!(ticks(1.0, 1.0, 6), [0.0; 0]);
        assert_eq!(ticks(0.0, 5e-324, 6), [0.0]);
    }
}
