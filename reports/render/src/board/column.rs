//! The questions of a run, and which of them are the key ones.

use labrun_analysis::{RowSummary, Summary};
use labrun_record::Metric;

use super::{Column, key};
use crate::facets::{Facets, facet};
use crate::measure::{Measure, is_headline};
use crate::words::{self, distinct};

/// A question with its rows, measured or not.
pub(crate) struct Question<'a> {
    pub metric: Metric,
    pub workload: &'a str,
    /// `op read · fs tmpfs`; empty where the workload has one variant.
    pub variant: String,
    pub rows: Vec<&'a RowSummary>,
}

/// The questions that a run asks, in the order of the measures and its workloads.
pub(crate) fn questions(summary: &Summary) -> Vec<Question<'_>> {
    let measures = Measure::ALL.into_iter();
    let metrics = measures.flat_map(Measure::metrics);
    let mut questions = Vec::new();
    for metric in metrics {
        let rows: Vec<&RowSummary> = summary
            .results
            .iter()
            .filter(|row| row.row.metric == metric && is_headline(row))
            .collect();
        for workload in distinct(rows.iter().map(|row| row.row.workload.as_str())) {
            let own = rows.iter().copied();
            let own: Vec<_> = own.filter(|row| row.row.workload == workload).collect();
            let facets = Facets::of(&own, false);
            let variants = facets.variants(&own).into_iter();
            questions.extend(variants.map(|variant| Question {
                metric,
                workload,
                variant: variant.name,
                rows: variant.rows,
            }));
        }
    }
    questions
}

impl<'a> Question<'a> {
    /// Its column, compared with the line `reference`.
    pub(super) fn column(self, reference: Option<usize>) -> Column<'a> {
        let row = &self.rows[0].row;
        let words = words::metric(self.metric).to_lowercase();
        let variant = self.variant.replace(" \u{b7} ", ", ");
        let parts = [self.workload, words.as_str(), variant.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Column {
            key: key::column(row),
            label: parts.join(", "),
            short: parts[1..].join(", "),
            measure: Measure::of(self.metric),
            metric: self.metric,
            workload: self.workload,
            start: row.start,
            unit: self.metric.unit(),
            better: self.metric.better(),
            rank: None,
            reference,
        }
    }
}

/// A key question: a metric of the first of these workloads that the run has.
struct Key {
    /// For a narrow head.
    short: &'static str,
    metric: Metric,
    workloads: [&'static str; 3],
    /// The value of a facet that its rows have, if they have that facet.
    only: Option<(&'static str, &'static str)>,
}

const fn ask(
    short: &'static str,
    metric: Metric,
    workloads: [&'static str; 3],
    only: Option<(&'static str, &'static str)>,
) -> Key {
    Key {
        short,
        metric,
        workloads,
        only,
    }
}

const QUICK: [&str; 3] = ["add", "noop", "http"];
const IDLE: [&str; 3] = ["http", "noop", "add"];
const SERVED: [&str; 3] = ["http", "add", "noop"];

const KEYS: [Key; 9] = {
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
        ask(
            "first result, fresh process",
            TimeToFirstResult,
            QUICK,
            process,
        ),
        ask(
            "first result, loaded runner",
            TimeToFirstResult,
            QUICK,
            loaded,
        ),
        ask("memory, idle", MemoryIdle, IDLE, None),
        ask("one more instance", MemoryMarginal, IDLE, None),
        ask("shipped", Size, SERVED, None),
        ask("calls", CallsPerSecond, QUICK, None),
        ask("computing", OperationsPerSecond, kernels, None),
        ask("requests, reused", RequestsPerSecond, SERVED, reused),
        ask("requests, fresh", RequestsPerSecond, SERVED, fresh),
    ]
};

/// Marks the key questions among the columns of `rows`: of each the first workload of which anything was
/// compared, else measured. Where a run has none of them, its first columns are the key ones.
pub(super) fn rank(columns: &mut [Column<'_>], rows: &[RowSummary]) {
    for (place, key) in KEYS.iter().enumerate() {
        let takes = |row: &&RowSummary| {
            row.row.metric == key.metric
                && row.median().is_some()
                && is_headline(row)
                && key.only.is_none_or(|(name, wanted)| {
                    facet(row, name).is_none_or(|value| value == wanted)
                })
        };
        let measured: Vec<&RowSummary> = rows.iter().filter(takes).collect();
        let first = |is_so: fn(&RowSummary) -> bool| {
            let has = |workload: &&str| {
                let mut own = measured.iter().filter(|row| row.row.workload == *workload);
                own.any(|row| is_so(row))
            };
            key.workloads.iter().copied().find(has)
        };
        let compared = first(|row| row.ratio().is_some());
        let Some(workload) = compared.or_else(|| first(|_| true)) else {
            continue;
        };
        let mut own = measured.iter().filter(|row| row.row.workload == workload);
        let wanted = own.next().map(|row| super::key::column(&row.row));
        let column = columns
            .iter_mut()
            .find(|column| column.rank.is_none() && Some(&column.key) == wanted.as_ref());
        if let Some(column) = column {
            column.rank = Some(place);
            key.short.clone_into(&mut column.short);
        }
    }
    if columns.iter().all(|column| column.rank.is_none()) {
        for (place, column) in columns.iter_mut().take(KEYS.len()).enumerate() {
            column.rank = Some(place);
        }
    }
}
