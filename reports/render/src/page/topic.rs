//! What is compared at a glance: a metric of a workload, with everything that is not the
//! isolation alike.

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Target};

use super::view::View;
use crate::facets::{Facets, facet};
use crate::measure::is_headline;
use crate::words::{self, distinct};

pub(super) struct Topic<'a> {
    pub metric: Metric,
    pub workload: &'a str,
    /// `op read · fs tmpfs`; empty where the workload has one variant.
    pub variant: String,
    /// How many variants the workload has.
    pub variants: usize,
    /// Its rows, measured or not.
    pub rows: Vec<&'a RowSummary>,
    /// What its first row is compared with, measured or not.
    pub reference: Option<&'a RowSummary>,
    /// Facets by which rows of one isolation differ.
    columns: Vec<&'a str>,
}

/// The headlines of a metric.
pub(super) fn topics<'a>(view: &View<'a>, metric: Metric) -> Vec<Topic<'a>> {
    let mut topics = Vec::new();
    for (workload, mut rows) in view.by_workload(metric) {
        rows.retain(|r| is_headline(r));
        let facets = Facets::of(&rows, false);
        let variants = facets.variants(&rows);
        let count = variants.len();
        topics.extend(variants.into_iter().map(|variant| Topic {
            metric,
            workload,
            variant: variant.name,
            variants: count,
            reference: variant.rows.iter().find_map(|r| view.reference_for(&r.row)),
            rows: variant.rows,
            columns: facets.columns.clone(),
        }));
    }
    topics
}

/// What is alike in all headlines of a metric, in words.
pub(super) fn alike(view: &View<'_>, metric: Metric) -> String {
    let rows: Vec<&RowSummary> = view.rows(metric).filter(|r| is_headline(r)).collect();
    Facets::of(&rows, false).shared_but_scope()
}

impl<'a> Topic<'a> {
    /// The best measured row of those that `wanted` takes.
    pub(super) fn best(&self, wanted: impl Fn(&RowSummary) -> bool) -> Option<&'a RowSummary> {
        let rows = self.rows.iter().copied();
        rows.filter(|r| r.numbers.is_some() && wanted(r))
            .min_by(|a, b| words::better_first(a, b))
    }

    /// What its rows are compared with, by name.
    pub(super) fn reference_name(&self, reference: &RowSummary) -> String {
        let own = self.rows.first().map(|r| &r.row.params);
        let apart = reference.row.params.iter();
        let apart =
            apart.filter(|(name, value)| own.and_then(|own| own.get(*name)) != Some(*value));
        words::reference(&words::isolation(reference), reference.row.start, apart)
    }

    /// Its configuration, and what else tells it from the isolation's other rows.
    pub(super) fn named(&self, row: &RowSummary, whole: bool) -> String {
        let mut name = if whole {
            words::isolation(row)
        } else {
            row.configuration().to_owned()
        };
        let alike = |r: &&&RowSummary| {
            r.row.isolation == row.row.isolation && r.row.target == row.row.target
        };
        for column in &self.columns {
            let values = distinct(self.rows.iter().filter(alike).map(|r| facet(r, column)));
            if let (Some(value), true) = (facet(row, column), values.len() > 1) {
                name = format!("{name}, {column} {value}");
            }
        }
        name
    }
}

/// Whether it is compiled for the component model, which has columns of its own.
pub(super) fn is_component(row: &RowSummary) -> bool {
    row.row.target == Target::Wasip2
}
