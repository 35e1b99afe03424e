//! The n-th smallest of very many values that are never made: the differences or the slopes of
//! all pairs, of which 100,000 launches have five billion.
//!
//! Both are found by halving: how many pairs lie at or below a number can be counted without
//! making them, so that the number itself is found in as many steps as it has bits.

use super::order::sorted;

/// The median of `x - y` over all pairs, exactly, in the time that sorting takes. `None` where
/// there is no pair, or a value that is no number.
pub(super) fn median_difference(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.iter().chain(b).any(|value| value.is_nan()) {
        return None;
    }
    let (a, b) = (sorted(a), sorted(b));
    let pairs = (a.len() as u64).checked_mul(b.len() as u64)?;
    // Rounding keeps the order: x - y rises with x and falls with y to the last bit.
    middle(pairs, |limit| {
        let (mut from, mut count) = (0, 0);
        for x in &a {
            while from < b.len() && x - b[from] > limit {
                from += 1;
            }
            count += (b.len() - from) as u64;
        }
        count
    })
}

/// The median of the slopes of all pairs of a series, whose values are one apart. To the rounding
/// of `value - slope * place`, which is in the last digits of the values. `None` under 2 values,
/// or where one is not finite.
pub(super) fn median_slope(values: &[f64]) -> Option<f64> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let n = values.len() as u64;
    let mut rests = vec![0.0; values.len()];
    let mut spare = rests.clone();
    middle(n * n.saturating_sub(1) / 2, |slope| {
        // A pair is no steeper than this if what the line leaves of it does not rise.
        for ((rest, value), place) in rests.iter_mut().zip(values).zip(0_u32..) {
            *rest = value - slope * f64::from(place);
        }
        not_rising(&mut rests, &mut spare)
    })
}

/// How many pairs rise with their place less how many fall.
pub(super) fn rises_less_falls(values: &[f64]) -> i64 {
    let mut spare = vec![0.0; values.len()];
    let mut turned: Vec<f64> = values.iter().map(|value| -value).collect();
    let not_falling = not_rising(&mut turned, &mut spare);
    // Those that neither rise nor fall are in both.
    not_falling.cast_signed() - not_rising(&mut values.to_vec(), &mut spare).cast_signed()
}

/// The median of `n` numbers of which `at_most` says how many are at most so much.
fn middle(n: u64, mut at_most: impl FnMut(f64) -> u64) -> Option<f64> {
    if n == 0 {
        return None;
    }
    let upper = nth(n / 2, &mut at_most);
    if n % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(nth(n / 2 - 1, &mut at_most), upper))
}

/// The smallest number that more than `n` are at most.
fn nth(n: u64, at_most: &mut impl FnMut(f64) -> u64) -> f64 {
    let (mut low, mut high) = (key(f64::NEG_INFINITY), key(f64::INFINITY));
    while low < high {
        let between = low + (high - low) / 2;
        if at_most(number(between)) > n {
            high = between;
        } else {
            low = between + 1;
        }
    }
    // Of the two zeros the usual one.
    number(low) + 0.0
}

/// Highest bit: that of the sign.
const SIGN: u64 = 1 << 63;

/// A number for each number, in the same order.
fn key(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The other way round.
fn number(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}

/// How many pairs there are whose second is not above its first. Both slices, of one length, are
/// overwritten: `values` is sorted on the way, by merging runs that double in length.
fn not_rising<'a>(mut values: &'a mut [f64], mut spare: &'a mut [f64]) -> u64 {
    let n = values.len();
    let (mut run, mut count) = (1, 0);
    while run < n {
        for from in (0..n).step_by(2 * run) {
            let (middle, end) = ((from + run).min(n), (from + 2 * run).min(n));
            let (mut left, mut right) = (from, middle);
            for place in &mut spare[from..end] {
                let takes_left = right == end || (left < middle && values[left] < values[right]);
                if takes_left {
                    *place = values[left];
                    left += 1;
                } else {
                    // All that is left of the first run is not below it.
                    count += (middle - left) as u64;
                    *place = values[right];
                    right += 1;
                }
            }
        }
        std::mem::swap(&mut values, &mut spare);
        run *= 2;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::order;

    /// Numbers without an order; many of them equal where `kinds` is small.
    fn made_up(n: u64, kinds: u64) -> Vec<f64> {
        let next = |seed: u64| seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let all = std::iter::successors(Some(next(n + kinds)), |seed| Some(next(*seed)));
        all.take(n as usize)
            .map(|seed| ((seed >> 33) % kinds) as f64 * 0.37 - 11.0)
            .collect()
    }

    fn pairs(values: &[f64]) -> impl Iterator<Item = ((usize, f64), (usize, f64))> {
        let numbered: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
        let first = numbered.clone().into_iter();
        first.flat_map(move |one| {
            let later: Vec<_> = numbered[one.0 + 1..].to_vec();
            later.into_iter().map(move |other| (one, other))
        })
    }

    #[test]
    fn the_median_difference_is_that_of_all_differences() {
        for (n, m, kinds) in [
            (1, 1, 5),
            (2, 1, 5),
            (7, 4, 3),
            (40, 31, 7),
            (90, 77, 1 << 30),
        ] {
            let (a, b) = (made_up(n, kinds), made_up(m, kinds + 1));
            let all: Vec<f64> = a
                .iter()
                .flat_map(|x| b.iter().map(move |y| x - y))
                .collect();
            let (wanted, got) = (order::median(&all), median_difference(&a, &b));
            assert_eq!(
                got.map(f64::to_bits),
                wanted.map(f64::to_bits),
                "{n} {m} {kinds}"
            );
        }
        assert_eq!(median_difference(&[], &[1.0]), None);
        assert_eq!(median_difference(&[1.0, f64::NAN], &[1.0]), None);
        let far = [f64::MAX, f64::MAX];
        assert_eq!(median_difference(&far, &[f64::MIN]), Some(f64::INFINITY));
    }

    #[test]
    fn the_median_slope_is_that_of_all_slopes() {
        for (n, kinds) in [
            (2, 9),
            (3, 9),
            (50, 3),
            (51, 1 << 20),
            (200, 1),
            (201, 1 << 30),
        ] {
            let values = made_up(n, kinds);
            let slopes = pairs(&values).map(|((i, y), (j, z))| (z - y) / (j - i) as f64);
            let wanted = order::median(&slopes.collect::<Vec<_>>()).expect("some");
            let got = median_slope(&values).expect("one");
            let scale = values
                .iter()
                .fold(0.0_f64, |most, value| most.max(value.abs()));
            assert!(
                (got - wanted).abs() <= 1e-14 * scale,
                "{n} {kinds}: {got} {wanted}"
            );
        }
        assert_eq!(median_slope(&[1.0]), None);
        assert_eq!(median_slope(&[]), None);
        assert_eq!(median_slope(&[1.0, f64::INFINITY]), None);
    }

    #[test]
    fn rises_and_falls_are_counted_with_ties_apart() {
        for (n, kinds) in [(0, 1), (1, 1), (9, 2), (64, 5), (100, 1 << 30)] {
            let values = made_up(n, kinds);
            let sign = |((_, y), (_, z)): ((usize, f64), (usize, f64))| {
                i64::from(z > y) - i64::from(z < y)
            };
            let wanted: i64 = pairs(&values).map(sign).sum();
            assert_eq!(rises_less_falls(&values), wanted, "{n} {kinds}");
        }
    }

    #[test]
    fn a_hundred_thousand_launches_take_no_more_room_than_they_are() {
        // All pairs of these would be 40 GB.
        let n = 100_000_u32;
        let rising: Vec<f64> = (0..n).map(|i| 1e6 + 0.5 * f64::from(i)).collect();
        let slope = median_slope(&rising[..20_000]).expect("one");
        assert!((slope - 0.5).abs() < 1e-9, "{slope}");
        let moved: Vec<f64> = rising.iter().map(|value| value + 7.0).collect();
        assert_eq!(median_difference(&moved, &rising), Some(7.0));
        let pairs = i64::from(n) * i64::from(n - 1) / 2;
        assert_eq!(rises_less_falls(&rising), pairs);
    }
}
