//! The trade-off: what an isolation that is good in one question costs in another. There is no score:
//! whoever decides knows what a millisecond is worth in megabytes, and a page does not. What is shown is
//! which isolations nothing beats in both.

mod figure;
mod letters;
mod pareto;
mod picture;

use maud::{Markup, html};

use super::report::of_run;
use super::view::View;
use crate::RenderError;
use crate::board::Board;
use letters::Letters;
use picture::{Picture, pictures, weighed};

pub(super) fn tradeoff(views: &[View<'_>]) -> Result<Markup, RenderError> {
    let mut blocks = Vec::new();
    for (run, view) in views.iter().enumerate() {
        blocks.push(html! { (of_run(views, view)) (of_view(view, run)?) });
    }
    Ok(html! {
        section id="trade-off" {
            h2 { "Trade-off" }
            p.note {
                "Each mark is an isolation: its letter is the technology, its ring the tier. What has a name is beaten by nothing in both questions at once; the grey line is where that ends. That is by the medians: what differs by less than its intervals, which a mark says when it is pointed at, is not decided. "
                "There is no score: what a millisecond is worth in megabytes is for the reader to say. "
                "The order of tiers claims nothing about strength."
            }
            @for block in blocks { (block) }
        }
    })
}

fn of_view(view: &View<'_>, run: usize) -> Result<Markup, RenderError> {
    let pictures = pictures(&view.board);
    if pictures.is_empty() {
        return Ok(html! {
            p { "There is nothing to weigh: no two isolations have different numbers for a question that is weighed." }
        });
    }
    let letters = Letters::of(&view.board);
    let mut figures = Vec::new();
    for (place, picture) in pictures.iter().enumerate() {
        figures.push(figure::figure(view, picture, &letters, place)?);
    }
    let (first, others) = figures
        .split_first()
        .map_or((None, &[][..]), |(first, others)| (Some(first), others));
    Ok(html! {
        div.trade data-run=(run) {
            (letters.legend(&pictures))
            (chooser(&view.board, &pictures[0]))
            @if let Some(first) = first { (first) }
            @if !others.is_empty() { div.pair { @for figure in others { (figure) } } }
        }
    })
}

/// What a reader may put on the axes of the first picture; of no use without the page's script.
fn chooser(board: &Board<'_>, first: &Picture<'_>) -> Markup {
    let keys = weighed(board);
    let options = |chosen: Option<&str>| {
        html! {
            @for column in keys.iter().map(|place| &board.columns[*place]) {
                option value=(column.key) selected[chosen == Some(column.key.as_str())] { (column.label) }
            }
        }
    };
    let up = first.y.map(|column| column.key.as_str());
    html! {
        p.choose.needs-script hidden {
            label { "Across: " select data-axis="x" { (options(Some(&first.x.key))) } } " "
            label { "Up: " select data-axis="y" {
                (options(up))
                option value="tier" selected[up.is_none()] { "tier" }
            } }
        }
    }
}
