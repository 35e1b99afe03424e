//! How the values of each row are spread, where their time goes, and what load does to them.

use labrun_record::Metric;
use maud::{Markup, PreEscaped, html};

use super::charts::Charts;
use super::report::of_run;
use super::view::View;
use crate::measure::Measure;
use crate::{RenderError, words};

pub(super) fn distributions(views: &[View<'_>]) -> Result<Markup, RenderError> {
    let mut parts = Vec::new();
    for view in views {
        for measure in Measure::ALL {
            if measure == Measure::Conformance {
                continue;
            }
            for metric in view.metrics(measure) {
                parts.push(html! { (of_run(views, view)) (of_metric(view, metric)?) });
            }
        }
    }
    Ok(html! {
        section id="distributions" {
            h2 { "Distributions" }
            @for part in parts { (part) }
        }
    })
}

fn of_metric(view: &View<'_>, metric: Metric) -> Result<Markup, RenderError> {
    let workloads = view.by_workload(metric);
    let charts = Charts::of(view, metric);
    let drawn: Vec<Vec<String>> = workloads
        .iter()
        .map(|(workload, rows)| charts.draw(workload, rows))
        .collect::<Result<_, _>>()?;
    Ok(html! {
        h3 id={ (view.id(metric.name())) } { (words::metric(metric)) }
        p.note { (words::sentence(metric.summary())) }
        (charts.legend())
        @for ((workload, _), drawn) in workloads.iter().zip(drawn) {
            h4 { (workload) }
            @for svg in drawn { figure.scroll tabindex="0" { (PreEscaped(svg)) } }
        }
    })
}
