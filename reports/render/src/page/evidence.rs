//! How all of it is known: warnings, the machine, what it can tell apart, settings, artifacts, and the
//! commands that measure it again.

use maud::{Markup, html};

use super::report::of_run;
use super::view::View;
use super::{machine, notes, repeat, resolution};

pub(super) fn evidence(views: &[View<'_>]) -> Markup {
    html! {
        section id="evidence" {
            h2 { "How do you know?" }
            @for view in views {
                @let run = view.run;
                (of_run(views, view))
                (notes::warnings(view))
                (machine::machine(run))
                (resolution::of_machine(run))
                section id=(view.id("isolations")) { h3 { "Isolations and their settings" } (machine::isolations(&run.isolations)) }
                @if !run.artifacts.is_empty() { section { h3 { "Artifacts" } (machine::artifacts(&run.artifacts)) } }
                (repeat::repeat(run))
            }
        }
    }
}
