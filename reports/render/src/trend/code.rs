//! Numbers of a series in few letters: whole multiples of a power of ten, each as its difference from the
//! one before.

/// The largest whole number that a script holds exactly, and some.
const MOST: f64 = 9e15;

/// Digits that the smallest of the values keeps at least.
const DIGITS: i32 = 4;

/// By which power of ten values are told: four digits of the least of them and of their median; of what is
/// counted and whole, all.
pub(super) fn exponent(values: &[Option<f64>], is_exact: bool) -> i32 {
    let sizes = values.iter().flatten().map(|value| value.abs());
    let sizes: Vec<f64> = sizes
        .filter(|size| size.is_finite() && *size > 0.0)
        .collect();
    let Some(least) = sizes.iter().copied().reduce(f64::min) else {
        return 0;
    };
    let most = sizes.iter().copied().fold(least, f64::max);
    if is_exact && most < MOST && sizes.iter().all(|size| size.fract() == 0.0) {
        return 0;
    }
    let wanted = least.log10().floor() as i32 - (DIGITS - 1);
    let coarsest = (most / MOST).log10().ceil() as i32;
    wanted.max(coarsest)
}

/// A value as a multiple of the power of ten.
fn whole(value: f64, exponent: i32) -> Option<i64> {
    // A small power is divided by and not multiplied with: a power below one is not exact.
    let scaled = if exponent < 0 {
        // Two steps, since the power alone may be more than there is.
        let half = -exponent / 2;
        value * 10_f64.powi(half) * 10_f64.powi(-exponent - half)
    } else {
        value / 10_f64.powi(exponent)
    };
    let rounded = scaled.round();
    (rounded.abs() <= 2.0 * MOST).then_some(rounded as i64)
}

/// The values, with a comma between: nothing where there is none.
pub(super) fn values(values: &[Option<f64>], exponent: i32) -> String {
    let mut text = String::with_capacity(values.len() * 4);
    let mut last = 0;
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        if let Some(now) = value.and_then(|value| whole(value, exponent)) {
            text.push_str(&(now - last).to_string());
            last = now;
        }
    }
    text
}

/// One end of the intervals, as distances from the values. Empty if there is no interval at all.
pub(super) fn ends(
    values: &[Option<f64>],
    intervals: &[Option<[f64; 2]>],
    end: usize,
    exponent: i32,
) -> String {
    if intervals.iter().all(Option::is_none) {
        return String::new();
    }
    let distance = |value: Option<f64>, interval: Option<[f64; 2]>| {
        let end = whole(interval?[end], exponent)?;
        Some(end - whole(value?, exponent)?)
    };
    let told = values.iter().zip(intervals).map(|(value, interval)| {
        let distance = distance(*value, *interval);
        distance.map_or_else(String::new, |distance| distance.to_string())
    });
    told.collect::<Vec<String>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the script reads them.
    fn read(text: &str, exponent: i32) -> Vec<Option<f64>> {
        let mut last = 0.0;
        let parts = text.split(',').map(|part| {
            let step: f64 = part.parse().ok()?;
            last += step;
            Some(if exponent < 0 {
                last / 10_f64.powi(-exponent)
            } else {
                last * 10_f64.powi(exponent)
            })
        });
        parts.collect()
    }

    fn near(values: &[Option<f64>], is_exact: bool, tolerance: f64) {
        let exponent = exponent(values, is_exact);
        let text = super::values(values, exponent);
        let back = read(&text, exponent);
        assert_eq!(back.len(), values.len());
        for (value, back) in values.iter().zip(back) {
            match (value, back) {
                (Some(value), Some(back)) => assert!(
                    (value - back).abs() <= tolerance * value.abs(),
                    "{value} as {back} in {text}"
                ),
                (None, None) => {}
                other => panic!("{other:?} in {text}"),
            }
        }
    }

    #[test]
    fn four_digits_come_back() {
        near(
            &[Some(1_691_234.0), None, Some(1.7e6), Some(12.5), None],
            false,
            5e-4,
        );
        near(&[Some(0.000_123_45), Some(0.5)], false, 5e-4);
        near(&[Some(1e-300), Some(2e-300)], false, 5e-4);
        near(&[Some(-3.25e9), Some(1e300)], false, 1.0);
        near(&[None], false, 0.0);
        near(&[Some(0.0), Some(0.0)], false, 0.0);
    }

    #[test]
    fn what_is_counted_comes_back_to_the_last() {
        near(&[Some(123_456_789.0), Some(123_456_790.0)], true, 0.0);
    }

    #[test]
    fn differences_are_short() {
        let values = [
            Some(1_691_234.0),
            Some(1_690_111.0),
            None,
            Some(1_691_888.0),
        ];
        let exponent = exponent(&values, false);
        assert_eq!(exponent, 3);
        assert_eq!(super::values(&values, exponent), "1691,-1,,2");
        let intervals = [Some([1.68e6, 1.7e6]), None, None, Some([1.6e6, 1.9e6])];
        assert_eq!(ends(&values, &intervals, 0, exponent), "-11,,,-92");
        assert_eq!(ends(&values, &intervals, 1, exponent), "9,,,208");
        assert_eq!(ends(&values, &[None; 4], 1, exponent), "");
    }
}
