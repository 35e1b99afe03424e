//! Two sides in adjacent quads: A B B A, and B A A B in turn.
//!
//! Two launches back to back correlate by 0.7 to 0.8 on a shared machine, two that are a block
//! apart by 0.05. So the ratio of neighbours knows more than that of two medians; and what moves
//! steadily during a quad moves both sides alike.

use super::bootstrap::{Interval, MIN_LAUNCHES, TAIL, TAIL_99, median_intervals};
use super::order::median;
use super::paired::{RatioEstimate, RatioIntervals};

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
    pub fn log_ratio(&self) -> f64 {
        let [a, b, c, d] = self.values;
        f64::midpoint((b / a).ln(), (c / d).ln())
    }
}

/// `B / A` with its intervals. `None` of no quads, or if a value is not finite and positive; no
/// intervals with under [`MIN_LAUNCHES`] quads of an order.
///
/// What the place in a quad does to a launch is in quads of either order with opposite signs. So the
/// value is the mean of two medians, those of the log ratios of either order. The median of all quads
/// would have twice what the place does in its spread, and averages of two quads would lose what a
/// median does for outliers. Where all are of one order it is their median.
pub fn quad_ratio(quads: &[Quad], seed: u64) -> Option<RatioEstimate> {
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    if !quads.iter().flat_map(|quad| &quad.values).all(positive) {
        return None;
    }
    let of = |turned: bool| -> Vec<f64> {
        let own = quads.iter().filter(|quad| quad.turned == turned);
        own.map(Quad::log_ratio).collect()
    };
    let orders: Vec<Center> = [of(false), of(true)]
        .into_iter()
        .filter_map(|logs| Center::new(&logs, seed))
        .collect();
    if orders.is_empty() {
        return None;
    }
    let value = orders.iter().map(|order| order.median).sum::<f64>() / orders.len() as f64;
    let [ci, ci90, ci99] = [0, 1, 2].map(|level| {
        let ends = of_mean(&orders, level, value)?;
        Some(ends.map(f64::exp))
    });
    Some(RatioEstimate {
        value: value.exp(),
        intervals: ci.zip(ci90).map(|(ci, ci90)| RatioIntervals { ci, ci90 }),
        ci99,
    })
}

/// The median of the quads of one order, with its intervals at 95%, 90% and 99%.
struct Center {
    median: f64,
    intervals: [Option<Interval>; 3],
}

impl Center {
    /// `None` of no quads.
    fn new(logs: &[f64], seed: u64) -> Option<Self> {
        let [ci, ci90, ci99] = median_intervals(logs, [TAIL, 2.0 * TAIL, TAIL_99], seed);
        // Of 6 and 7 quads of an order no interval covers 99%. The whole ranges of both orders do
        // together, in 98.9 to 99.7 of 100 simulated replays.
        let ci99 = ci99.or_else(|| (logs.len() >= MIN_LAUNCHES).then(|| range(logs)));
        Some(Self {
            median: median(logs)?,
            intervals: [ci, ci90, ci99],
        })
    }
}

fn range(values: &[f64]) -> Interval {
    let widen = |[low, high]: Interval, value: &f64| [low.min(*value), high.max(*value)];
    values
        .iter()
        .fold([f64::INFINITY, f64::NEG_INFINITY], widen)
}

/// The interval of the mean of independent medians from their own: the distances of the ends from
/// the medians add up by their squares (Zou and Donner, "Construction of confidence limits about
/// effect measures: a general approach", Statistics in Medicine 27, 2008).
///
/// So few quads of an order have the interval of order statistics, which a bootstrap would be
/// narrower than.
fn of_mean(orders: &[Center], level: usize, value: f64) -> Option<Interval> {
    let mut squares = [0.0, 0.0];
    for order in orders {
        let ends = order.intervals[level]?;
        for (sum, end) in squares.iter_mut().zip(ends) {
            *sum += (end - order.median).powi(2);
        }
    }
    let [below, above] = squares.map(|sum: f64| sum.sqrt() / orders.len() as f64);
    Some([value - below, value + above])
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
    fn the_ends_of_both_orders_add_up_by_their_squares() {
        // One order varies and the other does not; 1, 2, ... 11 hundredths, their median is 6.
        let of = |log: f64| [1.0, log.exp(), log.exp(), 1.0];
        let quads: Vec<Quad> = (1..=11)
            .flat_map(|n| [quad(of(0.01 * f64::from(n)), false), quad(of(0.02), true)])
            .collect();
        let got = quad_ratio(&quads, 1).expect("a ratio");
        assert!((got.value.ln() - 0.04).abs() < 1e-12, "{got:?}");
        let logs: Vec<f64> = (1..=11).map(|n| 0.01 * f64::from(n)).collect();
        let [low, high] = super::super::order_interval(&logs, 0.95).expect("an interval");
        let ci = got.intervals.expect("an interval").ci.map(f64::ln);
        assert!((ci[0] - f64::midpoint(low, 0.02)).abs() < 1e-12, "{ci:?}");
        assert!((ci[1] - f64::midpoint(high, 0.02)).abs() < 1e-12, "{ci:?}");
    }

    #[test]
    fn seven_quads_of_an_order_have_an_interval_at_99_percent_too() {
        let of = |n: u32, turned| quad([1.0, 1.0 + 0.01 * f64::from(n), 1.0, 1.0], turned);
        let quads: Vec<Quad> = (0..7).flat_map(|n| [of(n, false), of(n, true)]).collect();
        let got = quad_ratio(&quads, 1).expect("a ratio");
        let (ci, ci99) = (got.intervals.expect("95%").ci, got.ci99.expect("99%"));
        assert!(ci99[0] < ci[0] && ci[1] < ci99[1], "{ci:?} {ci99:?}");
        assert_eq!(quad_ratio(&quads[..11], 1).expect("a ratio").ci99, None);
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
