//! How much values spread that come one by one, of quads of either order.

/// Mean and variance of values that come one by one (Welford, Technometrics 4(3), 1962).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    /// One more value.
    pub(super) fn add(&mut self, value: f64) {
        self.n += 1.0;
        let off = value - self.mean;
        self.mean += off / self.n;
        self.squares += off * (value - self.mean);
    }

    /// The standard deviation of quads of both orders, each around its own mean.
    pub(super) fn deviation(orders: &[Self; 2]) -> Option<f64> {
        let freedom: f64 = orders.iter().map(|order| (order.n - 1.0).max(0.0)).sum();
        let squares: f64 = orders.iter().map(|order| order.squares).sum();
        (freedom > 0.0).then(|| (squares / freedom).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_order_does_is_no_spread() {
        let mut orders = [Spread::default(); 2];
        for n in 0..10 {
            orders[n % 2].add(if n % 2 == 0 { 0.1 } else { -0.1 });
        }
        assert!(Spread::deviation(&orders).is_some_and(|deviation| deviation < 1e-12));
        assert_eq!(Spread::deviation(&[Spread::default(); 2]), None);
    }
}
