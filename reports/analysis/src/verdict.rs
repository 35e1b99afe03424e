//! What an interval allows to be said.

use labrun_record::Better;
use serde::{Deserialize, Serialize};

use crate::Interval;

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
    /// The whole interval is better than the margin.
    Better,
    /// The whole interval is worse than the margin.
    Worse,
    /// The whole interval is inside the margin.
    Equivalent,
    /// Neither, or there is no interval.
    Inconclusive,
}

/// The verdict on the interval of the ratio `row / reference`, against the equivalence
/// margin `[1 / (1 + margin), 1 + margin]`, which is symmetric: swapping row and
/// reference swaps better and worse and nothing else.
///
/// Better or worse only if the whole interval lies outside the margin, equivalent only
/// if it lies wholly inside (two one-sided tests at 97.5%); else, and without an
/// interval, inconclusive.
pub fn verdict(ratio: Option<Interval>, better: Better, margin: f64) -> Verdict {
    let Some([low, high]) = ratio else {
        return Verdict::Inconclusive;
    };
    if !low.is_finite() || !high.is_finite() || low > high || margin.is_nan() {
        return Verdict::Inconclusive;
    }
    let (inner, outer) = (1.0 / (1.0 + margin), 1.0 + margin);
    let (below, above) = match better {
        Better::Lower => (Verdict::Better, Verdict::Worse),
        Better::Higher => (Verdict::Worse, Verdict::Better),
    };
    if high < inner {
        below
    } else if low > outer {
        above
    } else if low >= inner && high <= outer {
        Verdict::Equivalent
    } else {
        Verdict::Inconclusive
    }
}

impl Verdict {
    /// The name in files.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
