//! A measure of a run as the page looks at it: rows by workload and metric, with sorted
//! values.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Outcome, Part, Row, Run, Start};

use super::Section;
use crate::chart::Series;
use crate::measure::Measure;
use crate::words::distinct;

pub(super) struct View<'a> {
    /// Place of the run on the page.
    pub index: usize,
    pub run: &'a Run,
    pub summary: &'a labrun_analysis::Summary,
    pub measure: Measure,
    /// The first of its metrics that the run has.
    pub headline: Option<Metric>,
    pub workloads: Vec<&'a str>,
    pub technologies: Vec<&'a str>,
    /// The measured values of each row whose distribution is drawn, ascending.
    values: Vec<Vec<f64>>,
}

impl<'a> View<'a> {
    pub(super) fn new(index: usize, section: Section<'a>, measure: Measure) -> Self {
        let Section {
            run,
            samples,
            summary,
        } = section;
        let rows = &summary.results;
        let is_own = |r: &RowSummary| Measure::of(r.row.metric) == measure;
        let own = || rows.iter().filter(|r| is_own(r));
        let headline = measure
            .metrics()
            .find(|m| rows.iter().any(|r| r.row.metric == *m));
        let mut values = vec![Vec::new(); rows.len()];
        for sample in samples {
            let drawn = sample.outcome == Outcome::Measured
                && rows
                    .get(sample.row)
                    .is_some_and(|r| Some(r.row.metric) == headline);
            let taken = sample.value.filter(|_| drawn);
            if let (Some(value), Some(of_row)) = (taken, values.get_mut(sample.row)) {
                of_row.push(value);
            }
        }
        for of_row in &mut values {
            of_row.sort_unstable_by(f64::total_cmp);
        }
        Self {
            index,
            run,
            summary,
            measure,
            headline,
            workloads: distinct(own().map(|r| r.row.workload.as_str())),
            technologies: distinct(rows.iter().map(RowSummary::technology)),
            values,
        }
    }

    /// An id that is unique on the page.
    pub(super) fn id(&self, name: &str) -> String {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!(
            "r{}-{}",
            self.index,
            name.chars().map(safe).collect::<String>()
        )
    }

    /// The rows of a metric.
    pub(super) fn rows(&self, metric: Metric) -> impl Iterator<Item = &'a RowSummary> {
        let of_metric = move |r: &&RowSummary| r.row.metric == metric;
        self.summary.results.iter().filter(of_metric)
    }

    /// The measured rows of the headline metric and a workload, with their values.
    pub(super) fn series<'b>(&'b self, workload: &str) -> Vec<Series<'b>> {
        self.summary
            .results
            .iter()
            .zip(&self.values)
            .filter(|(r, _)| Some(r.row.metric) == self.headline && r.row.workload == workload)
            .filter_map(|(row, values)| {
                let median = row.numbers.as_ref()?.median;
                Some(Series {
                    row,
                    median,
                    values,
                })
            })
            .collect()
    }

    /// Whether a row is what the rows of its metric are compared with.
    pub(super) fn is_reference(&self, row: &RowSummary) -> bool {
        let wanted = self.run.reference_of(&row.row);
        wanted.is_some_and(|r| r.is_of(&row.row, &row.row))
    }

    /// The row that `row` is compared with, measured or not; itself if it is one.
    pub(super) fn reference_for(&self, row: &Row) -> Option<&'a RowSummary> {
        let wanted = self.run.reference_of(row)?;
        let mut rows = self.summary.results.iter();
        rows.find(|other| wanted.is_of(row, &other.row))
    }

    /// The part of the run that the measure's rows are of, if the run has parts.
    pub(super) fn part(&self) -> Option<&'a Part> {
        let mut rows = self.run.rows.iter();
        let first = rows.position(|r| Measure::of(r.metric) == self.measure)?;
        self.run.parts.iter().find(|part| part.holds(first))
    }

    /// The equivalence margin of the measure's verdicts.
    pub(super) fn margin(&self) -> f64 {
        self.part().map_or(self.summary.margin, |p| p.plan.margin)
    }

    /// The headline's reference row of a workload, if it was measured.
    pub(super) fn reference<'b>(&'b self, workload: &str) -> Option<Series<'b>> {
        let wanted = self
            .run
            .references
            .iter()
            .find(|r| Some(r.metric) == self.headline)?;
        self.series(workload)
            .into_iter()
            .find(|s| s.row.row.isolation == wanted.isolation && s.row.row.start == wanted.start)
    }

    /// The series of a workload in groups of technology, start and target: the groups in
    /// the order of technologies and starts, each sorted by median.
    pub(super) fn groups<'b>(&'b self, workload: &str) -> Vec<Vec<Series<'b>>> {
        let series = self.series(workload);
        let key = |s: &Series<'b>| {
            let place = self
                .technologies
                .iter()
                .position(|t| *t == s.row.technology());
            (place, s.row.row.start, s.row.row.target)
        };
        let mut keys: Vec<_> = distinct(series.iter().map(key));
        keys.sort();
        keys.into_iter()
            .map(|wanted| {
                let mut group: Vec<_> = series
                    .iter()
                    .filter(|s| key(s) == wanted)
                    .copied()
                    .collect();
                group.sort_by(|a, b| a.median.total_cmp(&b.median));
                group
            })
            .collect()
    }

    /// The starts that the headline's rows have.
    pub(super) fn starts(&self) -> Vec<Start> {
        let mut starts: Vec<Start> =
            distinct(self.summary.results.iter().filter_map(|r| r.row.start));
        starts.sort();
        starts
    }
}
