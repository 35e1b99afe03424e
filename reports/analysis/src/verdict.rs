//! What an interval allows to be said.

use std::cmp::Ordering;

use labrun_record::Better;
use serde::{Deserialize, Serialize};

use crate::Interval;
use crate::stats::RatioIntervals;

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

/// The verdict with a margin of its own for better and worse: what is beyond `margin` is better or
/// worse, even if it is within `equivalence` too, which is for equivalent alone.
pub fn verdict_beyond(
    ratio: Option<RatioIntervals>,
    better: Better,
    margin: f64,
    equivalence: f64,
) -> Verdict {
    let beyond = |margin| verdict(ratio, better, margin);
    match (beyond(margin), beyond(equivalence)) {
        (found @ (Verdict::Better | Verdict::Worse), _) => found,
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
