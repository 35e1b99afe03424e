//! How wide the interval of a ratio is that quads of both orders give.

use labrun_analysis::stats::{median, order_interval, sorted};

/// Log ratios that came one by one, of quads of one order.
#[derive(Debug, Clone, Default)]
pub(super) struct Logs(Vec<f64>);

impl Logs {
    /// One more.
    pub(super) fn add(&mut self, log: f64) {
        self.0.push(log);
    }

    /// Half of the 95% interval of the mean of both orders' medians: that of the median of all, each
    /// less its own order's, by order statistics. `None` of too few.
    ///
    /// A standard deviation would follow single outliers, which a median does not: of a build against
    /// itself rows that had one among their first twelve quads looked hopeless, or bought hundreds.
    pub(super) fn half_width(orders: &[Self; 2]) -> Option<f64> {
        let around = |order: &Self| -> Vec<f64> {
            let middle = median(&order.0).unwrap_or_default();
            order.0.iter().map(|log| log - middle).collect()
        };
        let all: Vec<f64> = orders.iter().flat_map(around).collect();
        let [low, high] = order_interval(&sorted(&all), 0.95)?;
        Some((high - low) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(logs: &[f64]) -> [Logs; 2] {
        let mut orders = [Logs::default(), Logs::default()];
        for (place, log) in logs.iter().enumerate() {
            orders[place % 2].add(*log);
        }
        orders
    }

    #[test]
    fn what_the_order_does_is_no_spread() {
        let logs: Vec<f64> = (0..12).map(|n| [0.1, -0.1][n % 2]).collect();
        assert!(Logs::half_width(&orders(&logs)).is_some_and(|half| half < 1e-12));
    }

    #[test]
    fn it_is_half_of_the_interval_of_order_statistics_and_minds_no_outlier() {
        // Both orders are -3 to 3 hundredths.
        let mut logs: Vec<f64> = (0..14).map(|n| 0.01 * f64::from(n / 2 - 3)).collect();
        let [low, high] = order_interval(&sorted(&logs), 0.95).expect("an interval");
        let half = Logs::half_width(&orders(&logs)).expect("a width");
        assert!((half - (high - low) / 2.0).abs() < 1e-12, "{half}");
        logs[13] = 5.0;
        let beside = Logs::half_width(&orders(&logs)).expect("a width");
        assert!((half - beside).abs() < 1e-12, "{half} {beside}");
    }

    #[test]
    fn five_are_too_few() {
        assert_eq!(Logs::half_width(&orders(&[0.0; 5])), None);
    }
}
