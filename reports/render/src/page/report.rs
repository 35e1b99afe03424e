//! The page of one or several runs of scenarios: the answer first, then what helps to decide, then
//! every row, and how all of it is known.

use maud::{Markup, html};

use super::view::View;
use super::{
    answer, decide, distributions, downloads, every, evidence, heat, matrix, notes, portability,
    several, tradeoff,
};
use crate::RenderError;
use crate::measure::Measure;
use crate::words::{self, distinct};

/// The parts of the page, by id, as the links at its top name them.
const PARTS: [(&str, &str); 10] = [
    ("answer", "Answer"),
    ("decide", "Decide"),
    ("matrix", "Matrix"),
    ("trade-off", "Trade-off"),
    (PORTABILITY, "Portability"),
    ("distributions", "Distributions"),
    (CONFORMANCE, "Conformance"),
    ("rows", "Every row"),
    ("evidence", "How do you know?"),
    ("downloads", "Downloads"),
];

/// The part that is there where a run has it alone.
const CONFORMANCE: &str = "conformance";

/// The part that is there where the runs have sizes of several architectures.
const PORTABILITY: &str = "portability";

/// The report of `views`, with what is said `before` it and what stands `below`. Downloads take what is left of `room`, in bytes.
pub(super) fn report(
    views: &[View<'_>],
    before: &Markup,
    below: &Markup,
    room: usize,
) -> Result<Markup, RenderError> {
    let checked = |view: &&View<'_>| !view.metrics(Measure::Conformance).is_empty();
    let checked: Vec<&View<'_>> = views.iter().filter(checked).collect();
    let ported = portability::of(views);
    let parts = html! {
        (answer::answer(views)?)
        (decide::decide(views))
        (heat::heat(views))
        (tradeoff::tradeoff(views)?)
        @if !ported.is_empty() {
            section id=(PORTABILITY) { (portability::portability(views, &ported)) }
        }
        (distributions::distributions(views)?)
        @if !checked.is_empty() {
            section id=(CONFORMANCE) {
                h2 { "Conformance" }
                @for view in &checked { (of_run(views, view)) (matrix::matrix(view)) }
            }
        }
        (every::every(views))
        (evidence::evidence(views))
    };
    Ok(html! {
        a.skip href="#answer" { "To the answer" }
        main {
            (header(views, [!checked.is_empty(), !ported.is_empty()], before))
            (parts)
            (downloads::downloads(views, room.saturating_sub(parts.0.len())))
            (below)
        }
    })
}

/// The question, of which runs, and what has to be known before anything is read.
fn header(
    views: &[View<'_>],
    [with_conformance, with_portability]: [bool; 2],
    before: &Markup,
) -> Markup {
    let questions = distinct(views.iter().map(|view| view.run.question.as_str()));
    let is_there = |(id, _): &&(&str, &str)| match *id {
        CONFORMANCE => with_conformance,
        PORTABILITY => with_portability,
        _ => true,
    };
    html! {
        header {
            nav aria-label="Parts of the page" {
                @for (id, name) in PARTS.iter().filter(is_there) { a href={ "#" (id) } { (name) } }
            }
            @if let [first, others @ ..] = &questions[..] {
                h1 { (first) }
                @for other in others { p.question { (other) } }
            }
            @for view in views { p.eyebrow id=(view.id("run")) { (eyebrow(views, view)) } }
            (before)
            (several::banners(views))
            @for view in views { (notes::banners(view.run)) }
        }
    }
}

/// A run in a line; of several with a link to what it says.
fn eyebrow(views: &[View<'_>], view: &View<'_>) -> Markup {
    let run = view.run;
    html! {
        (run.scenario) " \u{b7} "
        @if views.len() > 1 { a href={ "#" (view.id("answer")) } { (run.id) } } @else { (run.id) }
        " \u{b7} " (words::instant(&run.started)) " \u{b7} " (words::processor(run))
    }
}

/// Which run a piece is of, where there are several.
pub(super) fn of_run(views: &[View<'_>], view: &View<'_>) -> Markup {
    html! {
        @if views.len() > 1 {
            p.of-run { (words::capital(&view.name())) ": " (view.run.scenario) " \u{b7} " (view.run.id) " \u{b7} " (words::processor(view.run)) }
        }
    }
}
