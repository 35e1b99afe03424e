//! Where the sides came from: versions, settings, digests.

use labrun_record::{BuildEnvironment, Replay, ReplaySide};
use maud::{Markup, html};

use super::machine;

pub(super) fn sides(replay: &Replay) -> Markup {
    let [a, b] = &replay.sides;
    let alike = a == b;
    html! {
        @if alike { (side("A and B", a)) } @else { (side("A", a)) (side("B", b)) }
    }
}

fn side(which: &str, side: &ReplaySide) -> Markup {
    html! {
        section {
            h2 { "Side " (which) }
            dl.facts {
                div { dt { "named" } dd { (side.name) } }
                div { dt { "which is" } dd { (side.of) } }
                div { dt { "labrun" } dd { (side.lab_version) ", whose definitions it has" } }
                @if let Some(build) = &side.build { div { dt { "built with" } dd { (built(build)) } } }
            }
            @if !side.isolations.is_empty() { (machine::isolations(&side.isolations)) }
            @if !side.artifacts.is_empty() { (machine::artifacts(&side.artifacts)) }
        }
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
