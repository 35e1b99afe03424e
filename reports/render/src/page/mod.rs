//! The page: one HTML file from one or more runs, in one form for every measure.

mod answer;
mod cell;
mod charts;
mod decide;
mod distributions;
mod downloads;
mod every;
mod evidence;
mod heat;
mod machine;
mod matrix;
mod notes;
mod rates;
mod repeat;
mod replay;
mod report;
mod resolution;
mod rows;
mod topic;
mod trade;
mod tradeoff;
mod view;

use labrun_analysis::Summary;
use labrun_record::{Run, Sample};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::RenderError;
use crate::board::{Board, json};
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

/// The style of each part of the page, one after another.
const STYLE: [&str; 8] = [
    include_str!("style/base.css"),
    include_str!("style/answer.css"),
    include_str!("style/decide.css"),
    include_str!("style/heat.css"),
    include_str!("style/tradeoff.css"),
    include_str!("style/distributions.css"),
    include_str!("style/every.css"),
    include_str!("style/print.css"),
];

/// The script of each part, after what all of them stand on. Each is a scope of its own, and one
/// that fails leaves the others as they are.
const SCRIPTS: [&str; 6] = [
    include_str!("script/core.js"),
    include_str!("script/decide.js"),
    include_str!("script/heat.js"),
    include_str!("script/tradeoff.js"),
    include_str!("script/every.js"),
    include_str!("script/downloads.js"),
];

/// The report of a run.
pub fn page(run: &Run, samples: &[Sample], summary: &Summary) -> Result<String, RenderError> {
    pages(&[Section {
        run,
        samples,
        summary,
    }])
}

/// The report of several runs: those of scenarios side by side, and replays one after another.
pub fn pages(sections: &[Section<'_>]) -> Result<String, RenderError> {
    let title = match sections {
        [one] => format!("{} \u{b7} {}", one.run.scenario, one.run.id),
        many => format!("{} runs", many.len()),
    };
    for Section { run, summary, .. } in sections {
        if summary.replay.is_none() && run.rows.len() != summary.results.len() {
            return Err(RenderError::Mismatch {
                run: run.rows.len(),
                summary: summary.results.len(),
            });
        }
    }
    let views: Vec<View<'_>> = sections
        .iter()
        .enumerate()
        .map(|(index, section)| View::new(index, *section))
        .collect();
    let (replays, runs): (Vec<View<'_>>, Vec<View<'_>>) = views
        .into_iter()
        .partition(|view| view.summary.replay.is_some());
    let mut bodies: Vec<Markup> = Vec::new();
    if !runs.is_empty() {
        bodies.push(report::report(&runs)?);
    }
    for view in &replays {
        if let Some(replay) = &view.summary.replay {
            bodies.push(replay::body(view, replay)?);
        }
    }
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { @for style in STYLE { (PreEscaped(style)) } }
            }
            body {
                @for body in bodies { (body) }
                @if !runs.is_empty() { (scripts(&runs)) }
            }
        }
    };
    Ok(page.into_string())
}

/// The board as scripts have it, and the scripts. Each is an element of its own, so that one that
/// fails does not stop the next.
fn scripts(runs: &[View<'_>]) -> Markup {
    let boards: Vec<&Board<'_>> = runs.iter().map(|view| &view.board).collect();
    html! {
        script type="application/json" id="board" { (PreEscaped(json(&boards))) }
        @for script in SCRIPTS { script { (PreEscaped(script)) } }
    }
}
