//! What rows are compared with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Metric, Row, Start};

/// What a metric is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reference {
    /// The metric.
    pub metric: Metric,
    /// The isolation that it is compared with; [`SAME_ISOLATION`] is that of each row itself, at the
    /// row's own start.
    pub isolation: String,
    /// The start of that isolation's row.
    pub start: Option<Start>,
    /// The workload that this reference is for; null for every other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// The workload of the row that it is compared with, which is another program; null where it is
    /// the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_workload: Option<String>,
    /// Params in which that row differs from the row that is compared with it; the
    /// others are the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// What the isolation of a [`Reference`] is called that is the one of each row itself.
pub const SAME_ISOLATION: &str = "*";

impl Reference {
    /// Whether it is the isolation of each row itself, with another workload.
    pub fn is_same_isolation(&self) -> bool {
        self.isolation == SAME_ISOLATION
    }

    /// Whether rows like `row` are compared with it.
    pub fn concerns(&self, row: &Row) -> bool {
        self.metric == row.metric
            && self
                .workload
                .as_ref()
                .is_none_or(|name| *name == row.workload)
    }

    /// Whether `other` is what `row` is compared with: the same workload (but for
    /// [`Self::to_workload`]), metric, scope and architecture, and the same params but for
    /// [`Self::params`], whatever its target.
    pub fn is_of(&self, row: &Row, other: &Row) -> bool {
        let (isolation, start) = if self.is_same_isolation() {
            (&row.isolation, row.start)
        } else {
            (&self.isolation, self.start)
        };
        // What rows differ in most comes first: a run of a thousand isolations asks this of millions of
        // pairs.
        self.concerns(row)
            && other.isolation == *isolation
            && other.start == start
            && other.workload == *self.to_workload.as_ref().unwrap_or(&row.workload)
            && other.metric == row.metric
            && other.scope == row.scope
            && other.arch == row.arch
            && self.has_params_of(row, other)
    }

    /// Whether the params of `other` are those of `row` with its own put in.
    fn has_params_of(&self, row: &Row, other: &Row) -> bool {
        let mut params = row.params.clone();
        params.extend(self.params.clone());
        other.params == params
    }
}
