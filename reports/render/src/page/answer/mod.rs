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

use maud::{Markup, html};

use super::report::of_run;
use super::view::View;
use crate::RenderError;
use crate::measure::Measure;

/// Other runs that a card of the first one names.
const BESIDE: usize = 2;

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

/// The screen of a run. The cards of the first one also say what others say.
fn screen(views: &[View<'_>], place: usize) -> Result<Markup, RenderError> {
    let view = &views[place];
    let others = if place == 0 { &views[1..] } else { &[] };
    // Numbers of another method do not mean the same.
    let alike = |other: &&View<'_>| other.run.method_version == view.run.method_version;
    let others: Vec<&View<'_>> = others.iter().filter(alike).take(BESIDE).collect();
    let cards = cards::cards(&view.board);
    let picture = picture::picture(view)?;
    let held = claims::held(view);
    Ok(html! {
        div.screen.first[place == 0] id=(view.id("answer")) {
            (of_run(views, view))
            @if cards.is_empty() {
                p.nothing { (nothing(view)) }
            } @else {
                ul.cards { @for one in &cards { (card::card(view, one, &others)) } }
            }
            @if let Some(picture) = picture { (picture) }
            (checked::checked(view))
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
