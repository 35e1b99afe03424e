//! The columns of the trade: what each is about, and which row it takes.

use labrun_analysis::RowSummary;
use labrun_record::Metric;

use crate::facets::facet;
use crate::measure::is_headline;
use crate::page::topic::is_component;

/// A column: a metric of the first of these workloads that the run has.
pub(super) struct Column {
    /// Its heading.
    pub words: &'static str,
    metric: Metric,
    workloads: [&'static str; 3],
    /// The value of a facet that its rows have, if they have that facet.
    only: Option<(&'static str, &'static str)>,
}

const fn column(
    words: &'static str,
    metric: Metric,
    workloads: [&'static str; 3],
    only: Option<(&'static str, &'static str)>,
) -> Column {
    Column {
        words,
        metric,
        workloads,
        only,
    }
}

const QUICK: [&str; 3] = ["add", "noop", "http"];
const IDLE: [&str; 3] = ["http", "noop", "add"];
const SERVED: [&str; 3] = ["http", "add", "noop"];

/// The columns that a run may have, each with its workloads by preference.
pub(super) const COLUMNS: [Column; 9] = {
    use Metric::{
        CallsPerSecond, MemoryIdle, MemoryMarginal, OperationsPerSecond, RequestsPerSecond, Size,
        TimeToFirstResult,
    };
    let process = Some(("start", "process"));
    let loaded = Some(("start", "loaded"));
    let reused = Some(("policy", "reused"));
    let fresh = Some(("policy", "fresh"));
    let kernels = ["sha256", "json", "matmul"];
    [
        column(
            "first result, fresh process",
            TimeToFirstResult,
            QUICK,
            process,
        ),
        column(
            "first result, loaded runner",
            TimeToFirstResult,
            QUICK,
            loaded,
        ),
        column("memory, idle", MemoryIdle, IDLE, None),
        column("one more instance", MemoryMarginal, IDLE, None),
        column("shipped", Size, SERVED, None),
        column("calls", CallsPerSecond, QUICK, None),
        column("computing", OperationsPerSecond, kernels, None),
        column("requests, reused", RequestsPerSecond, SERVED, reused),
        column("requests, fresh", RequestsPerSecond, SERVED, fresh),
    ]
};

impl Column {
    /// The workload that it is about in this run, if any was measured.
    pub(super) fn workload(&self, rows: &[RowSummary]) -> Option<&'static str> {
        let has = |w: &&str| {
            let mut measured = rows.iter().filter(|r| r.median().is_some());
            measured.any(|r| r.row.workload == **w && self.takes(r))
        };
        self.workloads.into_iter().find(|w| has(w))
    }

    fn takes(&self, row: &RowSummary) -> bool {
        let has = |(name, wanted)| facet(row, name).is_none_or(|value| value == wanted);
        row.row.metric == self.metric && self.only.is_none_or(has) && is_headline(row)
    }

    /// Its row of an isolation: a measured one, its module rather than its component, and the
    /// first of several.
    pub(super) fn of<'a>(
        &self,
        rows: &'a [RowSummary],
        workload: &str,
        isolation: &str,
    ) -> Option<&'a RowSummary> {
        let own = |r: &&RowSummary| {
            self.takes(r) && r.row.workload == workload && r.row.isolation == isolation
        };
        let rows = rows.iter().filter(own);
        rows.min_by_key(|r| (r.median().is_none(), is_component(r)))
    }
}
