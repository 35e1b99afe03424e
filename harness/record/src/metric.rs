//! What is measured: a metric owns its unit and which direction is better.

use serde::{Deserialize, Serialize};

/// A quantity that the lab measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Memory of one instance that has given its output and waits, with all that
    /// exists because of it.
    MemoryIdle,
    /// The most memory that one instance has had up to its output.
    MemoryPeak,
    /// What one more instance adds, while others are alive: a slope.
    MemoryMarginal,
    /// What is there whatever the number of instances: the intercept of that slope.
    MemoryFixed,
    /// What has to be shipped.
    Size,
    /// What has to be there already.
    SizeNeeded,
    /// Calls from host to guest and back.
    CallsPerSecond,
    /// Operations of a workload in its steady state.
    OperationsPerSecond,
    /// Bytes that a workload works through in its steady state.
    BytesPerSecond,
    /// Requests that are answered correctly.
    RequestsPerSecond,
    /// From the instant at which a request was due to its whole answer.
    Latency,
    /// Instructions that are executed in user space: up to the first result, or for an operation in
    /// steady state.
    Instructions,
    /// Whether an isolation does what a check asks and its definition says: 1 or 0.
    Conformance,
}

/// The unit of a metric's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Bytes.
    Bytes,
    /// So many in a second.
    PerSecond,
    /// Bytes in a second.
    BytesPerSecond,
    /// So many: a whole number.
    Count,
}

/// Which direction of a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

impl Metric {
    /// Every metric, in the order in which reports show them.
    pub const ALL: [Self; 16] = [
        Self::TimeToFirstResult,
        Self::Teardown,
        Self::InstantiateWarm,
        Self::MemoryIdle,
        Self::MemoryMarginal,
        Self::MemoryFixed,
        Self::MemoryPeak,
        Self::Size,
        Self::SizeNeeded,
        Self::CallsPerSecond,
        Self::OperationsPerSecond,
        Self::BytesPerSecond,
        Self::RequestsPerSecond,
        Self::Latency,
        Self::Instructions,
        Self::Conformance,
    ];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeToFirstResult => "time_to_first_result",
            Self::Teardown => "teardown",
            Self::InstantiateWarm => "instantiate_warm",
            Self::MemoryIdle => "memory_idle",
            Self::MemoryPeak => "memory_peak",
            Self::MemoryMarginal => "memory_marginal",
            Self::MemoryFixed => "memory_fixed",
            Self::Size => "size",
            Self::SizeNeeded => "size_needed",
            Self::CallsPerSecond => "calls_per_second",
            Self::OperationsPerSecond => "operations_per_second",
            Self::BytesPerSecond => "bytes_per_second",
            Self::RequestsPerSecond => "requests_per_second",
            Self::Latency => "latency",
            Self::Instructions => "instructions",
            Self::Conformance => "conformance",
        }
    }

    /// The unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Self::TimeToFirstResult | Self::Teardown | Self::InstantiateWarm | Self::Latency => {
                Unit::Ns
            }
            Self::MemoryIdle
            | Self::MemoryPeak
            | Self::MemoryMarginal
            | Self::MemoryFixed
            | Self::Size
            | Self::SizeNeeded => Unit::Bytes,
            Self::CallsPerSecond | Self::OperationsPerSecond | Self::RequestsPerSecond => {
                Unit::PerSecond
            }
            Self::BytesPerSecond => Unit::BytesPerSecond,
            Self::Instructions | Self::Conformance => Unit::Count,
        }
    }

    /// Which direction is better.
    pub fn better(self) -> Better {
        match self.unit() {
            _ if self == Self::Instructions => Better::Lower,
            Unit::Ns | Unit::Bytes => Better::Lower,
            Unit::PerSecond | Unit::BytesPerSecond | Unit::Count => Better::Higher,
        }
    }

    /// Whether its values are counted, not measured: one is enough, and it is its own
    /// interval.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Size | Self::SizeNeeded | Self::Conformance)
    }

    /// Whether its values are counts, which no machine's mood moves and which an emulated processor has as a
    /// real one does: no times and no memory.
    pub fn is_counted(self) -> bool {
        self.is_exact() || self == Self::Instructions
    }

    /// One line that says from where to where.
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
            Self::MemoryIdle => {
                "memory of one instance that has given its output and waits, summed over every process that exists because of it"
            }
            Self::MemoryPeak => "the most memory that one instance has had up to its output",
            Self::MemoryMarginal => {
                "what one more instance adds while others are alive: the Theil-Sen slope over 1, 2, 4, ... instances"
            }
            Self::MemoryFixed => {
                "what is there whatever the number of instances: the intercept of memory_marginal's line"
            }
            Self::Size => "what has to be shipped; an exact count",
            Self::SizeNeeded => "what has to be there already; an exact count",
            Self::CallsPerSecond => {
                "calls of a bare export from host to guest and back, in batches inside a warm instance"
            }
            Self::OperationsPerSecond => {
                "operations in steady state, from the arrival of one batch's line to that of the next"
            }
            Self::BytesPerSecond => {
                "bytes worked through in steady state, from the arrival of one batch's line to that of the next"
            }
            Self::RequestsPerSecond => "requests answered correctly, after the warm-up",
            Self::Latency => {
                "from the instant at which a request was due to its whole correct answer"
            }
            Self::Instructions => {
                "instructions executed in user space, by all threads: from the start to the first result, or for an operation in steady state; no kernel and no caches are in them, and they are no time"
            }
            Self::Conformance => {
                "1 where the isolation does what is checked, as its definition says; 0 where it does not"
            }
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
