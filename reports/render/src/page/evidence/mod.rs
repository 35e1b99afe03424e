//! How all of it is known: the method in short, what the machine can tell apart, what is doubted, the
//! machine, settings, versions and digests, and the commands that measure it again.

mod artifacts;
mod asked;
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
use crate::units;

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
                (asked::asked(&run.loads))
                (resolution::of_machine(view))
                (notes::warnings(view))
                (machine::machine(view))
                (of_isolations(views, view))
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

/// The isolations of a run, but for those that are in the table of the first run, word by word; why one
/// is not here is said where its rows are.
fn of_isolations(views: &[View<'_>], view: &View<'_>) -> Markup {
    let first = views.first().filter(|first| first.index != view.index);
    let told = first.map_or(&[][..], |first| &first.run.isolations[..]);
    let all = view.run.isolations.iter().enumerate();
    let own: Vec<_> = all.filter(|(_, own)| !told.contains(own)).collect();
    let alike = view.run.isolations.len() - own.len();
    let left = Left::of(view);
    let why = |outcome, reason: &str| {
        let id = left.id_of(outcome, reason)?;
        Some(html! { a href={ "#" (id) } { "why, and how to get it" } })
    };
    html! {
        details id=(view.id("isolations")) open[view.run.isolations.len() <= 20] {
            summary { "Isolations: versions, and their settings with reasons" }
            @if let Some(first) = first.filter(|_| alike > 0) {
                p { (units::plural(alike, "isolation")) " as in the " a href={ "#" (first.id("isolations")) } { "table of " (first.name()) } ", with the same versions and settings." }
            }
            @if !own.is_empty() { (isolations(own.into_iter(), &view.id("isolation"), why)) }
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
