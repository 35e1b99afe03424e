//! What ratios of two runs have in common, and what each does by itself beside that.
//!
//! Two runs one after another differ by what the machine did between them, to all rows and to each. So
//! the log of a row's ratio is a sum: of what is common to all, of what the row does by itself from
//! run to run, and of the error that its launches leave. Only the last is in the row's own interval.

use super::bootstrap::Interval;
use super::order::{median, sorted};
use super::paired::{RatioEstimate, RatioIntervals};
use super::signs::order_interval;
use super::spread::{excess_spread, reach};
use super::student::{Z90, Z95, Z99};

/// The log of a ratio with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRatio {
    /// The log.
    pub log: f64,
    /// Its standard error; 0 where nothing is known of it, so that all is put down to what ratios do
    /// by themselves.
    pub error: f64,
}

/// What ratios have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Common {
    /// The ratio that is common to all: the median.
    pub factor: f64,
    /// Its 95% interval, over the ratios.
    pub ci: Interval,
    /// The standard deviation of the logs of what each does by itself.
    pub spread: f64,
    /// Of how many.
    pub ratios: usize,
}

impl LogRatio {
    /// That of an estimate.
    pub fn of(ratio: &RatioEstimate) -> Self {
        Self {
            log: ratio.value.ln(),
            error: ratio.intervals.map_or(0.0, |both| half(both.ci) / Z95),
        }
    }
}

impl Common {
    /// That of some ratios; `None` of too few for an interval. It is the one of order statistics, so
    /// that ratios which are far off do not move its ends while they are few; those next to each
    /// other are not resampled together, though they are of a kind, since what a kind does by itself is
    /// in `spread`.
    pub fn of(ratios: &[LogRatio]) -> Option<Self> {
        let logs = sorted(&ratios.iter().map(|one| one.log).collect::<Vec<f64>>());
        let middle = median(&logs)?;
        let residuals = ratios.iter().map(|one| (one.log - middle, one.error));
        Some(Self {
            factor: middle.exp(),
            ci: order_interval(&logs, 0.95)?.map(f64::exp),
            spread: excess_spread(&residuals.collect::<Vec<_>>()),
            ratios: ratios.len(),
        })
    }

    /// Half of the interval of what one does by itself, in logs; `z` is 95% or 90% of a normal one.
    fn by_itself(&self, z: f64) -> f64 {
        self.spread * reach(z, self.ratios)
    }

    /// The ratio of one that these do not contain, with its interval: what it does by itself is in
    /// that. Several count as one, since what they do by themselves they do together.
    pub fn beside(&self, others: &[LogRatio]) -> Option<(f64, Interval)> {
        let of = |of: fn(&LogRatio) -> f64| median(&others.iter().map(of).collect::<Vec<f64>>());
        let (log, error) = (of(|one| one.log)?, of(|one| one.error)?);
        let half = (Z95 * error).hypot(self.by_itself(Z95));
        Some((log.exp(), [log - half, log + half].map(f64::exp)))
    }

    /// Whether it differs from a ratio with this interval by more than the margin beyond doubt.
    pub fn differs_from(&self, factor: f64, ci: Interval, margin: f64) -> bool {
        let apart = (self.factor / factor).ln().abs();
        apart - half(self.ci).hypot(half(ci)) > margin.ln_1p()
    }

    /// A ratio without a shift that is known as well as its interval `ci` says, and with what any of
    /// these does by itself in its own intervals.
    pub fn freed(&self, ratio: &RatioEstimate, factor: f64, ci: Interval) -> RatioEstimate {
        let value = ratio.value / factor;
        let wider = |[low, high]: Interval, z: f64| {
            let unsure = self.by_itself(z).hypot(half(ci) * z / Z95);
            let times = |end: f64| (end / ratio.value).ln().hypot(unsure).exp();
            [value / times(low), value * times(high)]
        };
        RatioEstimate {
            value,
            intervals: ratio.intervals.map(|both| RatioIntervals {
                ci: wider(both.ci, Z95),
                ci90: wider(both.ci90, Z90),
            }),
            ci99: ratio.ci99.map(|ci| wider(ci, Z99)),
        }
    }
}

/// Half of an interval, in logs.
fn half([low, high]: Interval) -> f64 {
    (high / low).ln() / 2.0
}
