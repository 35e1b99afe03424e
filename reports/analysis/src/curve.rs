//! What a page draws of a row, in so few numbers that no page needs the samples: the distribution of
//! its launches, and the line through what instances held.

use std::collections::BTreeMap;

use labrun_record::{Metric, Outcome, Sample};

use crate::stats::{median, quantile, theil_sen_line};

/// Numbers of a curve at most.
const MOST: usize = 200;

/// Powers of ten behind the first digit that a chart can show: of a number, and of the range of a curve.
const SEEN: i32 = 3;

/// The distribution of a row's launches, of values in ascending order: all of them, or of more than
/// [`MOST`] as many quantiles, each in the middle of its share. None of what is counted, and none of a
/// latency, whose launches have distributions of their own.
pub(crate) fn of(metric: Metric, ordered: &[f64]) -> Vec<f64> {
    if metric.is_exact() || metric == Metric::Latency {
        return Vec::new();
    }
    let values = if ordered.len() <= MOST {
        ordered.to_vec()
    } else {
        let shares = (0..MOST).map(|place| (place as f64 + 0.5) / MOST as f64);
        shares.filter_map(|p| quantile(ordered, p)).collect()
    };
    let range = values
        .last()
        .zip(values.first())
        .map(|(last, first)| last - first);
    let Some(range) = range.filter(|range| *range > 0.0) else {
        return values;
    };
    values
        .iter()
        .map(|value| rounded(*value, decimal(range).min(decimal(*value)) - SEEN))
        .collect()
}

/// The power of ten of the first digit; of nothing one below all.
fn decimal(value: f64) -> i32 {
    (value.abs().log10().floor() as i32).max(-400)
}

/// A value to so many powers of ten, as the number with the fewest digits.
fn rounded(value: f64, power: i32) -> f64 {
    let one = 10_f64.powi(power.abs());
    let near = if power < 0 {
        (value * one).round() / one
    } else {
        (value / one).round() * one
    };
    // Beyond what a power of ten can be: as it is.
    if near.is_finite() { near } else { value }
}

/// The number of instances, and the median of what so many held, in ascending order.
pub(crate) fn instances(lines: &[&Sample]) -> Vec<[f64; 2]> {
    let mut held: BTreeMap<u64, (f64, Vec<f64>)> = BTreeMap::new();
    for (instances, bytes) in measured(lines).flat_map(|line| &line.points) {
        // Counts, whose bits are in their order.
        let (_, of) = held
            .entry(instances.to_bits())
            .or_insert_with(|| (*instances, Vec::new()));
        of.push(*bytes);
    }
    let each = held.into_values();
    each.filter_map(|(instances, bytes)| Some([instances, median(&bytes)?]))
        .collect()
}

/// The line of the row: the medians of the slopes and of the intercepts of its launches' lines, which
/// are those of `memory_marginal` and `memory_fixed`.
pub(crate) fn fit(lines: &[&Sample]) -> Option<[f64; 2]> {
    let fitted = measured(lines).filter_map(|line| theil_sen_line(&line.points));
    let (slopes, intercepts): (Vec<f64>, Vec<f64>) =
        fitted.map(|line| (line.slope, line.intercept)).unzip();
    Some([median(&slopes)?, median(&intercepts)?])
}

fn measured<'a>(lines: &'a [&Sample]) -> impl Iterator<Item = &'a Sample> {
    let lines = lines.iter().copied();
    lines.filter(|line| line.outcome == Outcome::Measured && line.value.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRIC: Metric = Metric::TimeToFirstResult;

    #[test]
    fn few_values_are_all_there_with_the_digits_that_can_be_seen() {
        let curve = of(METRIC, &[123_456.0, 1_234_567.0, 98_765_432.0]);
        assert_eq!(curve, [123_500.0, 1_235_000.0, 98_770_000.0]);
        // A thousandth of the range is never lost.
        let close = of(METRIC, &[123_456.0, 123_457.9, 123_460.5]);
        assert_eq!(close, [123_456.0, 123_457.9, 123_460.5]);
        assert_eq!(of(METRIC, &[0.123_456, 5.0]), [0.1235, 5.0]);
    }

    #[test]
    fn what_does_not_vary_stays_as_it_is() {
        for value in [123_456.7, 0.0, -3.0, f64::MAX, f64::MIN_POSITIVE] {
            assert_eq!(of(METRIC, &[value; 3]), [value; 3]);
        }
        assert_eq!(of(METRIC, &[f64::MIN, f64::MAX]), [f64::MIN, f64::MAX]);
        assert_eq!(of(METRIC, &[0.0, 5e-324]), [0.0, 5e-324]);
        assert!(of(METRIC, &[]).is_empty());
    }

    #[test]
    fn many_values_are_200_quantiles() {
        let values: Vec<f64> = (0..=10_000).map(f64::from).collect();
        let curve = of(METRIC, &values);
        assert_eq!(curve.len(), 200);
        for (place, value) in (0..).zip(&curve) {
            let wanted = (f64::from(place) + 0.5) / 200.0 * 10_000.0;
            assert!((value - wanted).abs() < 0.01, "{place}: {value}");
        }
        let just = of(METRIC, &values[..200]);
        assert_eq!(just, values[..200]);
    }

    #[test]
    fn a_curve_never_falls() {
        let near = |n: i32| 9_990.0 + f64::from(n) * 0.37 + f64::from(n % 3);
        let mut values: Vec<f64> = (0..150).map(near).collect();
        values.extend([-1e9, -1.0, 0.0, 3e9]);
        values.sort_by(f64::total_cmp);
        let curve = of(METRIC, &values);
        assert!(curve.is_sorted(), "{curve:?}");
    }

    #[test]
    fn what_is_counted_and_latencies_have_none() {
        for metric in Metric::ALL {
            let none = matches!(
                metric,
                Metric::Size | Metric::SizeNeeded | Metric::Conformance | Metric::Latency
            );
            assert_eq!(of(metric, &[1.0]).is_empty(), none, "{metric}");
        }
    }
}
