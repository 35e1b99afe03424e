//! The page of one or several runs of scenarios: the answer first, then what helps to decide, then
//! every row, and how all of it is known.

use maud::{Markup, html};

use super::view::View;
use super::{
    answer, decide, distributions, downloads, every, evidence, heat, matrix, notes, tradeoff,
};
use crate::RenderError;
use crate::measure::Measure;

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

pub(super) fn report(views: &[View<'_>]) -> Result<Markup, RenderError> {
    let questions = crate::words::distinct(views.iter().map(|view| view.run.question.as_str()));
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
                @for view in views { (notes::banners(view.run)) }
            }
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
            (downloads::downloads(views))
        }
    })
}

/// Which run a piece is of, where there are several.
pub(super) fn of_run(views: &[View<'_>], view: &View<'_>) -> Markup {
    html! {
        @if views.len() > 1 {
            p.of-run { (view.run.scenario) " \u{b7} " (view.run.id) " \u{b7} " (view.run.machine.cpu) ", " (view.run.machine.arch) }
        }
    }
}
