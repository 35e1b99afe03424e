//! The page: one HTML file from one or more runs, in one form for every measure.

mod answer;
mod by_run;
mod decide;
mod distributions;
mod downloads;
mod every;
mod evidence;
mod figure;
mod heat;
mod matrix;
mod portability;
mod replay;
mod report;
mod several;
mod silent;
mod traced;
mod tradeoff;
mod view;

use labrun_analysis::Summary;
use labrun_record::Run;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::RenderError;
use crate::board::{Board, json};
use evidence::notes;
use view::View;

pub use several::apart;

/// One run on a page.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    /// Its `run.json`.
    pub run: &'a Run,
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
const SCRIPTS: [&str; 8] = [
    include_str!("script/core.js"),
    include_str!("script/decide.js"),
    include_str!("script/heat.js"),
    include_str!("script/scatter.js"),
    include_str!("script/tradeoff.js"),
    include_str!("script/every.js"),
    include_str!("script/again.js"),
    include_str!("script/downloads.js"),
];

/// Bytes that a page is to have at most: downloads are what gives way.
const ROOM: usize = 1_950_000;

/// The report of a run.
pub fn page(run: &Run, summary: &Summary) -> Result<String, RenderError> {
    pages(&[Section { run, summary }], &[])
}

/// The report of several runs: those of scenarios side by side, and replays below, one after another.
/// Nothing is compared across runs that do not belong together, and it is said which do not. What could
/// not be read of others, `refused`, is said first.
pub fn pages(sections: &[Section<'_>], refused: &[String]) -> Result<String, RenderError> {
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
    let all = sections.iter().copied();
    let (runs, replays): (Vec<_>, Vec<_>) = all.partition(|one| one.summary.replay.is_none());
    let count = runs.len();
    let all = runs.into_iter().chain(replays).enumerate();
    let views: Vec<View<'_>> = all.map(|(index, one)| View::new(index, one)).collect();
    let (runs, replays) = views.split_at(count);
    let scripts = scripts(runs).into_string();
    let room = ROOM.saturating_sub(scripts.len() + STYLE.map(str::len).iter().sum::<usize>());
    let mut below = Vec::new();
    for view in replays {
        if let Some(replay) = &view.summary.replay {
            below.push((view, replay::body(view, replay, room / views.len())?));
        }
    }
    let below = html! {
        @for (view, body) in &below { article id=(view.id("run")) { (body) } }
    };
    let before = html! { (several::refused(refused)) (several::said(sections)) };
    let body = if runs.is_empty() {
        html! { main { (before) (below) } }
    } else {
        report::report(runs, &before, &below, room.saturating_sub(below.0.len()))?
    };
    let body = PreEscaped(lean(&body.into_string()));
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
                (body)
                (PreEscaped(scripts))
            }
        }
    };
    Ok(page.into_string())
}

/// The same without the ends of cells and lines of tables, which HTML leaves to be seen by what follows: a page has
/// thousands of them. What is text has no `<`.
fn lean(body: &str) -> String {
    let ends = ["</td>", "</th>", "</tr>"];
    ends.iter()
        .fold(body.to_owned(), |body, end| body.replace(end, ""))
}

/// The board as scripts have it, and the scripts. Each is an element of its own, so that one that
/// fails does not stop the next. A page of replays alone has nothing but files and charts to save.
fn scripts(runs: &[View<'_>]) -> Markup {
    let boards: Vec<&Board<'_>> = runs.iter().map(|view| &view.board).collect();
    let mut own = SCRIPTS.to_vec();
    if runs.is_empty() {
        own.drain(1..SCRIPTS.len() - 1);
    }
    html! {
        script type="application/json" id="board" { (PreEscaped(json(&boards))) }
        @for script in own { script { (PreEscaped(script)) } }
    }
}
