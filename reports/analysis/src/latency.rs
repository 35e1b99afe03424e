//! Rows of latency: their quantile is that of the requests of all launches together, from the
//! histograms that the launches kept.

use labrun_record::{Histogram, Metric, Outcome, Row, Run, Sample};

use crate::Interval;
use crate::stats::{Counts, Pool, RatioEstimate, pooled_ratio_apart, shared_pooled_ratio};

/// The param of rows that differ in their percentile alone.
const PERCENTILE: &str = "percentile";

/// The first version of the method whose launches keep their histograms.
const SINCE_METHOD: u32 = 3;

/// What a row's launches saw.
pub(crate) struct Latency {
    /// Which quantile it is: its name (`p99`), and as a share.
    percentile: String,
    share: f64,
    /// Of each launch whose histogram can be read: its block, and what it saw.
    launches: Vec<(u32, Counts)>,
    /// Why the first launch whose histogram cannot be read has none, and of how many.
    unread: Option<(String, usize)>,
}

/// The share of requests that a percentile (`p50`, `p99`, `p999`) does not leave out.
pub fn share_of(percentile: &str) -> Option<f64> {
    let digits = percentile.strip_prefix('p')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| format!("0.{digits}").parse().ok())?
}

/// Whether no other row of the run has a lesser percentile of the same requests.
pub(crate) fn is_least(run: &Run, row: &Row) -> bool {
    let own = |row: &Row| row.params.get(PERCENTILE).and_then(|name| share_of(name));
    let same = |other: &Row| {
        let others = |(name, _): &(&String, &String)| *name != PERCENTILE;
        other.isolation == row.isolation
            && other.workload == row.workload
            && other.target == row.target
            && other.arch == row.arch
            && other
                .params
                .iter()
                .filter(others)
                .eq(row.params.iter().filter(others))
    };
    let mut of_latency = run.rows.iter().filter(|other| other.metric == row.metric);
    !of_latency.any(|other| same(other) && own(other) < own(row))
}

/// Requests without which there is no such quantile.
fn least_requests(share: f64) -> u64 {
    match share {
        share if share >= 0.999 => 10_000,
        share if share >= 0.99 => 1_000,
        share if share >= 0.95 => 100,
        _ => 1,
    }
}

impl Latency {
    /// Of a row of latency; `None` of any other, and where the run is older than the histograms.
    /// The value of those is the median of what their launches gave.
    pub(crate) fn of(run: &Run, row: &Row, lines: &[&Sample]) -> Option<Self> {
        if row.metric != Metric::Latency || run.method_version < SINCE_METHOD {
            return None;
        }
        let percentile = row.params.get(PERCENTILE)?;
        let share = share_of(percentile)?;
        let measured = |line: &&&Sample| line.outcome == Outcome::Measured && line.value.is_some();
        let (mut launches, mut unread) = (Vec::new(), None);
        for line in lines.iter().filter(measured) {
            let why = match line.histogram.as_ref().map(Histogram::counts) {
                Some(Ok(counts)) if !counts.is_empty() => {
                    launches.push((line.block, counts));
                    continue;
                }
                Some(Ok(_)) => "nothing is in it".to_owned(),
                Some(Err(error)) => error.to_string(),
                None => "there is none".to_owned(),
            };
            unread.get_or_insert((why, 0)).1 += 1;
        }
        Some(Self {
            percentile: percentile.clone(),
            share,
            launches,
            unread,
        })
    }

    /// How many launches can be read.
    pub(crate) fn n(&self) -> usize {
        self.launches.len()
    }

    /// All that they saw.
    fn pool(&self) -> Pool {
        Pool::new(self.launches.iter().map(|(_, counts)| counts))
    }

    /// How many requests they saw, the quantile, and its interval; or why there is none.
    pub(crate) fn pooled(&self, seed: u64) -> Result<(u64, f64, Option<Interval>), String> {
        let pool = self.pool();
        let (requests, least) = (pool.count(), least_requests(self.share));
        let quantile = pool.quantile(self.share).filter(|_| requests >= least);
        let quantile = quantile.ok_or_else(|| {
            let name = &self.percentile;
            format!("{requests} requests in all launches together; {name} needs {least}")
        })?;
        let interval = || pool.interval(self.share, seed);
        let interval = self.unread.is_none().then(interval).flatten();
        Ok((requests, quantile, interval))
    }

    /// How large a share of all that they saw was so much or more.
    pub(crate) fn tail(&self) -> Vec<[f64; 2]> {
        self.pool().tail()
    }

    /// What is wrong with histograms, if something is.
    pub(crate) fn unread(&self) -> Option<String> {
        let (why, count) = self.unread.as_ref()?;
        let all = self.n() + count;
        Some(format!(
            "{count} of {all} launches have no histogram that can be read ({why})"
        ))
    }

    /// The ratio of its quantile to another row's, over the blocks that both have where they
    /// `share` a run. It has no intervals where a launch of either cannot be read.
    pub(crate) fn ratio_to(&self, base: &Self, share: bool, seed: u64) -> Option<RatioEstimate> {
        let mut ratio = if share {
            shared_pooled_ratio(&self.launches, &base.launches, self.share, seed)
        } else {
            pooled_ratio_apart(&self.pool(), &base.pool(), self.share, seed)
        }?;
        if self.unread.is_some() || base.unread.is_some() {
            (ratio.intervals, ratio.ci99) = (None, None);
        }
        Some(ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_share() {
        for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("p90", 0.9)] {
            assert_eq!(share_of(name), Some(share), "{name}");
        }
        for name in ["", "p", "99", "p-9", "p9.9", "median"] {
            assert_eq!(share_of(name), None, "{name}");
        }
        let least = ["p50", "p95", "p99", "p999"].map(|name| share_of(name).map(least_requests));
        assert_eq!(least, [1, 100, 1_000, 10_000].map(Some));
    }
}
