//! Whether launches fall into two groups: the dip test.
//!
//! The dip is the largest distance between the empirical distribution and the
//! unimodal distribution closest to it (Hartigan & Hartigan, "The Dip Test of
//! Unimodality", Annals of Statistics 13, 1985). It is chosen over the bimodality
//! coefficient because that one mistakes skew, which launch times always have, for
//! two modes.

use super::order::{median, sorted};

/// Launches below which modes are not judged.
pub const MIN_FOR_MODES: usize = 20;

/// The two groups of a row with two modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modes {
    /// Median of the lower group and of the upper, in the values' unit.
    pub at: [f64; 2],
    /// Share of the launches that is in the lower group.
    pub lower_share: f64,
}

/// The two groups of the launches, if they have two modes that matter: the dip is above
/// its 99% critical value ([`dip_critical`]), each group holds at least a tenth of the
/// launches, and the groups' medians are further apart than `share` of the median. The
/// groups are the two of least squared deviation (Fisher, "On Grouping for Maximum
/// Homogeneity", 1958). `None` under [`MIN_FOR_MODES`] launches.
pub fn two_modes(values: &[f64], share: f64) -> Option<Modes> {
    let n = values.len();
    if n < MIN_FOR_MODES || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let ordered = sorted(values);
    if dip(&ordered) <= dip_critical(n) {
        return None;
    }
    let (lower, upper) = ordered.split_at(split(&ordered));
    let at = [median(lower)?, median(upper)?];
    let small = lower.len().min(upper.len()) * 10 < n;
    let near = at[1] - at[0] <= share * median(&ordered)?.abs();
    (!small && !near).then(|| Modes {
        at,
        lower_share: lower.len() as f64 / n as f64,
    })
}

/// The 99% critical value of the dip of `n` launches from a uniform distribution, the
/// hardest of the unimodal ones; every other unimodal shape exceeds it more rarely.
/// `sqrt(n) x dip` depends on n only weakly: the constants are from 50,000 to 200,000
/// simulated sets each (`tests/reference/make.py critical`), interpolated over sqrt(n).
pub fn dip_critical(n: usize) -> f64 {
    let root = (n as f64).sqrt();
    let (mut before, mut at) = (CRITICAL[0], CRITICAL[0]);
    for point in CRITICAL {
        (before, at) = (at, point);
        if point.0 >= root {
            break;
        }
    }
    let span = at.0 - before.0;
    let along = if span > 0.0 {
        ((root - before.0) / span).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (before.1 + (at.1 - before.1) * along) / root
}

/// `sqrt(n)` and the 99% quantile of `sqrt(n) x dip` under the uniform distribution.
const CRITICAL: [(f64, f64); 6] = [
    (4.472, 0.538),
    (5.477, 0.554),
    (7.071, 0.573),
    (10.0, 0.589),
    (17.321, 0.606),
    (31.623, 0.619),
];

/// Where to cut ascending values so that the two parts have the least sum of squared
/// deviations from their means; from 1 to n - 1.
fn split(ordered: &[f64]) -> usize {
    let n = ordered.len();
    let total: f64 = ordered.iter().sum();
    let (mut lower, mut best, mut cut) = (0.0, f64::NEG_INFINITY, 1);
    for (i, value) in ordered[..n - 1].iter().enumerate() {
        lower += value;
        let size = (i + 1) as f64;
        let upper = total - lower;
        // least within is most between
        let between = lower * lower / size + upper * upper / (n as f64 - size);
        if between > best {
            (best, cut) = (between, i + 1);
        }
    }
    cut
}

/// The dip of values in ascending order, from 1 / 2n to 1 / 4; 0 of no values.
///
/// The steps are those of Hartigan, "Computation of the Dip Statistic" (algorithm AS
/// 217, Applied Statistics 34, 1985): between `low` and `high` take the greatest convex
/// minorant and the least concave majorant of the empirical distribution, find where
/// they are furthest apart, which bounds the modal interval anew, and keep the largest
/// distance from the distribution to either outside of it. Distances are counted in
/// launches, and halved and divided by n at the end.
pub fn dip(ordered: &[f64]) -> f64 {
    let n = ordered.len();
    if n == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0, n - 1);
    let mut dip: f64 = 1.0;
    while ordered[high] > ordered[low] {
        let minorant = hull(ordered, low, high, &Side::Minorant);
        let majorant = hull(ordered, low, high, &Side::Majorant);
        let (apart, modal) = widest(ordered, &minorant, &majorant);
        if apart < dip {
            break;
        }
        let left = deviation(ordered, &minorant, |p| p <= modal.0, &Side::Minorant);
        let right = deviation(ordered, &majorant, |p| p >= modal.1, &Side::Majorant);
        dip = dip.max(left).max(right);
        if modal == (low, high) {
            break;
        }
        (low, high) = modal;
    }
    dip / (2.0 * n as f64)
}

/// Which hull of the empirical distribution.
enum Side {
    /// Greatest convex minorant: under the feet of the steps.
    Minorant,
    /// Least concave majorant: over their tops.
    Majorant,
}

/// The corners of a hull from `low` to `high`, as indexes, ascending.
fn hull(x: &[f64], low: usize, high: usize, side: &Side) -> Vec<usize> {
    let mut corners: Vec<usize> = Vec::new();
    for point in low..=high {
        while let [.., before, last] = corners[..] {
            // cross-multiplied slopes of before-last and last-point
            let first = (last - before) as f64 * (x[point] - x[last]);
            let second = (point - last) as f64 * (x[last] - x[before]);
            let keeps = match side {
                Side::Minorant => first < second,
                Side::Majorant => first > second,
            };
            if keeps {
                break;
            }
            corners.pop();
        }
        corners.push(point);
    }
    corners
}

/// Height of a hull over `at`, in launches counted from index 0.
fn height(x: &[f64], corners: &[usize], at: usize) -> f64 {
    let next = corners.partition_point(|&c| c < at).max(1);
    let (a, b) = (corners[next - 1], corners[next.min(corners.len() - 1)]);
    if x[b] > x[a] {
        a as f64 + (b - a) as f64 * (x[at] - x[a]) / (x[b] - x[a])
    } else {
        at as f64
    }
}

/// The largest distance between the two hulls, and the corners that bound the modal
/// interval: the corner at which it is, and the other hull's corner next to it, on the
/// side where the minorant's comes first.
fn widest(x: &[f64], minorant: &[usize], majorant: &[usize]) -> (f64, (usize, usize)) {
    let ends = (minorant[0], majorant[majorant.len() - 1]);
    if minorant.len() == 2 && majorant.len() == 2 {
        return (1.0, ends);
    }
    let mut best = (0.0, ends);
    for &corner in minorant {
        let apart = height(x, majorant, corner) - corner as f64 + 1.0;
        let next = majorant.partition_point(|&c| c < corner);
        if apart > best.0 {
            best = (apart, (corner, majorant[next]));
        }
    }
    for &corner in majorant {
        let apart = corner as f64 - height(x, minorant, corner) + 1.0;
        let next = minorant.partition_point(|&c| c <= corner);
        if apart > best.0 {
            best = (apart, (minorant[next.max(1) - 1], corner));
        }
    }
    best
}

/// The largest distance from the steps to the hull, over the hull's edges whose two
/// corners are both within the part outside the modal interval; at least 1.
fn deviation(x: &[f64], corners: &[usize], outside: impl Fn(usize) -> bool, side: &Side) -> f64 {
    let mut largest: f64 = 1.0;
    for edge in corners
        .windows(2)
        .filter(|e| outside(e[0]) && outside(e[1]))
    {
        let (a, b) = (edge[0], edge[1]);
        if b - a < 2 || x[b] <= x[a] {
            continue;
        }
        let slope = (b - a) as f64 / (x[b] - x[a]);
        for point in a..=b {
            let line = (x[point] - x[a]) * slope;
            let step = (point - a) as f64;
            largest = largest.max(match side {
                Side::Minorant => step + 1.0 - line,
                Side::Majorant => line - step + 1.0,
            });
        }
    }
    largest
}
