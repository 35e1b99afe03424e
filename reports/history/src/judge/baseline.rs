//! What the last nights of a series make usual: their median, and how far they lie apart.

use labrun_analysis::stats::median;

/// The standard deviation of a normal distribution, as a multiple of its median absolute deviation.
const NORMAL: f64 = 1.482_602_218_505_602;

/// What the median absolute deviation of few normal values falls short by (Croux & Rousseeuw,
/// "Time-Efficient Algorithms for Two Highly Robust Estimators of Scale", Computational Statistics
/// 1, 1992), of 2 to 9 values.
const FEW: [f64; 8] = [1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107];

/// The last nights of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Baseline {
    /// Their median.
    pub(super) middle: f64,
    /// The standard deviation of one night, by the nights of this series alone.
    pub(super) own: f64,
    /// How many.
    pub(super) nights: usize,
}

impl Baseline {
    /// Of the nights that have a value; `None` of none.
    pub(super) fn of(line: &[f64]) -> Option<Self> {
        let values: Vec<f64> = line.iter().copied().filter(|v| !v.is_nan()).collect();
        let middle = median(&values)?;
        Some(Self {
            middle,
            own: mad(&values, middle),
            nights: values.len(),
        })
    }

    /// How far a value lies from the median, in standard deviations of such a distance.
    pub(super) fn away(&self, value: f64, scale: f64) -> f64 {
        (value - self.middle) / (scale * self.unsure())
    }

    /// The median of so many nights is not known exactly itself.
    fn unsure(&self) -> f64 {
        (1.0 + std::f64::consts::FRAC_PI_2 / self.nights as f64).sqrt()
    }

    /// So many standard deviations are as rare as `sigmas` are where the spread is known, which that of
    /// few nights is not. Fitted to simulated nights (`examples/nights.rs`).
    pub(super) fn limit(&self, sigmas: f64) -> f64 {
        sigmas * (1.0 + FEW_NIGHTS / self.nights as f64)
    }
}

/// By how much the limit of one night is wider, which falls with their number.
const FEW_NIGHTS: f64 = 2.0;

/// The standard deviation of values with this median, by their median absolute deviation; 0 of fewer
/// than two.
pub(super) fn mad(values: &[f64], middle: f64) -> f64 {
    let away: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let n = values.len();
    let few = match n {
        0 | 1 => return 0.0,
        2..=9 => FEW[n - 2],
        _ => n as f64 / (n as f64 - 0.8),
    };
    NORMAL * few * median(&away).unwrap_or(0.0)
}

/// Half of what the series itself says, half of what is usual among those of its metric: the spread of
/// a few nights is known to a third of itself at best. The geometric mean, so that neither a series
/// that happened to be still nor one that happened to be restless decides alone. Never under the
/// floor.
pub(super) fn half_pooled(own: f64, others: &[f64], floor: f64) -> f64 {
    let pooled = median(others).unwrap_or(own);
    (own.max(floor) * pooled.max(floor)).sqrt()
}
