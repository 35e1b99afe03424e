//! Two sides in adjacent quads: A B B A, and B A A B in turn.
//!
//! Two launches back to back correlate by 0.7 to 0.8 on a shared machine, two that are a block
//! apart by 0.05. So the ratio of neighbours knows more than that of two medians; and what moves
//! steadily during a quad moves both sides alike.

use super::bootstrap::{TAIL, median_interval_at};
use super::order::median;
use super::paired::{RatioEstimate, RatioIntervals};

/// Values of A, B, B, A; of a quad in which B comes first, of its own A, B, B, A.
pub type Quad = [f64; 4];

/// `B / A` by the median of the quads' mean log ratios, with its intervals, quads (or stretches of
/// them, where they depend on each other) being what is resampled. `None` of no quads, or if a
/// value is not finite and positive.
pub fn quad_ratio(quads: &[Quad], seed: u64) -> Option<RatioEstimate> {
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    if !quads.iter().flatten().all(positive) {
        return None;
    }
    let log = |[a, b, c, d]: &Quad| f64::midpoint((b / a).ln(), (c / d).ln());
    let logs: Vec<f64> = quads.iter().map(log).collect();
    let of = |tail| median_interval_at(&logs, tail, seed).map(|ends| ends.map(f64::exp));
    Some(RatioEstimate {
        value: median(&logs)?.exp(),
        intervals: of(TAIL)
            .zip(of(2.0 * TAIL))
            .map(|(ci, ci90)| RatioIntervals { ci, ci90 }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rises_steadily_is_no_difference() {
        let quads: Vec<Quad> = (0..8)
            .map(|n| [0.0, 1.0, 2.0, 3.0].map(|place| (0.01 * (f64::from(4 * n) + place)).exp()))
            .collect();
        let got = quad_ratio(&quads, 1).expect("a ratio");
        assert!((got.value - 1.0).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn it_is_b_over_a() {
        let got = quad_ratio(&[[2.0, 3.0, 3.0, 2.0]; 6], 1).expect("a ratio");
        assert!((got.value - 1.5).abs() < 1e-12);
        assert!(got.intervals.is_some());
        assert_eq!(quad_ratio(&[[2.0, 3.0, 3.0, 0.0]], 1), None);
        assert_eq!(quad_ratio(&[], 1), None);
    }
}
