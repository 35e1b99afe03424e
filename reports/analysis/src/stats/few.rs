//! Intervals of few values that vary little, by how far they lie apart: Lord's substitute for Student's t
//! ("The Use of Range in Place of Standard Deviation in the t-Test", Biometrika 34, 1947), for the median.
//!
//! It takes the values as normal, which times are not: their tails are long, and three launches say nothing
//! of them. Of counts that vary by a ten-thousandth it says enough.

use super::bootstrap::{Interval, MIN_LAUNCHES, TAIL, TAIL_99, median_intervals};
use super::order::{median, sorted};
use super::paired::{RatioEstimate, RatioIntervals};

/// The least values that have such an interval.
const LEAST: usize = 3;

/// How many ranges a median of 3, 4 and 5 normal values is off by at most: at 90, 95 and 99 %. From 400,000
/// draws of each; for the mean, which is as good, Lord's tables have 1.304, 0.717 and 0.507 at 95 %.
const RANGES: [[f64; 3]; MIN_LAUNCHES - LEAST] = [
    [0.935, 1.344, 3.03],
    [0.553, 0.737, 1.337],
    [0.440, 0.561, 0.891],
];

/// The intervals of a median of few values, at 90, 95 and 99 %; `None` of fewer than three, of so many
/// that order statistics say more, and where a value is not finite.
fn intervals(values: &[f64]) -> Option<[Interval; 3]> {
    let ranges = RANGES.get(values.len().checked_sub(LEAST)?)?;
    let ordered = sorted(values);
    let (middle, range) = (median(values)?, ordered.last()? - ordered.first()?);
    let ends = |times: &f64| [middle - times * range, middle + times * range];
    let is_finite = values.iter().all(|value| value.is_finite());
    is_finite.then(|| {
        let [a, b, c] = ranges;
        [ends(a), ends(b), ends(c)]
    })
}

/// The same of as many values as there are.
fn of_any(values: &[f64]) -> Option<[Interval; 3]> {
    if values.len() < MIN_LAUNCHES {
        return intervals(values);
    }
    let [ci90, ci95, ci99] = median_intervals(values, [2.0 * TAIL, TAIL, TAIL_99], 0);
    let ordered = sorted(values);
    // Of six values no interval is a 99 % one; what they span is the widest.
    let all = [*ordered.first()?, *ordered.last()?];
    Some([ci90?, ci95?, ci99.unwrap_or(all)])
}

/// The 95 % interval of a median of 3 to 5 values.
pub fn few_interval(values: &[f64]) -> Option<Interval> {
    let [_, ci, _] = intervals(values)?;
    Some(ci)
}

/// The ratio of two medians of which one at least is of 3 to 5 values, and the other of as few or more. The
/// intervals of both are divided end by end, which is wider than it need be.
pub fn few_ratio(row: &[f64], reference: &[f64]) -> Option<RatioEstimate> {
    let value = median(row)? / median(reference)?;
    let divided = |[low, high]: Interval, [least, most]: Interval| {
        (least > 0.0).then_some([low / most, high / least])
    };
    if row.len().min(reference.len()) >= MIN_LAUNCHES {
        return None;
    }
    let ([a90, a95, a99], [b90, b95, b99]) = (of_any(row)?, of_any(reference)?);
    let intervals = RatioIntervals {
        ci: divided(a95, b95)?,
        ci90: divided(a90, b90)?,
    };
    Some(RatioEstimate {
        value,
        intervals: Some(intervals),
        ci99: divided(a99, b99),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_agree_are_their_own_interval() {
        assert_eq!(few_interval(&[7.0; 3]), Some([7.0; 2]));
        let ratio = few_ratio(&[14.0; 4], &[7.0; 3]).expect("a ratio");
        let exact = RatioIntervals::exact(2.0);
        assert_eq!((ratio.value, ratio.intervals), (2.0, Some(exact)));
    }

    #[test]
    fn the_interval_is_by_the_range() {
        let [low, high] = few_interval(&[101.0, 100.0, 102.0]).expect("an interval");
        assert!((low - (101.0 - 2.688)).abs() < 1e-9 && (high - (101.0 + 2.688)).abs() < 1e-9);
        let ratio = few_ratio(&[1010.0, 1010.0, 1011.0], &[1000.0, 1000.0, 1001.0]);
        let both = ratio.and_then(|ratio| ratio.intervals).expect("intervals");
        assert!(both.ci[0] > 1.007 && both.ci[1] < 1.013, "{both:?}");
        assert!(both.ci90[0] > both.ci[0] && both.ci90[1] < both.ci[1]);
    }

    #[test]
    fn of_two_of_many_and_of_what_is_not_finite_there_is_none() {
        for values in [&[1.0, 1.0][..], &[1.0; 6], &[1.0, f64::NAN, 1.0]] {
            assert_eq!(few_interval(values), None);
        }
        for values in [&[1.0, 1.0][..], &[1.0, f64::NAN, 1.0]] {
            assert!(few_ratio(values, &[1.0; 3]).is_none());
        }
        assert!(few_ratio(&[1.0; 6], &[1.0; 6]).is_none());
        let mixed = few_ratio(&[2.0; 20], &[1.0; 3]).expect("a ratio");
        assert_eq!(mixed.intervals, Some(RatioIntervals::exact(2.0)));
    }
}
