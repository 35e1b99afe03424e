//! The six things that the lab measures, and which of their rows are headlines.

use labrun_analysis::RowSummary;
use labrun_record::Metric;

use crate::beside::{beside, is_beside};

/// A family of metrics: what a scenario asks for, and a part of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    ColdStart,
    Memory,
    Size,
    Throughput,
    Instructions,
    Conformance,
}

impl Measure {
    pub(crate) const ALL: [Self; 6] = [
        Self::ColdStart,
        Self::Memory,
        Self::Size,
        Self::Throughput,
        Self::Instructions,
        Self::Conformance,
    ];

    pub(crate) fn of(metric: Metric) -> Self {
        match metric {
            Metric::TimeToFirstResult | Metric::Teardown | Metric::InstantiateWarm => {
                Self::ColdStart
            }
            Metric::MemoryIdle
            | Metric::MemoryPeak
            | Metric::MemoryMarginal
            | Metric::MemoryFixed => Self::Memory,
            Metric::Size | Metric::SizeNeeded => Self::Size,
            Metric::CallsPerSecond
            | Metric::OperationsPerSecond
            | Metric::BytesPerSecond
            | Metric::RequestsPerSecond
            | Metric::Latency => Self::Throughput,
            Metric::Instructions => Self::Instructions,
            Metric::Conformance => Self::Conformance,
        }
    }

    /// Its metrics, in the order in which reports show them.
    pub(crate) fn metrics(self) -> impl Iterator<Item = Metric> {
        Metric::ALL
            .into_iter()
            .filter(move |m| Self::of(*m) == self)
    }

    /// Its heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ColdStart => "Cold start",
            Self::Memory => "Memory",
            Self::Size => "Size",
            Self::Throughput => "Throughput",
            Self::Instructions => "Instructions",
            Self::Conformance => "Conformance",
        }
    }
}

/// Whether the distribution of every row is drawn, and not its median alone.
pub(crate) fn has_distributions(metric: Metric) -> bool {
    metric == Metric::TimeToFirstResult
}

/// Whether a terminal has only its faults: the rest is on the page.
pub(crate) fn is_aside(metric: Metric) -> bool {
    metric == Metric::Teardown
}

/// Whether a row is one that the answer is made of; the others are in the tables.
pub(crate) fn is_headline(row: &RowSummary) -> bool {
    let has = |name: &str, wanted: &str| row.row.params.get(name).is_none_or(|v| v == wanted);
    match row.row.metric {
        Metric::MemoryIdle | Metric::MemoryMarginal | Metric::MemoryPeak => {
            row.row.scope.is_none() || beside(&row.row).is_some()
        }
        Metric::Size => has("form", "shipped"),
        Metric::Latency => has("percentile", "p99"),
        Metric::TimeToFirstResult
        | Metric::SizeNeeded
        | Metric::CallsPerSecond
        | Metric::OperationsPerSecond
        | Metric::RequestsPerSecond
        | Metric::Instructions => true,
        // The same batches as the operations: the ratio says the same.
        Metric::BytesPerSecond
        | Metric::MemoryFixed
        | Metric::Teardown
        | Metric::InstantiateWarm
        // It has a matrix of its own.
        | Metric::Conformance => false,
    }
}

/// Whether a row is a headline, or stands beside one.
pub(crate) fn is_in_headlines(row: &RowSummary) -> bool {
    is_headline(row) || is_beside(&row.row) && row.row.metric != Metric::MemoryFixed
}
