//! A run as the page looks at it: rows by workload and metric, with sorted values.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Outcome, Run, Start};

use super::Section;
use crate::chart::Series;
use crate::words::distinct;

pub(super) struct View<'a> {
    /// Place of the run on the page.
    pub index: usize,
    pub run: &'a Run,
    pub summary: &'a labrun_analysis::Summary,
    /// The metric that the page is about: the first of all that the run has.
    pub headline: Option<Metric>,
    pub workloads: Vec<&'a str>,
    pub technologies: Vec<&'a str>,
    /// The measured values of each row, ascending.
    values: Vec<Vec<f64>>,
}

impl<'a> View<'a> {
    pub(super) fn new(index: usize, section: Section<'a>) -> Self {
        let Section {
            run,
            samples,
            summary,
        } = section;
        let mut values = vec![Vec::new(); summary.results.len()];
        for sample in samples {
            let taken = sample.value.filter(|_| sample.outcome == Outcome::Measured);
            if let (Some(value), Some(of_row)) = (taken, values.get_mut(sample.row)) {
                of_row.push(value);
            }
        }
        for of_row in &mut values {
            of_row.sort_unstable_by(f64::total_cmp);
        }
        let rows = &summary.results;
        Self {
            index,
            run,
            summary,
            headline: Metric::ALL
                .into_iter()
                .find(|m| rows.iter().any(|r| r.row.metric == *m)),
            workloads: distinct(rows.iter().map(|r| r.row.workload.as_str())),
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
        self.run.references.iter().any(|r| {
            r.metric == row.row.metric
                && r.isolation == row.row.isolation
                && r.start == row.row.start
        })
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
