//! What a calibration found that a machine can tell apart. A later run of the same machine class
//! carries the newest one.

use serde::{Deserialize, Serialize};

use crate::{Change, Row};

/// What a machine could tell apart when it was calibrated: by a replay of a build against itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resolution {
    /// Name of the calibration's run.
    pub run: String,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// The class of the machine.
    pub machine_class: String,
    /// Worse lies beyond this share.
    pub margin: f64,
    /// Equivalent lies within this share.
    pub equivalence: f64,
    /// The rows of which nothing was changed: whatever is found in them is wrong.
    pub unchanged: Unchanged,
    /// What was changed on purpose, by row and way of changing it.
    pub changed: Vec<Changed>,
}

/// Rows of which nothing was changed (A/A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unchanged {
    /// How many.
    pub rows: usize,
    /// Quads of all of them.
    pub quads: usize,
    /// Rows that came out equivalent, as they are.
    pub equivalent: usize,
    /// Rows that came out better or worse, which they are not.
    pub wrong: usize,
    /// Rows of which nothing could be said.
    pub inconclusive: usize,
    /// Rows that went wrong, or had no whole quad.
    pub not_decided: usize,
}

impl Unchanged {
    /// Whether the rows that had any quads had those that an interval needs, on the average: 6 of
    /// either order.
    pub fn is_decided(&self) -> bool {
        let decided = self.rows.saturating_sub(self.not_decided);
        decided > 0 && self.quads >= 12 * decided
    }
}

/// A row that was changed in one way: more work, more memory, a stall now and then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changed {
    /// The identity.
    #[serde(flatten)]
    pub row: Row,
    /// By how much, the least first.
    pub sizes: Vec<ChangedBy>,
    /// The least change, as a share of A's median, that was found in at least nine of ten tries, as
    /// was every larger one; null if none was.
    pub least_found: Option<f64>,
}

/// A row that was changed by so much, in several tries. The medians are over the tries that were
/// decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangedBy {
    /// What was changed.
    pub change: Change,
    /// Rows that were changed so.
    pub tries: usize,
    /// Those that came out worse.
    pub worse: usize,
    /// Those that went wrong, or had no ratio.
    pub not_decided: usize,
    /// What was injected, as a share of A's median; null where it is not in the metric's unit.
    pub injected: Option<f64>,
    /// What was found: the ratio less 1.
    pub found: Option<f64>,
    /// What was found less what was injected, as a share of A's median (0.01 is a point).
    pub error: Option<f64>,
    /// The largest such error of any try, without its sign.
    pub largest_error: Option<f64>,
    /// B's median less A's, in the metric's unit.
    pub difference: Option<f64>,
}

impl Change {
    /// How much it is, in nanoseconds or bytes.
    pub fn amount(self) -> f64 {
        match self {
            Self::DelayNs(amount) | Self::AllocationBytes(amount) | Self::StallNs(amount) => amount,
        }
    }
}
