//! Where the sides came from: versions, settings, digests.

use labrun_record::{BuildEnvironment, Replay, ReplaySide};
use maud::{Markup, html};

use crate::page::evidence::{artifacts, isolations};
use crate::page::view::View;

pub(super) fn sides(view: &View<'_>, replay: &Replay) -> Markup {
    let [a, b] = &replay.sides;
    let alike = a == b;
    html! {
        @if alike { (side(view, "A and B", a)) } @else { (side(view, "A", a)) (side(view, "B", b)) }
    }
}

fn side(view: &View<'_>, which: &str, side: &ReplaySide) -> Markup {
    let id = view.id(&format!("isolation-{which}"));
    html! {
        h3 { "Side " (which) }
        dl.facts {
            div { dt { "named" } dd { (side.name) } }
            div { dt { "which is" } dd { (side.of) } }
            div { dt { "labrun" } dd { (side.lab_version) ", whose definitions it has" } }
            @if let Some(build) = &side.build { div { dt { "built with" } dd { (built(build)) } } }
        }
        @if !side.isolations.is_empty() { (isolations(side.isolations.iter().enumerate(), &id, |_, _| None)) }
        @if !side.artifacts.is_empty() { (artifacts(&side.artifacts)) }
    }
}

fn built(build: &BuildEnvironment) -> String {
    let variables = build.environment.iter();
    let variables = variables.map(|(name, value)| format!("{name}={value}"));
    let all: Vec<String> = [build.toolchain.clone()]
        .into_iter()
        .chain(variables)
        .collect();
    all.join(", ")
}
