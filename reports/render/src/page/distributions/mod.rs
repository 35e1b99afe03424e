//! How the values of each row are spread, where their time goes, what load does to them, and what
//! instances hold: by metric and workload, folded but for the first.

mod lanes;
mod load;
mod memory;
mod said;
mod spread;

use labrun_analysis::RowSummary;
use labrun_record::Metric;
use maud::{Markup, html};

use super::report::of_run;
use super::view::View;
use crate::measure::Measure;
use crate::{RenderError, words};
use lanes::{has_phases, is_drawn};

/// Lanes that all charts of a page have together, about: a page is sent by mail, and read on a phone.
const ALL: usize = 300;
/// Lanes that a group has at most, and those that it has however many groups there are.
const LANES: (usize, usize) = (40, 6);

pub(super) fn distributions(views: &[View<'_>]) -> Result<Markup, RenderError> {
    let questions = views.iter().flat_map(|view| &view.board.columns).count();
    let most = (ALL / questions.max(1)).clamp(LANES.1, LANES.0);
    let mut runs = Vec::new();
    let mut is_first = true;
    for view in views {
        let measures = Measure::ALL.into_iter();
        let measures = measures.filter(|measure| *measure != Measure::Conformance);
        let mut metrics = Vec::new();
        for metric in measures.flat_map(|measure| view.metrics(measure)) {
            let folded = of_metric(view, metric, most)?;
            if !folded.is_empty() {
                metrics.push(html! {
                    h3 id=(view.id(metric.name())) { (words::metric(metric)) }
                    p.note { (words::sentence(metric.summary())) (legend(metric)) }
                    @for (summary, figures) in &folded {
                        details.distribution open[std::mem::take(&mut is_first)] {
                            summary { (summary) }
                            @for figure in figures { (figure) }
                        }
                    }
                });
            }
        }
        if !metrics.is_empty() {
            runs.push(html! { (of_run(views, view)) @for metric in metrics { (metric) } });
        }
    }
    Ok(html! {
        section id="distributions" {
            h2 { "Distributions" }
            @if runs.is_empty() { p { "Nothing was measured that has a distribution." } }
            @for run in runs { (run) }
        }
    })
}

/// How to read the charts of a metric.
fn legend(metric: Metric) -> &'static str {
    if crate::measure::has_distributions(metric) {
        " A steep curve is steady; a long foot to the right is a tail, and two steps are two modes."
    } else {
        ""
    }
}

/// Each workload of a metric that has charts, in a sentence, with them.
fn of_metric(
    view: &View<'_>,
    metric: Metric,
    most: usize,
) -> Result<Vec<(Markup, Vec<Markup>)>, RenderError> {
    let workloads = view.by_workload(metric);
    let numbers = view.rows(metric).filter_map(|row| row.numbers.as_ref());
    let phases = words::distinct(numbers.flat_map(|n| n.phases.keys().map(String::as_str)));
    let mut folded = Vec::new();
    for (place, (workload, rows)) in workloads.into_iter().enumerate() {
        let what = What {
            view,
            metric,
            workload,
            place,
            phases: &phases,
            most,
        };
        let own = rows.iter().copied();
        let measured: Vec<&RowSummary> = own
            .filter(|row| row.median().is_some() && row.compares())
            .collect();
        let drawn: Vec<&RowSummary> = measured.iter().copied().filter(|r| is_drawn(r)).collect();
        let mut figures = load::figures(&what, &measured)?;
        let groups = lanes::groups(&what, &drawn);
        if figures.is_empty() {
            figures.extend(spread::figures(&what, &groups)?);
        }
        if has_phases(&groups) {
            figures.extend(spread::waterfall(&what, &groups)?);
        }
        figures.extend(memory::figure(&what, &drawn)?);
        if !figures.is_empty() {
            let extremes = said::extremes(&groups);
            folded.push((html! { strong { (workload) } " " (extremes) }, figures));
        }
    }
    Ok(folded)
}

/// What charts are about: a workload's rows of a metric.
struct What<'a> {
    view: &'a View<'a>,
    metric: Metric,
    workload: &'a str,
    /// Its place among the metric's workloads.
    place: usize,
    /// The phases that any row of the metric has, in the order of first appearance.
    phases: &'a [&'a str],
    /// Lanes of a group at most.
    most: usize,
}

impl<'a> What<'a> {
    /// A chart of a kind, with its title.
    fn chart(&self, kind: &str, title: &str) -> crate::chart::Chart<'a> {
        crate::chart::Chart {
            id: self
                .view
                .id(&format!("{kind}-{}-{}", self.metric.name(), self.place)),
            title: format!("{}: {title}", self.workload),
            technologies: &self.view.technologies,
        }
    }

    /// The metric in words.
    fn words(&self) -> String {
        words::metric(self.metric).to_lowercase()
    }
}
