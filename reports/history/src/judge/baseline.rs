//! What the last nights of a series make usual: their median, and how far they lie apart.

use labrun_analysis::stats::{median, student};

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
    /// So many of them say where the median is: those before are moved to the level that these have.
    level: usize,
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
            level: values.len(),
        })
    }

    /// The same, where only the last so many of the nights say where it is.
    pub(super) fn at_level(self, nights: usize) -> Self {
        Self {
            level: nights.min(self.nights),
            ..self
        }
    }

    /// How far a value lies from the median, in standard deviations of such a distance.
    pub(super) fn away(&self, value: f64, Scale { scale, .. }: Scale) -> f64 {
        (value - self.middle) / (scale * self.unsure())
    }

    /// The median of so many nights is not known exactly itself.
    fn unsure(&self) -> f64 {
        (1.0 + std::f64::consts::FRAC_PI_2 / self.level as f64).sqrt()
    }
}

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

/// The standard deviation of one night as it is judged by, in logs, and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Itself.
    pub(super) scale: f64,
    /// Of so many degrees of freedom.
    free: f64,
}

/// As many values tell as much by the mean of their squares as one by the median absolute deviation
/// (Rousseeuw & Croux, "Alternatives to the Median Absolute Deviation", Journal of the American
/// Statistical Association 88, 1993).
const EFFICIENCY: f64 = 0.3675;

/// The nights from which on a series has as much to say of its spread as the others of its metric.
const HALF: f64 = 30.0;

/// The nights up to which it has nothing to say of it.
const NONE: f64 = 8.0;

impl Scale {
    /// What the series itself says, pooled with what the `others` of its metric say, never under the
    /// floor: half and half of many nights, and of few all the others', since a spread of eight nights is
    /// known to two fifths of itself at best. The geometric mean, so that neither a series that
    /// happened to be still nor others that are restless decide alone.
    pub(super) fn pooled(own: &Baseline, others: &[f64], floor: f64) -> Self {
        let free = |values: f64| EFFICIENCY * values * (own.nights as f64 - 1.0).max(1.0);
        let Some(pool) = median(others) else {
            return Self {
                scale: own.own.max(floor),
                free: free(1.0),
            };
        };
        let share = 0.5 * ((own.nights as f64 - NONE) / (HALF - NONE)).clamp(0.0, 1.0);
        let both = share * own.own.max(floor).ln() + (1.0 - share) * pool.max(floor).ln();
        // The variances of the logs add up: half of one by its degrees of freedom each.
        let unsure = share.powi(2) / free(1.0) + (1.0 - share).powi(2) / free(others.len() as f64);
        Self {
            scale: both.exp(),
            free: unsure.recip(),
        }
    }

    /// As many of these standard deviations are as rare as `sigmas` are where the spread is known.
    pub(super) fn limit(&self, sigmas: f64) -> f64 {
        student(sigmas, self.free)
    }
}
