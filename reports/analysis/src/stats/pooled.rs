//! Quantiles of what many launches saw together, such as the latencies of requests.
//!
//! The median of the launches' own 99% quantiles is not the 99% quantile of what a user sees: a
//! stall fills the tail of one launch, and the median throws that launch away. So the counts of all
//! launches are pooled. What is resampled is launches: requests of one launch share its stalls.

use super::bootstrap::{Interval, MIN_LAUNCHES, RESAMPLES, TAIL, ends};
use super::seed::Draw;
use super::stretch::draw_places;

/// What one launch saw: values, and how often each.
pub type Counts = Vec<(u64, u64)>;

/// The counts of several launches, by value.
#[derive(Debug, Clone)]
pub struct Pool {
    values: Vec<u64>,
    /// Of each launch the cells that it has, and how often.
    launches: Vec<Vec<(usize, u64)>>,
}

impl Pool {
    /// That of some launches, in the order taken.
    pub fn new<'a>(launches: impl IntoIterator<Item = &'a Counts>) -> Self {
        let launches: Vec<&Counts> = launches.into_iter().collect();
        let all = launches.iter().flat_map(|counts| counts.iter());
        let mut values: Vec<u64> = all.map(|(value, _)| *value).collect();
        values.sort_unstable();
        values.dedup();
        let cell = |(value, count): &(u64, u64)| {
            values.binary_search(value).ok().map(|cell| (cell, *count))
        };
        let launches = launches
            .iter()
            .map(|counts| counts.iter().filter_map(cell).collect())
            .collect();
        Self { values, launches }
    }

    /// How much they saw together.
    pub fn count(&self) -> u64 {
        self.launches.iter().flatten().map(|(_, count)| count).sum()
    }

    /// The least value that a share `p` of all does not exceed; `None` of nothing.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let mut cells = vec![0; self.values.len()];
        for (cell, count) in self.launches.iter().flatten() {
            cells[*cell] += count;
        }
        self.of_cells(&cells, p)
    }

    /// Its 95% percentile bootstrap interval, resampling launches; `None` under [`MIN_LAUNCHES`].
    pub fn interval(&self, p: f64, seed: u64) -> Option<Interval> {
        let n = self.launches.len();
        if n < MIN_LAUNCHES {
            return None;
        }
        let value = self.quantile(p)?;
        let mut draw = Draw::new(seed);
        let mut cells = vec![0; self.values.len()];
        let mut quantiles = Vec::with_capacity(RESAMPLES);
        for _ in 0..RESAMPLES {
            cells.fill(0);
            draw_places(&mut draw, n, 1, |launch| {
                for (cell, count) in &self.launches[launch] {
                    cells[*cell] += count;
                }
            });
            quantiles.extend(self.of_cells(&cells, p));
        }
        let [low, high] = ends(&quantiles, TAIL)?;
        Some([low.min(value), high.max(value)])
    }

    fn of_cells(&self, cells: &[u64], p: f64) -> Option<f64> {
        let total: u64 = cells.iter().sum();
        let wanted = ((total as f64 * p.clamp(0.0, 1.0)).ceil() as u64).max(1);
        let mut seen = 0;
        let found = cells.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        found.map(|cell| self.values[cell] as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_of_one_launch_is_in_the_tail_of_all() {
        let calm: Counts = vec![(100, 990), (120, 10)];
        let stalled: Counts = vec![(100, 800), (50_000, 200)];
        let pool = Pool::new([&calm, &calm, &calm, &stalled, &calm, &calm]);
        assert_eq!(pool.count(), 6_000);
        assert_eq!(pool.quantile(0.5), Some(100.0));
        assert_eq!(pool.quantile(0.99), Some(50_000.0));
        let [low, high] = pool.interval(0.99, 1).expect("an interval");
        assert!(low <= 120.0 && high >= 50_000.0, "{low} {high}");
    }

    #[test]
    fn of_nothing_there_is_no_quantile() {
        assert_eq!(Pool::new([]).quantile(0.5), None);
        assert_eq!(Pool::new([&Vec::new(); 8]).interval(0.5, 1), None);
        let few: Counts = vec![(1, 1)];
        assert_eq!(Pool::new([&few; 5]).interval(0.5, 1), None);
    }
}
