//! The charts of each workload, in their boxes.

use maud::{Markup, PreEscaped, html};

use super::view::View;
use crate::RenderError;
use crate::chart::{self, Series, phase_ink, phase_names};

pub(super) fn distributions(view: &View<'_>) -> Result<Markup, RenderError> {
    let mut charts = Vec::new();
    for workload in &view.workloads {
        let series = view.series(workload);
        if series.is_empty() {
            continue;
        }
        let groups = view.groups(workload);
        let fastest: Vec<Series<'_>> = groups.iter().filter_map(|g| g.first().copied()).collect();
        let (over, lanes) = (format!("over-{workload}"), format!("ecdf-{workload}"));
        let technologies = &view.technologies;
        let reference = view.reference(workload).map(|s| s.median);
        charts.push((
            workload,
            chart::overview(&view.id(&over), workload, &fastest, technologies)?,
            chart::ecdf(&view.id(&lanes), workload, &series, technologies, reference)?,
        ));
    }
    Ok(html! {
        @if !charts.is_empty() {
            section {
                h2 { "Distributions" }
                p.note {
                    "Empirical cumulative distributions on a logarithmic axis: a steep step is a steady start, a long foot to the "
                    "right a tail, two steps two modes. First the fastest configuration of each technology at each start "
                    "(solid: process, dashed: resident, dotted: loaded), then every row in a lane of its own, with its median and "
                    "its ratio to the reference, whose median is the vertical line."
                }
                @for (workload, overview, lanes) in charts {
                    h3 { (workload) }
                    figure.scroll tabindex="0" { (PreEscaped(overview)) }
                    figure.scroll tabindex="0" { (PreEscaped(lanes)) }
                }
            }
        }
    })
}

pub(super) fn phases(view: &View<'_>) -> Result<Markup, RenderError> {
    let all: Vec<Vec<Series<'_>>> = view
        .workloads
        .iter()
        .map(|w| view.series(w))
        .map(|s| s.into_iter().filter(has_phases).collect())
        .collect();
    let every: Vec<Series<'_>> = all.iter().flatten().copied().collect();
    let names = phase_names(&every);
    if names.is_empty() {
        return Ok(html! {});
    }
    let mut charts = Vec::new();
    for (workload, series) in view.workloads.iter().zip(&all) {
        if !series.is_empty() {
            let id = view.id(&format!("phases-{workload}"));
            charts.push((workload, chart::phases(&id, workload, series, &names)?));
        }
    }
    Ok(html! {
        section {
            h2 { "Where the time goes" }
            p.note {
                "Contiguous phases of each launch, the median of each, on linear axes; rows of one magnitude share an axis. "
                "The parts are medians of their own and need not sum to the median of the whole, which stands at the right. "
                "What no one claims is unattributed."
            }
            ul.legend {
                @for name in &names {
                    li { span.chip.{ "p" (phase_ink(name, &names)) } {} (name) }
                }
            }
            @for (workload, svg) in charts {
                h3 { (workload) }
                figure.scroll tabindex="0" { (PreEscaped(svg)) }
            }
        }
    })
}

fn has_phases(series: &Series<'_>) -> bool {
    series
        .row
        .numbers
        .as_ref()
        .is_some_and(|n| !n.phases.is_empty())
}
