//! A run as the page looks at it: rows by metric and workload.

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Metric, Part, Row, Run};
use maud::{Markup, html};

use super::Section;
use crate::beside::beside;
use crate::board::Board;
use crate::chart::technology_ink;
use crate::measure::Measure;
use crate::words::distinct;

pub(super) struct View<'a> {
    /// Place of the run on the page: runs of scenarios first, then replays.
    pub index: usize,
    pub run: &'a Run,
    pub summary: &'a Summary,
    pub technologies: Vec<&'a str>,
    /// Its questions and isolations; a replay has none.
    pub board: Board<'a>,
}

impl<'a> View<'a> {
    pub(super) fn new(index: usize, section: Section<'a>) -> Self {
        let Section { run, summary } = section;
        let rows = &summary.results;
        Self {
            index,
            run,
            summary,
            technologies: distinct(rows.iter().map(RowSummary::technology)),
            board: Board::of(run, summary),
        }
    }

    /// An id that is unique on the page.
    pub(super) fn id(&self, name: &str) -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = name.to_lowercase().chars().map(safe).collect();
        format!("r{}-{name}", self.index)
    }

    /// What the run is called where there are several.
    pub(super) fn name(&self) -> String {
        format!("run {}", self.index + 1)
    }

    /// Where a row stands in the table of all rows.
    pub(super) fn anchor(&self, row: &RowSummary) -> String {
        format!("row-{}-{}", self.index, self.board.row_number(row))
    }

    /// The rows of a metric.
    pub(super) fn rows(&self, metric: Metric) -> impl Iterator<Item = &'a RowSummary> {
        let of_metric = move |r: &&RowSummary| r.row.metric == metric;
        self.summary.results.iter().filter(of_metric)
    }

    /// The rows of a metric by workload.
    pub(super) fn by_workload(&self, metric: Metric) -> Vec<(&'a str, Vec<&'a RowSummary>)> {
        let workloads = distinct(self.rows(metric).map(|r| r.row.workload.as_str()));
        let of = |workload| {
            self.rows(metric)
                .filter(move |r| r.row.workload == workload)
        };
        let pairs = workloads.into_iter().map(|w| (w, of(w).collect()));
        pairs.collect()
    }

    /// The metrics of a measure that the run has.
    pub(super) fn metrics(&self, measure: Measure) -> Vec<Metric> {
        let has = |m: &Metric| self.rows(*m).next().is_some();
        measure.metrics().filter(has).collect()
    }

    /// Whether any row of a measure has a number.
    pub(super) fn is_measured(&self, measure: Measure) -> bool {
        let mut rows = self.summary.results.iter();
        rows.any(|r| Measure::of(r.row.metric) == measure && r.median().is_some())
    }

    /// Whether a row is what the rows of its metric are compared with.
    pub(super) fn is_reference(&self, row: &RowSummary) -> bool {
        let wanted = self.run.reference_of(&row.row);
        wanted.is_some_and(|r| r.is_of(&row.row, &row.row))
    }

    /// The row that `row` is compared with, measured or not; itself if it is one.
    pub(super) fn reference_for(&self, row: &Row) -> Option<&'a RowSummary> {
        let rows = self.summary.results.iter().map(|other| &other.row);
        let place = self.run.compared_with(row, &rows)?;
        self.summary.results.get(place)
    }

    /// What stands beside a row of memory, measured or not, if the run has it.
    pub(super) fn beside(&self, row: &Row) -> Option<&'a RowSummary> {
        let wanted = beside(row)?;
        self.summary
            .results
            .iter()
            .find(|other| other.row == wanted)
    }

    /// The part of the run that a measure's rows are of, if the run has parts.
    pub(super) fn part(&self, measure: Measure) -> Option<&'a Part> {
        let mut rows = self.run.rows.iter();
        let first = rows.position(|r| Measure::of(r.metric) == measure)?;
        self.run.parts.iter().find(|part| part.holds(first))
    }

    /// The equivalence margin of a measure's verdicts.
    pub(super) fn margin(&self, measure: Measure) -> f64 {
        let part = self.part(measure);
        part.map_or(self.summary.margin, |p| p.plan.margin)
    }

    /// The coloured mark of a technology.
    pub(super) fn chip(&self, technology: &str) -> Markup {
        let ink = technology_ink(technology, &self.technologies);
        html! { span.chip.{ "t" (ink) } {} }
    }
}
