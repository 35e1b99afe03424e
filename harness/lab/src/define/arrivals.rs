//! How the requests of a rate come.

use serde::{Deserialize, Serialize};

/// How the requests of a rate are spread over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// Evenly.
    Even,
    /// As independent users come: with gaps of an exponential distribution.
    Poisson,
}

impl Arrivals {
    /// Name of the param of rows whose arrivals are not even.
    pub const PARAM: &'static str = "arrivals";

    /// What is taken where nothing is said.
    pub(crate) fn usual() -> Vec<Self> {
        vec![Self::Even]
    }

    pub(crate) fn are_usual(all: &[Self]) -> bool {
        all == [Self::Even]
    }

    /// The value of that param; none of even arrivals, whose rows have no such param.
    pub fn param(self) -> Option<&'static str> {
        match self {
            Self::Even => None,
            Self::Poisson => Some("poisson"),
        }
    }
}
