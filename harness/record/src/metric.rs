//! What is measured: a metric owns its unit and which direction is better.

use serde::{Deserialize, Serialize};

/// A quantity that the lab measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// From the instant before the isolate is asked for to the instant at which
    /// the lab holds the workload's first correct output.
    TimeToFirstResult,
    /// From the first result of a command, or for a server from the request to stop,
    /// until what the launch made is gone: in a `resident` or `loaded` runner that is the
    /// instance alone.
    Teardown,
    /// In a `loaded` runner: the median of 1,000 repeats of store, WASI context
    /// and instance. One sample a launch.
    InstantiateWarm,
}

/// The unit of a metric's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nanoseconds.
    Ns,
}

/// Which direction of a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Smaller values are better.
    Lower,
    /// Larger values are better.
    Higher,
}

impl Metric {
    /// Every metric, in the order in which they are shown.
    pub const ALL: [Self; 3] = [
        Self::TimeToFirstResult,
        Self::Teardown,
        Self::InstantiateWarm,
    ];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeToFirstResult => "time_to_first_result",
            Self::Teardown => "teardown",
            Self::InstantiateWarm => "instantiate_warm",
        }
    }

    /// The unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Self::TimeToFirstResult | Self::Teardown | Self::InstantiateWarm => Unit::Ns,
        }
    }

    /// Which direction is better.
    pub fn better(self) -> Better {
        match self {
            Self::TimeToFirstResult | Self::Teardown | Self::InstantiateWarm => Better::Lower,
        }
    }

    /// One line that says from which instant to which.
    pub fn summary(self) -> &'static str {
        match self {
            Self::TimeToFirstResult => {
                "from asking for the isolate to holding its first correct output"
            }
            Self::Teardown => {
                "from the first result (a server: from the request to stop) until what the launch made is gone; in a resident or loaded runner that is the instance alone"
            }
            Self::InstantiateWarm => {
                "store, WASI context and instance of a loaded module; median of 1,000 repeats"
            }
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
