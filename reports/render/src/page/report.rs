//! The page of one or several runs of scenarios: the answer first, then what helps to decide, then
//! every row, and how all of it is known.

use maud::{Markup, html};

use super::view::View;
use super::{
    answer, decide, distributions, downloads, every, evidence, heat, matrix, notes, several,
    tradeoff,
};
use crate::RenderError;
use crate::measure::Measure;
use crate::words;

/// The parts of the page, by id, as the links at its top name them.
const PARTS: [(&str, &str); 8] = [
    ("answer", "Answer"),
    ("decide", "Decide"),
    ("matrix", "Matrix"),
    ("trade-off", "Trade-off"),
    ("distributions", "Distributions"),
    ("rows", "Every row"),
    ("evidence", "How do you know?"),
    ("downloads", "Downloads"),
];

/// The report of `views`, with what stands `below`. Downloads take what is left of `room`, in bytes.
pub(super) fn report(
    views: &[View<'_>],
    below: &Markup,
    room: usize,
) -> Result<Markup, RenderError> {
    let questions = words::distinct(views.iter().map(|view| view.run.question.as_str()));
    let parts = html! {
        (answer::answer(views)?)
        (decide::decide(views))
        (heat::heat(views))
        (tradeoff::tradeoff(views)?)
        (distributions::distributions(views)?)
        @for view in views {
            @if !view.metrics(Measure::Conformance).is_empty() { (matrix::matrix(view)) }
        }
        (every::every(views))
        (evidence::evidence(views))
    };
    Ok(html! {
        a.skip href="#answer" { "To the answer" }
        main {
            header {
                nav aria-label="Parts of the page" {
                    @for (id, name) in PARTS { a href={ "#" (id) } { (name) } }
                }
                @for view in views {
                    @let run = view.run;
                    p.eyebrow id=(view.id("run")) { (run.scenario) " \u{b7} " (run.id) " \u{b7} " (run.started) " \u{b7} " (run.machine.cpu) ", " (run.machine.arch) }
                }
                h1 { @for (i, question) in questions.iter().enumerate() { @if i > 0 { " " } (question) } }
                (several::banners(views, !below.0.is_empty()))
                @for view in views { (notes::banners(view.run)) }
            }
            (parts)
            (downloads::downloads(views, room.saturating_sub(parts.0.len())))
            (below)
        }
    })
}

/// Which run a piece is of, where there are several.
pub(super) fn of_run(views: &[View<'_>], view: &View<'_>) -> Markup {
    html! {
        @if views.len() > 1 {
            p.of-run { (words::capital(&view.name())) ": " (view.run.scenario) " \u{b7} " (view.run.id) " \u{b7} " (view.run.machine.cpu) ", " (view.run.machine.arch) }
        }
    }
}
