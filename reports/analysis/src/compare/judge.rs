//! One row of both runs: its ratio, and what may be said of it.

use labrun_record::{Better, Metric, Row};

use super::{CommonShift, Measured, OwnRatio, PairRatio};
use crate::stats::RatioEstimate;
use crate::summarise::ratio_of;
use crate::verdict::{verdict, verdict_exact};

/// What is known of a row's ratio.
pub(super) enum Estimate {
    /// It is a ratio, with what is in common to all rows in it.
    Ratio(RatioEstimate),
    /// It holds or it does not: what it was, and what it is.
    Count(f64, f64),
}

/// The candidate against the base; nothing where a side was not measured, or is 0 or less: a slope
/// or an intercept can be that, and nothing is a multiple of it.
pub(super) fn estimate(row: &Row, base: &Measured, new: &Measured, seed: u64) -> Option<Estimate> {
    let (of_new, of_base) = ((new.0.median?, &new.1), (base.0.median?, &base.1));
    if row.metric == Metric::Conformance {
        return Some(Estimate::Count(of_base.0, of_new.0));
    }
    ratio_of(row.metric, of_new, of_base, false, seed).map(Estimate::Ratio)
}

/// The verdict, after what is `common` to all rows where that is known.
pub(super) fn judged(
    estimate: &Estimate,
    common: Option<&CommonShift>,
    better: Better,
    margin: f64,
) -> PairRatio {
    let ratio = match estimate {
        Estimate::Count(base, new) => return of_counts(*base, *new, better),
        Estimate::Ratio(ratio) => ratio,
    };
    let freed = common.map(|common| common.freed(ratio, better));
    PairRatio {
        value: Some(ratio.value),
        ci: ratio.intervals.map(|both| both.ci),
        own: freed.map(|freed| OwnRatio {
            value: freed.value,
            ci: freed.intervals.map(|both| both.ci),
        }),
        verdict: verdict(freed.as_ref().unwrap_or(ratio).intervals, better, margin),
    }
}

/// What holds or does not is the same, or it is not: no margin says more.
fn of_counts(base: f64, new: f64, better: Better) -> PairRatio {
    let value = (base > 0.0).then(|| new / base);
    PairRatio {
        value,
        ci: value.map(|value| [value, value]),
        own: None,
        verdict: verdict_exact(base, new, better),
    }
}
