//! The first screen: what the run says in a few numbers and one picture, and what is often claimed.
//! Below it how each claim was judged, and what the words mean.

mod card;
mod cards;
mod checked;
mod claims;
mod judge;
mod picture;
mod starts;
mod strip;
mod sure;

use maud::{Markup, html};

use super::report::of_run;
use super::view::View;
use crate::RenderError;
use crate::measure::Measure;

/// Runs that the cards of the first one have side by side.
const BESIDE: usize = 3;

pub(super) fn answer(views: &[View<'_>]) -> Result<Markup, RenderError> {
    let screens = (0..views.len()).map(|place| screen(views, place));
    let screens: Vec<Markup> = screens.collect::<Result<_, _>>()?;
    Ok(html! {
        section.answer id="answer" {
            h2.heard { "The answer" }
            @for screen in screens { (screen) }
        }
    })
}

/// The runs whose answers stand side by side, the first of the page among them. Numbers of another method do
/// not mean the same, and those of many have no room: they stand on screens of their own.
fn side_by_side<'v, 'a>(views: &'v [View<'a>]) -> Vec<&'v View<'a>> {
    let first = views.first().map(|view| view.run.method_version);
    let alike = |view: &&View<'_>| Some(view.run.method_version) == first;
    views.iter().filter(alike).take(BESIDE).collect()
}

/// The screen of a run. That of the first has the cards of all that stand beside it.
fn screen(views: &[View<'_>], place: usize) -> Result<Markup, RenderError> {
    let view = &views[place];
    let beside = side_by_side(views);
    let is_told = place > 0 && beside.iter().any(|one| one.index == view.index);
    let own = if place == 0 { beside } else { vec![view] };
    let boards: Vec<_> = own.iter().map(|view| &view.board).collect();
    let cards = cards::cards(&boards);
    let picture = picture::picture(view)?;
    let held = claims::held(view);
    Ok(html! {
        div.screen.first[place == 0] id=(view.id("answer")) {
            (of_run(views, view))
            @if cards.is_empty() {
                p.nothing { (nothing(view)) }
            } @else if is_told {
                p.beside { "Its numbers stand beside those of run 1, " a href={ "#" (views[0].id("answer")) } { "above" } "." }
            } @else {
                ul.cards { @for one in &cards { (card::card(&own, one)) } }
            }
            @if let Some(picture) = picture { (picture) }
            (checked::checked(view))
            (sure::sure(view))
            (strip::strip(view, &held))
        }
        @if !held.is_empty() { (strip::details(view, &held)) }
        (starts::starts(view))
    })
}

/// What is said where no question has an answer.
fn nothing(view: &View<'_>) -> Markup {
    let is_measured = Measure::ALL.into_iter().any(|m| view.is_measured(m));
    let what = match (is_measured, view.is_measured(Measure::Conformance)) {
        (_, true) => {
            return html! { "This run asks what each isolation does, and not what it costs." };
        }
        (true, false) => "No headline",
        (false, false) => "Nothing",
    };
    html! {
        strong { (what) " was measured. " }
        a href="#rows" { "The reasons" } " stand with every row below."
    }
}
