//! The page: one HTML file from one or more runs.

mod cell;
mod charts;
mod claims;
mod glance;
mod machine;
mod matrix;
mod notes;
mod part;
mod rates;
mod repeat;
mod replay;
mod resolution;
mod rows;
mod several;
mod starts;
mod topic;
mod trade;
mod view;

use labrun_analysis::Summary;
use labrun_record::{Run, Sample};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::RenderError;
use crate::measure::Measure;
use view::View;

pub use several::apart;

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
    let section = Section {
        run,
        samples,
        summary,
    };
    pages(&[section], &[])
}

/// The report of several runs, one after another. What could not be read of others, `refused`, is said
/// first, and of each run that has nothing in common with the others that it has not.
pub fn pages(sections: &[Section<'_>], refused: &[String]) -> Result<String, RenderError> {
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
                (several::refused(refused))
                @for (body, said) in bodies.iter().zip(apart(sections)) { (several::said(said.as_deref())) (body) }
            }
        }
    };
    Ok(page.into_string())
}

fn body(index: usize, section: Section<'_>) -> Result<Markup, RenderError> {
    let Section { run, summary, .. } = section;
    if let Some(replay) = &summary.replay {
        return replay::body(index, &View::new(index, section), replay);
    }
    if run.rows.len() != summary.results.len() {
        return Err(RenderError::Mismatch {
            run: run.rows.len(),
            summary: summary.results.len(),
        });
    }
    let view = View::new(index, section);
    let is_here = |m: &Measure| !view.metrics(*m).is_empty();
    let measures: Vec<Measure> = Measure::ALL.into_iter().filter(is_here).collect();
    let several = measures.len() > 1;
    let title_id = |measure: &Measure| view.id(&format!("part-{}", measure.title()));
    let bodies: Vec<(&Measure, Markup)> = measures
        .iter()
        .map(|measure| Ok((measure, part::part(&view, *measure)?)))
        .collect::<Result<_, RenderError>>()?;
    Ok(html! {
        main id={ "r" (index) } {
            header {
                p.eyebrow { (run.scenario) " \u{b7} " (run.started) " \u{b7} " (run.machine.cpu) ", " (run.machine.arch) }
                h1 { (run.question) }
                (notes::banners(run))
                @if several {
                    nav.parts aria-label="Parts" {
                        @for measure in &measures { a href={ "#" (title_id(measure)) } { (measure.title()) } }
                    }
                }
            }
            @if several { (trade::trade(&view)) }
            @for (measure, body) in bodies {
                @if several {
                    div.part id=(title_id(measure)) {
                        p.title { (measure.title()) }
                        @if let Some(part) = view.part(*measure) { p.question { (part.question) } }
                    }
                }
                (body)
            }
            @if several { div.part { p.title { "The run" } } }
            (notes::warnings(&view))
            (machine::machine(run))
            (resolution::of_machine(run))
            section id=(view.id("isolations")) { h2 { "Isolations and their settings" } (machine::isolations(&run.isolations)) }
            @if !run.artifacts.is_empty() { section { h2 { "Artifacts" } (machine::artifacts(&run.artifacts)) } }
            (repeat::repeat(run))
        }
    })
}
