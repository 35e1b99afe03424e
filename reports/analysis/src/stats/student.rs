//! Quantiles of the normal distribution and of Student's t.

/// What 95%, 90% and 99% of a normal distribution lie within, in standard deviations.
pub(super) const Z95: f64 = 1.959_964;
pub(super) const Z90: f64 = 1.644_854;
pub(super) const Z99: f64 = 2.575_829;

/// The quantile of Student's t with so many degrees of freedom at which the normal distribution has
/// `z`, by the expansion of Cornish and Fisher.
pub fn student(z: f64, free: f64) -> f64 {
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + first / free + second / (free * free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_the_tables() {
        for (free, t) in [(4.0, 2.776), (10.0, 2.228), (30.0, 2.042), (1e9, 1.960)] {
            let found = student(Z95, free);
            assert!((found / t - 1.0).abs() < 0.02, "{free}: {found}");
        }
    }
}
