//! How all of it is known: the method in short, what the machine can tell apart, what is doubted, the
//! machine, settings, versions and digests, and the commands that measure it again.

mod artifacts;
mod given;
mod isolations;
mod machine;
mod method;
pub(super) mod notes;
mod repeat;
mod resolution;

use maud::{Markup, html};

use super::every::Left;
use super::report::of_run;
use super::view::View;

pub(super) use artifacts::artifacts;
pub(super) use isolations::isolations;
pub(super) use resolution::table as told_apart;

pub(super) fn evidence(views: &[View<'_>]) -> Markup {
    html! {
        section id="evidence" {
            h2 { "How do you know?" }
            (method::method(views))
            @for view in views {
                @let run = view.run;
                (of_run(views, view))
                @if !run.given.is_empty() { (given::given(&run.given)) }
                (resolution::of_machine(view))
                (notes::warnings(view))
                (machine::machine(view))
                (of_isolations(view))
                @if !run.artifacts.is_empty() {
                    details id=(view.id("artifacts")) {
                        summary { "Artifacts, with their digests" }
                        (artifacts(&run.artifacts))
                    }
                }
                (repeat::repeat(view))
            }
        }
    }
}

/// The isolations of a run; why one is not here is said where its rows are.
fn of_isolations(view: &View<'_>) -> Markup {
    let left = Left::of(view);
    let why = |outcome, reason: &str| {
        let id = left.id_of(outcome, reason)?;
        Some(html! { a href={ "#" (id) } { "why, and how to get it" } })
    };
    html! {
        details id=(view.id("isolations")) open[view.run.isolations.len() <= 20] {
            summary { "Isolations: versions, and their settings with reasons" }
            (isolations(&view.run.isolations, &view.id("isolation"), why))
        }
    }
}

/// The same of a replay, whose sides have isolations and artifacts of their own: `method` is how it
/// decides, and `sides` what was held against each other.
pub(super) fn of_replay(view: &View<'_>, method: &Markup, sides: &Markup) -> Markup {
    let of_itself = view.summary.resolution.is_some();
    html! {
        section id=(view.id("evidence")) {
            h2 { "How do you know?" }
            (method)
            @if !of_itself { (resolution::of_machine(view)) }
            @if !view.summary.warnings.is_empty() { (notes::warnings(view)) }
            (machine::machine(view))
            (sides)
            (repeat::repeat(view))
        }
    }
}
