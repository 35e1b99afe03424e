//! Two sides in adjacent quads: A B B A, and B A A B in turn.
//!
//! Two launches back to back correlate by 0.7 to 0.8 on a shared machine, two that are a block
//! apart by 0.05. So the ratio of neighbours knows more than that of two medians; and what moves
//! steadily during a quad moves both sides alike.

use super::bootstrap::{TAIL, median_interval_at};
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
    fn log_ratio(&self) -> f64 {
        let [a, b, c, d] = self.values;
        f64::midpoint((b / a).ln(), (c / d).ln())
    }
}

/// `B / A` by the median of mean log ratios, with its intervals, what is averaged (or stretches of it,
/// where neighbours depend on each other) being what is resampled. `None` of no quads, or if a value
/// is not finite and positive.
///
/// What the place in a quad does to a launch is in quads of either order with opposite signs. So one
/// of each order is averaged, in the order taken. Where all are of one order each is by itself.
pub fn quad_ratio(quads: &[Quad], seed: u64) -> Option<RatioEstimate> {
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    if !quads.iter().flat_map(|quad| &quad.values).all(positive) {
        return None;
    }
    let logs = turned_around(quads);
    let of = |tail| median_interval_at(&logs, tail, seed).map(|ends| ends.map(f64::exp));
    Some(RatioEstimate {
        value: median(&logs)?.exp(),
        intervals: of(TAIL)
            .zip(of(2.0 * TAIL))
            .map(|(ci, ci90)| RatioIntervals { ci, ci90 }),
    })
}

/// Log ratios in which no place counts for one side.
fn turned_around(quads: &[Quad]) -> Vec<f64> {
    let of = |turned: bool| {
        let own = quads.iter().filter(move |quad| quad.turned == turned);
        own.map(Quad::log_ratio)
    };
    let (plain, turned) = (of(false), of(true));
    if plain.clone().next().is_none() || turned.clone().next().is_none() {
        return plain.chain(turned).collect();
    }
    plain
        .zip(turned)
        .map(|(a, b)| f64::midpoint(a, b))
        .collect()
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
