//! A measure other than cold start: its answer, what is claimed, then each metric with its
//! charts and every row.

use labrun_analysis::RowSummary;
use labrun_record::Metric;
use maud::{Markup, PreEscaped, html};

use super::view::View;
use super::{claims, glance, latency, rows};
use crate::chart::{self, Group, Lane};
use crate::facets::{Facets, facet};
use crate::measure::is_headline;
use crate::{RenderError, words};

pub(super) fn part(view: &View<'_>) -> Result<Markup, RenderError> {
    let mut metrics = Vec::new();
    for metric in view.measure.metrics() {
        if view.rows(metric).next().is_some() {
            metrics.push(of_metric(view, metric)?);
        }
    }
    Ok(html! {
        section.answer {
            h2 { "The answer" }
            (glance::glance(view))
        }
        (claims::claims(view))
        @for metric in metrics { (metric) }
    })
}

fn of_metric(view: &View<'_>, metric: Metric) -> Result<Markup, RenderError> {
    let mut workloads = Vec::new();
    for workload in &view.workloads {
        let rows: Vec<&RowSummary> = view
            .rows(metric)
            .filter(|r| r.row.workload == *workload)
            .collect();
        if !rows.is_empty() {
            let over_rate = if metric == Metric::Latency {
                latency::against_rate(view, workload, &rows)?
            } else {
                None
            };
            // Then the headline's dots will do: the others are in the lines and the table.
            let dotted: Vec<&RowSummary> = rows
                .iter()
                .copied()
                .filter(|r| over_rate.is_none() || is_headline(r))
                .collect();
            let charts = [over_rate, dots(view, metric, workload, &dotted)?];
            workloads.push((workload, charts));
        }
    }
    Ok(html! {
        section {
            h2 id={ (view.id(metric.name())) } { (words::metric(metric)) }
            p.note { (words::sentence(metric.summary())) " " (how(view, metric)) }
            @for (workload, charts) in workloads {
                h3 { (workload) }
                @for svg in charts.into_iter().flatten() { figure.scroll tabindex="0" { (PreEscaped(svg)) } }
                (rows::of_workload(view, metric, workload))
            }
        }
    })
}

/// How to read the numbers of a metric.
fn how(view: &View<'_>, metric: Metric) -> String {
    let margin = view.margin() * 100.0;
    if metric.is_exact() {
        format!(
            "Counted, not measured: n is 1 and the number is exact. The verdict compares the ratio with a margin of {margin:.0}%."
        )
    } else {
        format!(
            "Medians with 95% bootstrap intervals; n is launches, one sample each. The verdict compares the interval of the ratio with a margin of {margin:.0}%."
        )
    }
}

/// The dots of a workload; none where there is nothing to compare.
fn dots(
    view: &View<'_>,
    metric: Metric,
    workload: &str,
    rows: &[&RowSummary],
) -> Result<Option<String>, RenderError> {
    let facets = Facets::of(rows, false);
    let lane = |row: &'_ RowSummary| {
        let own = facets.columns.iter().filter_map(|c| facet(row, c));
        let names: Vec<String> = [words::isolation(row)]
            .into_iter()
            .chain(own.map(str::to_owned))
            .collect();
        names.join(" ")
    };
    let mut groups: Vec<Group<'_>> = facets
        .variants(rows)
        .into_iter()
        .map(|variant| Group {
            name: variant.name,
            reference: variant.rows.iter().find_map(|r| {
                let reference = view.reference_for(&r.row)?;
                Some(reference.numbers.as_ref()?.median)
            }),
            lanes: variant
                .rows
                .into_iter()
                .filter(|r| r.numbers.is_some())
                .map(|row| Lane {
                    name: lane(row),
                    row,
                    is_reference: view.is_reference(row),
                })
                .collect(),
        })
        .filter(|group| !group.lanes.is_empty())
        .collect();
    if groups.iter().map(|g| g.lanes.len()).sum::<usize>() < 2 {
        return Ok(None);
    }
    let id = view.id(&format!("{}-{workload}", metric.name()));
    let title = format!("{workload}: {}", words::metric(metric).to_lowercase());
    chart::dots(&id, &title, &mut groups, &view.technologies).map(Some)
}
