//! Quantiles of what many launches saw together, such as the latencies of requests.
//!
//! The median of the launches' own 99% quantiles is not the 99% quantile of what a user sees: a
//! stall fills the tail of one launch, and the median throws that launch away. So the counts of all
//! launches are pooled. What is resampled is launches: requests of one launch share its stalls.

use super::bootstrap::{Interval, MIN_LAUNCHES, RESAMPLES, ends};
use super::seed::Draw;
use super::series::erfc;
use super::stretch::{draw_places, stretch};
use super::student::{Z95, student};

/// What one launch saw: values in ascending order, and how often each.
pub type Counts = Vec<(u64, u64)>;

/// Launches whose counts are taken together.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Of each launch its values in ascending order, each with how much was not above it.
    launches: Vec<Vec<(u64, u32)>>,
}

impl Pool {
    /// That of some launches, in the order taken.
    pub fn new<'a>(launches: impl IntoIterator<Item = &'a Counts>) -> Self {
        let summed = |counts: &Counts| {
            let mut sum = 0_u32;
            let each = counts.iter().map(|(value, count)| {
                // No launch makes so many requests that it would be cut.
                sum = sum.saturating_add(u32::try_from(*count).unwrap_or(u32::MAX));
                (*value, sum)
            });
            each.collect()
        };
        let launches = launches.into_iter().map(summed).collect();
        Self { launches }
    }

    /// How many launches there are.
    pub fn len(&self) -> usize {
        self.launches.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.launches.is_empty()
    }

    /// How much they saw together.
    pub fn count(&self) -> u64 {
        let totals = self.launches.iter().map(|launch| total(launch));
        totals.map(u64::from).sum()
    }

    /// What they saw, launch by launch: values, and how often each.
    pub(super) fn counts(&self) -> impl Iterator<Item = (u64, u32)> {
        self.launches.iter().flat_map(|launch| {
            let before = std::iter::once(0).chain(launch.iter().map(|(_, sum)| *sum));
            let each = launch.iter().zip(before);
            each.map(|((value, sum), before)| (*value, sum - before))
        })
    }

    /// The least value that a share `p` of all does not exceed. `None` of no launches, or where
    /// one of them saw nothing.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        Quantile::new(self, p)?.whole()
    }

    /// Its 95% percentile bootstrap interval, resampling launches, or stretches of them where
    /// their own quantiles depend on each other; `None` under [`MIN_LAUNCHES`].
    pub fn interval(&self, p: f64, seed: u64) -> Option<Interval> {
        let n = self.len();
        if n < MIN_LAUNCHES {
            return None;
        }
        let mut quantile = Quantile::new(self, p)?;
        let value = quantile.whole()?;
        let length = stretch(&quantile.own);
        let mut draw = Draw::new(seed);
        let mut times = vec![0; n];
        let mut quantiles = Vec::with_capacity(RESAMPLES);
        for _ in 0..RESAMPLES {
            times.fill(0);
            draw_places(&mut draw, n, length, |launch| times[launch] += 1);
            quantiles.push(quantile.of(&times));
        }
        let [low, high] = ends(&quantiles, expanded(Z95, n))?;
        Some([low.min(value), high.max(value)])
    }
}

/// One quantile of a pool, and of any resample of its launches.
///
/// That of a resample lies between the least and the greatest of the launches' own, so no value
/// outside is looked at. Of those between, the one is found by halving, and how much of each
/// launch is not above a value is counted once.
pub(super) struct Quantile<'a> {
    p: f64,
    /// Of each launch by itself.
    pub(super) own: Vec<f64>,
    /// How much each launch saw.
    totals: Vec<u32>,
    /// Those that it can be, in ascending order.
    values: Vec<u64>,
    /// Of each launch what it saw of these, behind what is below all of them.
    launches: Vec<(u32, &'a [(u64, u32)])>,
    /// For each value, once it was asked for, how much of each launch is not above it.
    below: Vec<Option<Box<[u32]>>>,
}

impl<'a> Quantile<'a> {
    /// `None` of no launches, or where one of them saw nothing.
    pub(super) fn new(pool: &'a Pool, p: f64) -> Option<Self> {
        let own = |launch: &Vec<(u64, u32)>| {
            let wanted = wanted(u64::from(total(launch)), p);
            let place = launch.partition_point(|(_, below)| u64::from(*below) < wanted);
            launch.get(place).map(|(value, _)| *value)
        };
        let own: Vec<u64> = pool.launches.iter().map(own).collect::<Option<_>>()?;
        let (least, greatest) = (*own.iter().min()?, *own.iter().max()?);
        let between = |launch: &'a Vec<(u64, u32)>| {
            let from = launch.partition_point(|(value, _)| *value < least);
            let until = launch.partition_point(|(value, _)| *value <= greatest);
            (total(&launch[..from]), &launch[from..until])
        };
        let launches: Vec<(u32, &[(u64, u32)])> = pool.launches.iter().map(between).collect();
        let each = launches.iter().flat_map(|(_, seen)| *seen);
        let mut values: Vec<u64> = each.map(|(value, _)| *value).collect();
        values.sort_unstable();
        values.dedup();
        Some(Self {
            p,
            own: own.into_iter().map(|value| value as f64).collect(),
            totals: pool.launches.iter().map(|launch| total(launch)).collect(),
            below: vec![None; values.len()],
            values,
            launches,
        })
    }

    /// Of all launches, each once.
    pub(super) fn whole(&mut self) -> Option<f64> {
        let value = self.of(&vec![1; self.launches.len()]);
        value.is_finite().then_some(value)
    }

    /// Of a resample in which each launch is there so many times.
    pub(super) fn of(&mut self, times: &[u16]) -> f64 {
        let wanted = wanted(weighted(times, &self.totals), self.p);
        // The greatest is never exceeded by too much.
        let (mut low, mut high) = (0, self.values.len() - 1);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.below(times, middle) >= wanted {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        self.values[low] as f64
    }

    /// How much of a resample is not above the value at a place.
    fn below(&mut self, times: &[u16], place: usize) -> u64 {
        let (value, launches) = (self.values[place], &self.launches);
        let of_launch = |(before, seen): &(u32, &[(u64, u32)])| {
            let after = seen.partition_point(|(other, _)| *other <= value);
            after.checked_sub(1).map_or(*before, |last| seen[last].1)
        };
        let counted = || launches.iter().map(of_launch).collect();
        weighted(times, self.below[place].get_or_insert_with(counted))
    }
}

/// What a percentile interval that is to be normal's `z` wide leaves out at either end, of `n`
/// launches.
///
/// The percentile interval of few launches is too narrow: a resample varies by sqrt((n - 1) / n) less
/// than a sample does, and the tail of their mean is that of a t distribution. So its ends are
/// taken further out (Hesterberg, "What Teachers Should Know About the Bootstrap", The American
/// Statistician 69, 2015, section 5.2).
pub(super) fn expanded(z: f64, n: usize) -> f64 {
    let (n, free) = (n as f64, n as f64 - 1.0);
    erfc(student(z, free) * (n / free).sqrt() / std::f64::consts::SQRT_2) / 2.0
}

/// How much a launch saw.
fn total(launch: &[(u64, u32)]) -> u32 {
    launch.last().map_or(0, |(_, sum)| *sum)
}

/// The rank, from 1, of the value that a share `p` of so much does not exceed.
fn wanted(total: u64, p: f64) -> u64 {
    ((total as f64 * p.clamp(0.0, 1.0)).ceil() as u64).max(1)
}

fn weighted(times: &[u16], of: &[u32]) -> u64 {
    let each = times.iter().zip(of);
    each.map(|(times, of)| u64::from(*times) * u64::from(*of))
        .sum()
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
    fn it_is_the_quantile_of_all_values_in_one_heap() {
        let mut draw = Draw::new(3);
        for p in [0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let mut launches: Vec<Counts> = Vec::new();
            for launch in 0..9 {
                let mut counts = [0_u64; 60];
                draw.indexes(200, 40, |value| counts[value + launch] += 1);
                let seen = (0..60).zip(counts).filter(|(_, count)| *count > 0);
                launches.push(seen.collect());
            }
            let each = launches.iter().flatten();
            let mut heap: Vec<u64> = each
                .flat_map(|(value, count)| vec![*value; *count as usize])
                .collect();
            heap.sort_unstable();
            let rank = ((heap.len() as f64 * p).ceil() as usize).max(1);
            let found = Pool::new(&launches).quantile(p);
            assert_eq!(found, Some(heap[rank - 1] as f64), "{p}");
        }
    }

    #[test]
    fn of_nothing_there_is_no_quantile() {
        assert_eq!(Pool::new([]).quantile(0.5), None);
        assert_eq!(Pool::new([&Vec::new(); 8]).interval(0.5, 1), None);
        let few: Counts = vec![(1, 1)];
        assert_eq!(Pool::new([&few, &Vec::new()]).quantile(0.5), None);
        assert_eq!(Pool::new([&few; 5]).interval(0.5, 1), None);
    }
}
