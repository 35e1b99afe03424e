//! The 95% interval of a median.
//!
//! Of few values it is the one of order statistics ([`order_interval`]). From 20 on it is the percentile interval (Efron & Tibshirani, "An Introduction to the
//! Bootstrap", 1993, chapter 13), and not the `BCa` one, on purpose: the acceleration of
//! `BCa` comes from the jackknife, which is inconsistent for the median (the same book,
//! section 11.6), because leaving out one launch moves a median between two or three
//! values only. The percentile interval of the median is close to the exact interval
//! from order statistics, it stays right when all values are scaled or logged, and its
//! ends are values that were seen.

use super::order::{quantile, sorted};
use super::seed::Draw;
use super::signs::order_interval;
use super::stretch::{draw_places, stretch};

/// The two ends of a 95% interval, lower first.
pub type Interval = [f64; 2];

/// Resamples of each bootstrap. The Monte Carlo error of the tail that an end stands
/// for is then sqrt(0.025 x 0.975 / 2000) = 0.35 percentage points.
pub const RESAMPLES: usize = 2_000;

/// Launches below which there is no 95% interval of a median: of five launches, even
/// the whole range covers the true median with probability 1 - 2 / 2^5 = 93.75% only;
/// of six it is 96.9%.
pub const MIN_LAUNCHES: usize = 6;

/// What a 95% interval leaves out at either end.
pub(super) const TAIL: f64 = 0.025;

/// What a 99% interval leaves out at either end.
pub(super) const TAIL_99: f64 = 0.005;

/// Launches from which on the interval is bootstrapped.
const BOOTSTRAPPED: usize = 20;

/// The 95% interval of the median of launches in the order taken: by order statistics under 20
/// launches, else by a percentile bootstrap that resamples launches, or stretches of them where
/// those in a stretch depend on each other ([`stretch`]). `None` under [`MIN_LAUNCHES`] launches,
/// or if a value is not finite.
pub fn median_interval(values: &[f64], seed: u64) -> Option<Interval> {
    let [ci] = median_intervals(values, [TAIL], seed);
    ci
}

/// The same at several levels, each of which leaves out one of `tails` at either end.
pub(super) fn median_intervals<const N: usize>(
    values: &[f64],
    tails: [f64; N],
    seed: u64,
) -> [Option<Interval>; N] {
    let n = values.len();
    if n < MIN_LAUNCHES || values.iter().any(|v| !v.is_finite()) {
        return [None; N];
    }
    let Ranked { ordered, rank_of } = Ranked::new(values);
    if n < BOOTSTRAPPED {
        return tails.map(|tail| order_interval(&ordered, 1.0 - 2.0 * tail));
    }
    let length = stretch(values);
    let mut draw = Draw::new(seed);
    let mut counts = vec![0_u16; n];
    let medians: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            counts.fill(0);
            if length == 1 {
                // By rank, so that the order of launches moves nothing.
                draw.indexes(n, n, |rank| counts[rank] += 1);
            } else {
                draw_places(&mut draw, n, length, |place| counts[rank_of[place]] += 1);
            }
            counted_median(&ordered, &counts, n)
        })
        .collect();
    tails.map(|tail| ends(&medians, tail))
}

/// Values in ascending order, and where each launch went.
pub(super) struct Ranked {
    pub(super) ordered: Vec<f64>,
    pub(super) rank_of: Vec<usize>,
}

impl Ranked {
    pub(super) fn new(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut rank_of = vec![0; values.len()];
        for (rank, &launch) in order.iter().enumerate() {
            rank_of[launch] = rank;
        }
        let ordered = order.iter().map(|&launch| values[launch]).collect();
        Self { ordered, rank_of }
    }
}

/// Relative half-width of the interval of the median: half the interval's length as a
/// share of the median. `None` where there is no interval, or the median is not above 0.
///
/// It is what a scheduler asks after each block. The interval is the one that the
/// report will show, given the same launches and the same seed.
pub fn half_width(values: &[f64], seed: u64) -> Option<f64> {
    let [low, high] = median_interval(values, seed)?;
    let median = super::median(values)?;
    (median > 0.0).then(|| (high - low) / 2.0 / median)
}

/// The median of a resample given how often each of the `ordered` values was drawn;
/// `total` is the sum of the counts and above 0.
pub(super) fn counted_median(ordered: &[f64], counts: &[u16], total: usize) -> f64 {
    let mut seen = 0;
    let mut rank = 0;
    let half = total.div_ceil(2);
    while seen < half {
        seen += usize::from(counts[rank]);
        rank += 1;
    }
    let lower = ordered[rank - 1];
    if total % 2 == 1 || seen > half {
        return lower;
    }
    while counts[rank] == 0 {
        rank += 1;
    }
    f64::midpoint(lower, ordered[rank])
}

/// The percentile interval of bootstrap replicates that leaves out `tail` at either end.
pub(super) fn ends(replicates: &[f64], tail: f64) -> Option<Interval> {
    let replicates = sorted(replicates);
    Some([
        quantile(&replicates, tail)?,
        quantile(&replicates, 1.0 - tail)?,
    ])
}
