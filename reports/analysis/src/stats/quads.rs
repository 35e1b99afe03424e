//! Two sides in adjacent quads: A B B A, and B A A B in turn.
//!
//! Two launches back to back correlate by 0.7 to 0.8 on a shared machine, two that are a block
//! apart by 0.05. So the ratio of neighbours knows more than that of two medians; and what moves
//! steadily during a quad moves both sides alike.

use super::bootstrap::{
    Interval, MIN_LAUNCHES, RESAMPLES, Ranked, TAIL, counted_median, ends, median_interval_at,
};
use super::order::median;
use super::paired::{RatioEstimate, RatioIntervals};
use super::seed::Draw;
use super::stretch::{draw_places, stretch};

/// Four launches right after one another, two of each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quad {
    /// The first value of A, the two of B, the second of A, whichever side came first.
    pub values: [f64; 4],
    /// Whether B came first.
    pub turned: bool,
}

impl Quad {
    /// The mean of the logs of its two ratios B / A.
    fn log_ratio(&self) -> f64 {
        let [a, b, c, d] = self.values;
        f64::midpoint((b / a).ln(), (c / d).ln())
    }
}

/// `B / A` with its intervals, quads (or stretches of them, where they depend on each other) being
/// what is resampled. `None` of no quads, or if a value is not finite and positive.
///
/// What the place in a quad does to a launch is in quads of either order with opposite signs. So the
/// value is the mean of two medians, those of the log ratios of either order, and each order is
/// resampled by itself. The median of all quads would have twice what the place does in its spread,
/// and averages of two quads would lose what a median does for outliers. Where all are of one order
/// it is their median.
pub fn quad_ratio(quads: &[Quad], seed: u64) -> Option<RatioEstimate> {
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    if !quads.iter().flat_map(|quad| &quad.values).all(positive) {
        return None;
    }
    let of = |turned: bool| -> Vec<f64> {
        let own = quads.iter().filter(|quad| quad.turned == turned);
        own.map(Quad::log_ratio).collect()
    };
    let orders: Vec<Vec<f64>> = [of(false), of(true)]
        .into_iter()
        .filter(|logs| !logs.is_empty())
        .collect();
    let medians = orders.iter().filter_map(|logs| median(logs));
    let value = mean(medians)?;
    let ends = match &orders[..] {
        [one] => [TAIL, 2.0 * TAIL].map(|tail| median_interval_at(one, tail, seed)),
        _ => resampled(&orders, value, seed),
    };
    let [ci, ci90] = ends.map(|ends| ends.map(|ends| ends.map(f64::exp)));
    Some(RatioEstimate {
        value: value.exp(),
        intervals: ci.zip(ci90).map(|(ci, ci90)| RatioIntervals { ci, ci90 }),
    })
}

/// Percentile intervals of the mean of medians at 95% and 90%; `None` with under [`MIN_LAUNCHES`]
/// quads of an order.
fn resampled(orders: &[Vec<f64>], value: f64, seed: u64) -> [Option<Interval>; 2] {
    if orders.iter().any(|logs| logs.len() < MIN_LAUNCHES) {
        return [None; 2];
    }
    let mut draw = Draw::new(seed);
    let ranked: Vec<(Ranked, usize)> = orders
        .iter()
        .map(|logs| (Ranked::new(logs), stretch(logs)))
        .collect();
    let of_order = |(of, length): &(Ranked, usize), draw: &mut Draw| {
        let n = of.ordered.len();
        let mut times = vec![0_u16; n];
        draw_places(draw, n, *length, |place| times[of.rank_of[place]] += 1);
        counted_median(&of.ordered, &times, n)
    };
    let means: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| mean(ranked.iter().map(|order| of_order(order, &mut draw))))
        .collect();
    let widened = |[low, high]: Interval| [low.min(value), high.max(value)];
    [TAIL, 2.0 * TAIL].map(|tail| ends(&means, tail).map(widened))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quad(values: [f64; 4], turned: bool) -> Quad {
        Quad { values, turned }
    }

    #[test]
    fn what_the_place_does_is_in_neither_the_ratio_nor_its_interval() {
        // The first launch takes a tenth longer, whichever side it is of.
        let quads: Vec<Quad> = (0..20)
            .map(|n| match n % 2 {
                0 => quad([1.1, 2.0, 2.0, 1.0], false),
                _ => quad([1.0, 2.2, 2.0, 1.0], true),
            })
            .collect();
        let got = quad_ratio(&quads, 1).expect("a ratio");
        assert!((got.value - 2.0).abs() < 1e-12, "{got:?}");
        let [low, high] = got.intervals.expect("an interval").ci;
        assert!(high - low < 1e-9, "{low} {high}");
    }

    #[test]
    fn what_rises_steadily_is_no_difference() {
        let quads: Vec<Quad> = (0..8)
            .map(|n| Quad {
                values: [0.0, 1.0, 2.0, 3.0].map(|place| (0.01 * (f64::from(4 * n) + place)).exp()),
                turned: false,
            })
            .collect();
        let got = quad_ratio(&quads, 1).expect("a ratio");
        assert!((got.value - 1.0).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn it_is_b_over_a() {
        let got = quad_ratio(&[quad([2.0, 3.0, 3.0, 2.0], false); 6], 1).expect("a ratio");
        assert!((got.value - 1.5).abs() < 1e-12);
        assert!(got.intervals.is_some());
        assert_eq!(quad_ratio(&[quad([2.0, 3.0, 3.0, 0.0], true)], 1), None);
        assert_eq!(quad_ratio(&[], 1), None);
    }
}
