//! The matrix: isolations down, questions across, and in each cell how many times the reference, in
//! numbers and in colour.

mod controls;
mod step;
mod table;

use maud::{Markup, html};

use super::report::of_run;
use super::silent::silent;
use super::view::View;

pub(super) fn heat(views: &[View<'_>]) -> Markup {
    let is_answered = |view: &&View<'_>| !view.board.answered().is_empty();
    let edges = step::EDGES.map(|edge| edge.to_string()).join(" ");
    html! {
        section id="matrix" data-edges=(edges) {
            h2 { "Matrix" }
            @if views.iter().any(|view| is_answered(&view)) {
                p.note {
                    "How many times the reference: under 1 is less of it, over 1 is more. Whether less or more is better stands over each column. "
                    "Each number leads to its row; point at it for the median, its 95% interval and n."
                }
                (controls::controls(views))
                (legend())
                @for (place, view) in views.iter().enumerate().filter(|(_, view)| is_answered(view)) {
                    @let columns = view.board.answered();
                    @let (_, others) = view.board.lines_in(&columns);
                    div data-run=(place) {
                        (of_run(views, view))
                        (table::table(views, view, &columns))
                        (silent(view, &others))
                    }
                }
            } @else {
                p { "There is nothing to compare: none of the questions has a number." }
            }
        }
    }
}

fn legend() -> Markup {
    html! {
        ul.heat-legend aria-label="Scale" {
            li { "better" }
            @for (class, words) in step::scale() { li.{ (class) } { span { (words) } } }
            li { "worse" }
            li.un { span { "not told apart from the reference" } }
        }
    }
}
