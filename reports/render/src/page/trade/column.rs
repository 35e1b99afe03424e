//! The columns of the trade: what each is about, and which row it takes.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Start};

use crate::measure::is_headline;
use crate::page::topic::is_component;

/// A column: a metric of the first of these workloads that the run has.
pub(super) struct Column {
    /// Its heading.
    pub words: &'static str,
    metric: Metric,
    workloads: [&'static str; 3],
    start: Option<Start>,
    params: &'static [(&'static str, &'static str)],
}

const fn column(words: &'static str, metric: Metric, workloads: [&'static str; 3]) -> Column {
    Column {
        words,
        metric,
        workloads,
        start: None,
        params: &[],
    }
}

/// The columns that a run may have, each with its workloads by preference.
pub(super) const COLUMNS: [Column; 9] = [
    Column {
        start: Some(Start::Process),
        ..column(
            "first result, fresh process",
            Metric::TimeToFirstResult,
            ["add", "noop", "http"],
        )
    },
    Column {
        start: Some(Start::Loaded),
        ..column(
            "first result, loaded runner",
            Metric::TimeToFirstResult,
            ["add", "noop", "http"],
        )
    },
    column(
        "memory, idle (PSS)",
        Metric::MemoryIdle,
        ["http", "noop", "add"],
    ),
    column(
        "one more instance (PSS)",
        Metric::MemoryMarginal,
        ["http", "noop", "add"],
    ),
    column("shipped", Metric::Size, ["http", "add", "noop"]),
    column("calls", Metric::CallsPerSecond, ["add", "noop", "http"]),
    column(
        "computing",
        Metric::OperationsPerSecond,
        ["sha256", "json", "matmul"],
    ),
    Column {
        params: &[("policy", "reused")],
        ..column(
            "requests, reused",
            Metric::RequestsPerSecond,
            ["http", "add", "noop"],
        )
    },
    Column {
        params: &[("policy", "fresh")],
        ..column(
            "requests, fresh",
            Metric::RequestsPerSecond,
            ["http", "add", "noop"],
        )
    },
];

impl Column {
    /// The workload that it is about in this run, if any was measured.
    pub(super) fn workload(&self, rows: &[RowSummary]) -> Option<&'static str> {
        let has = |w: &&str| {
            let mut measured = rows.iter().filter(|r| r.numbers.is_some());
            measured.any(|r| r.row.workload == **w && self.takes(r))
        };
        self.workloads.into_iter().find(|w| has(w))
    }

    fn takes(&self, row: &RowSummary) -> bool {
        let has = |(name, wanted): &(&str, &str)| {
            row.row
                .params
                .get(*name)
                .is_none_or(|value| value == wanted)
        };
        row.row.metric == self.metric
            && (self.start.is_none() || row.row.start == self.start)
            && self.params.iter().all(has)
            && is_headline(row)
    }

    /// Whether the run has such a row at all, measured or not.
    pub(super) fn exists(&self, rows: &[RowSummary], workload: &str, isolation: &str) -> bool {
        let own = |r: &RowSummary| r.row.workload == workload && r.row.isolation == isolation;
        rows.iter().any(|r| own(r) && self.takes(r))
    }

    /// What it says of an isolation: its module rather than its component, and its first
    /// row of several.
    pub(super) fn of<'a>(
        &self,
        rows: &'a [RowSummary],
        workload: &str,
        isolation: &str,
    ) -> Option<&'a RowSummary> {
        let own = |r: &&RowSummary| {
            self.takes(r)
                && r.numbers.is_some()
                && r.row.workload == workload
                && r.row.isolation == isolation
        };
        rows.iter().filter(own).min_by_key(|r| is_component(r))
    }
}
