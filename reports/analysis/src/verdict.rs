//! What an interval allows to be said.

use std::cmp::Ordering;

use labrun_record::Better;
use serde::{Deserialize, Serialize};

use crate::Interval;
use crate::stats::{RatioEstimate, RatioIntervals};

/// What the interval of a ratio says about a row and its reference.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Verdict {
    /// The whole 95% interval is better than the margin.
    Better,
    /// The whole 95% interval is worse than the margin.
    Worse,
    /// The whole 90% interval is inside the margin.
    Equivalent,
    /// Neither, or there is no interval.
    Inconclusive,
}

/// The verdict on the intervals of the ratio `row / reference`, against the equivalence
/// margin `[1 / (1 + margin), 1 + margin]`, which is symmetric: swapping row and
/// reference swaps better and worse and nothing else.
///
/// Better or worse only if the whole 95% interval lies outside the margin. Equivalent only if the
/// whole 90% interval lies inside: that is two one-sided tests at 5% (Schuirmann, "A Comparison of
/// the Two One-Sided Tests Procedure and the Power Approach", 1987). Else, and without intervals,
/// inconclusive.
pub fn verdict(ratio: Option<RatioIntervals>, better: Better, margin: f64) -> Verdict {
    let Some(RatioIntervals { ci, ci90 }) = ratio else {
        return Verdict::Inconclusive;
    };
    let usable = |[low, high]: Interval| low.is_finite() && high.is_finite() && low <= high;
    if !usable(ci) || !usable(ci90) || margin.is_nan() {
        return Verdict::Inconclusive;
    }
    let (inner, outer) = (1.0 / (1.0 + margin), 1.0 + margin);
    let (below, above) = match better {
        Better::Lower => (Verdict::Better, Verdict::Worse),
        Better::Higher => (Verdict::Worse, Verdict::Better),
    };
    if ci[1] < inner {
        below
    } else if ci[0] > outer {
        above
    } else if ci90[0] >= inner && ci90[1] <= outer {
        Verdict::Equivalent
    } else {
        Verdict::Inconclusive
    }
}

/// The verdict of a replay, with a margin of its own for better and worse: what is beyond `margin` is
/// better or worse, even if it is within `equivalence` too, which is for equivalent alone.
///
/// Besides, the 99% interval must not hold 1. Where half the 95% interval is over three times the
/// margin, the margin is next to nothing, and of rows that are the same up to one in twenty would be
/// beyond it. Where it is narrower the margin itself asks for more than the 99% interval does.
pub fn verdict_beyond(
    ratio: &RatioEstimate,
    better: Better,
    margin: f64,
    equivalence: f64,
) -> Verdict {
    let beyond = |margin| verdict(ratio.intervals, better, margin);
    let differs = ratio
        .ci99
        .is_some_and(|[low, high]| low > 1.0 || high < 1.0);
    match (beyond(margin), beyond(equivalence)) {
        (found @ (Verdict::Better | Verdict::Worse), _) if differs => found,
        (_, Verdict::Equivalent) => Verdict::Equivalent,
        _ => Verdict::Inconclusive,
    }
}

/// The verdict on two values that are exact: the same, or not. No margin says more.
pub(crate) fn verdict_exact(base: f64, new: f64, better: Better) -> Verdict {
    let ordered = match better {
        Better::Higher => new.total_cmp(&base),
        Better::Lower => base.total_cmp(&new),
    };
    match ordered {
        Ordering::Less => Verdict::Worse,
        Ordering::Equal => Verdict::Equivalent,
        Ordering::Greater => Verdict::Better,
    }
}

impl Verdict {
    /// The name in files.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_by_the_99_percent_interval_is_neither_better_nor_worse() {
        let of = |ci: Interval, ci99| {
            let ratio = RatioEstimate {
                value: f64::midpoint(ci[0], ci[1]),
                intervals: Some(RatioIntervals { ci, ci90: ci }),
                ci99,
            };
            verdict_beyond(&ratio, Better::Lower, 0.02, 0.05)
        };
        assert_eq!(of([1.03, 1.3], Some([1.01, 1.4])), Verdict::Worse);
        assert_eq!(of([1.03, 1.3], Some([0.99, 1.4])), Verdict::Inconclusive);
        assert_eq!(of([0.7, 0.97], Some([0.6, 0.99])), Verdict::Better);
        assert_eq!(of([0.7, 0.97], Some([0.6, 1.01])), Verdict::Inconclusive);
        assert_eq!(of([1.03, 1.3], None), Verdict::Inconclusive);
        // What is within the wider margin is equivalent all the same.
        assert_eq!(of([0.99, 1.01], Some([0.98, 1.02])), Verdict::Equivalent);
    }
}
