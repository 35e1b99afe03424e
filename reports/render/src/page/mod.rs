//! The page: one HTML file from one or more runs.

mod answer;
mod charts;
mod claims;
mod glance;
mod latency;
mod lead;
mod machine;
mod notes;
mod part;
mod repeat;
mod rows;
mod topic;
mod trade;
mod view;

use labrun_analysis::Summary;
use labrun_record::{Run, Sample};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::measure::Measure;
use crate::{RenderError, words};
use view::View;

/// One run on a page.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    /// Its `run.json`.
    pub run: &'a Run,
    /// Its `samples.jsonl`.
    pub samples: &'a [Sample],
    /// Its `summary.json`.
    pub summary: &'a Summary,
}

/// The report of a run.
pub fn page(run: &Run, samples: &[Sample], summary: &Summary) -> Result<String, RenderError> {
    pages(&[Section {
        run,
        samples,
        summary,
    }])
}

/// The report of several runs, one after another.
pub fn pages(sections: &[Section<'_>]) -> Result<String, RenderError> {
    let title = match sections {
        [one] => format!("{} \u{b7} {}", one.run.scenario, one.run.id),
        many => format!("{} runs", many.len()),
    };
    let bodies: Vec<Markup> = sections
        .iter()
        .enumerate()
        .map(|(i, section)| body(i, *section))
        .collect::<Result<_, _>>()?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                @if sections.len() > 1 {
                    nav aria-label="Runs" {
                        @for (i, section) in sections.iter().enumerate() {
                            a href={ "#r" (i) } { (section.run.scenario) " \u{b7} " (section.run.id) }
                        }
                    }
                }
                @for body in bodies { (body) }
            }
        }
    };
    Ok(page.into_string())
}

fn body(index: usize, section: Section<'_>) -> Result<Markup, RenderError> {
    let Section { run, summary, .. } = section;
    if run.rows.len() != summary.results.len() {
        return Err(RenderError::Mismatch {
            run: run.rows.len(),
            summary: summary.results.len(),
        });
    }
    let mut views: Vec<View<'_>> = Measure::ALL
        .into_iter()
        .map(|measure| View::new(index, section, measure))
        .filter(|view| view.headline.is_some())
        .collect();
    if views.is_empty() {
        views.push(View::new(index, section, Measure::ColdStart));
    }
    let several = views.len() > 1;
    let bodies: Vec<Markup> = views.iter().map(of_measure).collect::<Result<_, _>>()?;
    Ok(html! {
        main id={ "r" (index) } {
            header {
                p.eyebrow { (run.scenario) " \u{b7} " (run.started) " \u{b7} " (run.machine.cpu) ", " (run.machine.arch) }
                h1 { (run.question) }
                (notes::banners(run))
                @if several { (parts(&views)) }
            }
            @if several { (trade::trade(index, section)) }
            @for (view, body) in views.iter().zip(bodies) {
                @if several {
                    div.part id={ (view.id(view.measure.slug())) } {
                        p.title { (view.measure.title()) }
                        @if let Some(part) = view.part() { p.question { (part.question) } }
                    }
                }
                (body)
            }
            @if several { div.part { p.title { "The run" } } }
            (notes::warnings(&views[0]))
            (machine::machine(run))
            (machine::isolations(run))
            (machine::artifacts(run))
            (repeat::repeat(run))
        }
    })
}

/// The way to the parts of a run.
fn parts(views: &[View<'_>]) -> Markup {
    html! {
        nav.parts aria-label="Parts" {
            @for view in views {
                a href={ "#" (view.id(view.measure.slug())) } { (view.measure.title()) }
            }
        }
    }
}

fn of_measure(view: &View<'_>) -> Result<Markup, RenderError> {
    if view.measure == Measure::ColdStart {
        cold_start(view)
    } else {
        part::part(view)
    }
}

fn cold_start(view: &View<'_>) -> Result<Markup, RenderError> {
    let others = view
        .measure
        .metrics()
        .filter(|m| Some(*m) != view.headline && view.rows(*m).next().is_some());
    Ok(html! {
        (answer::answer(view))
        (claims::claims(view))
        @if let Some(metric) = view.headline {
            section {
                h2 id={ (view.id("rows")) } { (words::metric(metric)) ": every row" }
                p.note {
                    (words::sentence(metric.summary())) " Medians with 95% bootstrap intervals; n is launches, "
                    "one sample each. The verdict compares the interval of the ratio with a margin of "
                    (format!("{:.0}", view.margin() * 100.0)) "%."
                }
                (rows::tables(view, metric))
            }
            (charts::distributions(view)?)
            (charts::phases(view)?)
        }
        @for metric in others {
            section {
                h2 { (words::metric(metric)) }
                p.note { (words::sentence(metric.summary())) }
                (rows::tables(view, metric))
            }
        }
    })
}
