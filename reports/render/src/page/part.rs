//! A measure of a run: its answer, what is claimed, then each metric with its charts and
//! every row.

use labrun_record::Metric;
use maud::{Markup, PreEscaped, html};

use super::charts::Charts;
use super::view::View;
use super::{claims, glance, matrix, rows, starts};
use crate::measure::Measure;
use crate::{RenderError, words};

pub(super) fn part(view: &View<'_>, measure: Measure) -> Result<Markup, RenderError> {
    // What holds or does not has no chart.
    if measure == Measure::Conformance {
        return Ok(matrix::matrix(view));
    }
    let metrics: Vec<Markup> = view
        .metrics(measure)
        .into_iter()
        .map(|metric| of_metric(view, metric))
        .collect::<Result<_, _>>()?;
    Ok(html! {
        section.answer {
            h2 { "The answer" }
            (glance::glance(view, measure))
            (starts::starts(view, measure))
        }
        (claims::claims(view, measure))
        @for metric in metrics { (metric) }
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
        section {
            h2 id={ (view.id(metric.name())) } { (words::metric(metric)) }
            p.note { (words::sentence(metric.summary())) " " (how(view, metric)) }
            (charts.legend())
            @for ((workload, rows), drawn) in workloads.iter().zip(drawn) {
                h3 { (workload) }
                @for svg in drawn { figure.scroll tabindex="0" { (PreEscaped(svg)) } }
                (rows::table(view, metric, workload, rows))
            }
        }
    })
}

/// How to read the numbers of a metric.
fn how(view: &View<'_>, metric: Metric) -> String {
    let margin = view.margin(Measure::of(metric)) * 100.0;
    let (taken, compared) = if metric.is_exact() {
        (
            "Counted, not measured: n is 1 and the number is exact.",
            "ratio",
        )
    } else {
        (
            "Medians with 95% bootstrap intervals; n is launches, one sample each.",
            "interval of the ratio",
        )
    };
    format!("{taken} The verdict compares the {compared} with a margin of {margin:.0}%.")
}
