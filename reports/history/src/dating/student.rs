//! How rarely two means are as far apart by chance: Student's t, two-sided, of pooled variance.

use crate::student::two_sided;

/// Mean and variance of some values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) count: f64,
    pub(super) mean: f64,
    /// The mean of the squares of the distances from the mean.
    pub(super) variance: f64,
}

impl Moments {
    /// Of no values all are NaN.
    pub(super) fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        Self {
            count,
            mean,
            variance: squares.sum::<f64>() / count,
        }
    }
}

/// How rarely by chance; 1 of fewer than three values together. `is_sample`: whether the variance is
/// taken from so many values less one, as it is unbiased, or from as many.
pub(super) fn rarity(left: Moments, right: Moments, is_sample: bool) -> f64 {
    let free = left.count + right.count - 2.0;
    if free.is_nan() || free < 1.0 {
        return 1.0;
    }
    let squares = |of: Moments| of.variance * if is_sample { of.count } else { of.count - 1.0 };
    let pooled = (squares(left) + squares(right)) / free;
    let error = (pooled * (1.0 / left.count + 1.0 / right.count)).sqrt();
    let apart = (left.mean - right.mean).abs();
    // What rounding leaves is no distance.
    if apart <= 1e-12 * left.mean.abs().max(right.mean.abs()) {
        return 1.0;
    }
    two_sided(apart / error, free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_vary_is_either_the_same_or_not() {
        let of = |values: &[f64]| Moments::of(values);
        let same = rarity(of(&[3.0; 4]), of(&[3.0; 5]), true);
        assert!((same - 1.0).abs() < 1e-12);
        let other = rarity(of(&[3.0; 4]), of(&[4.0; 5]), true);
        assert!(other.abs() < 1e-12, "{other}");
        assert!((rarity(of(&[1.0]), of(&[2.0]), true) - 1.0).abs() < 1e-12);
        assert!((rarity(of(&[]), of(&[2.0, 3.0]), true) - 1.0).abs() < 1e-12);
    }
}
