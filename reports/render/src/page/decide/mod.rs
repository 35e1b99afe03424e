//! Hard limits and what matters to the reader: isolations are struck out and sorted as they change.
//! Nothing is weighed: whoever decides knows what a millisecond is worth in megabytes, and a page does
//! not.

mod choice;
mod choose;
mod limits;
mod table;

use maud::{Markup, html};

use super::report::of_run;
use super::view::View;

pub(super) fn decide(views: &[View<'_>]) -> Markup {
    let is_answered = |view: &View<'_>| !view.board.answered().is_empty();
    html! {
        section id="decide" {
            h2 { "Decide" }
            @if views.iter().any(is_answered) {
                p.note {
                    "Say what you need, and what does not keep to it is struck out. No limit is set to begin with, and nothing is weighed. "
                    "A limit is held against the median; where the interval reaches across it, that is said. "
                    "Tiers are in the order of how far a program is from the host\u{2019}s system calls, which claims nothing about strength."
                }
                (limits::limits(views))
                @for (place, view) in views.iter().enumerate() {
                    div data-run=(place) {
                        (of_run(views, view))
                        @if is_answered(view) { (table::table(views, view)) (choose::choose(view)) }
                        @else { p { "There is nothing to decide by in this run: none of its questions has a number." } }
                    }
                }
            } @else {
                p { "There is nothing to decide by: none of the questions has a number. The reasons stand under " a href="#rows" { "Every row" } "." }
            }
        }
    }
}
