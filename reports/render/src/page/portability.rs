//! One artifact for all architectures, or one for each: where several are on a page, what each form of a
//! workload takes to build, to store and to ship, and what has to be installed for that.

use labrun_analysis::{Carried, Portability, architectures};
use labrun_record::{Run, Target};
use maud::{Markup, html};

use super::view::View;
use crate::units;

/// Isolations that are named; of more, how many they are.
const NAMED: usize = 2;

/// What of the runs has sizes on several architectures.
pub(super) fn of(views: &[View<'_>]) -> Vec<Portability> {
    labrun_analysis::portability(&runs(views))
}

fn runs<'a>(views: &[View<'a>]) -> Vec<(&'a Run, &'a labrun_analysis::Summary)> {
    views.iter().map(|view| (view.run, view.summary)).collect()
}

pub(super) fn portability(views: &[View<'_>], all: &[Portability]) -> Markup {
    let architectures = architectures(&runs(views));
    let label = "Portability";
    html! {
        h2 { "One artifact for all, or one for each?" }
        p.note {
            "What a workload takes on " (architectures.join(", ")) ", in all. An artifact is counted once, however many "
            "architectures run it. Sizes are exact, those of emulated rows too."
        }
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr {
                    th scope="col" { "workload" } th scope="col" { "as" }
                    th.number scope="col" { "builds" }
                    th.number scope="col" { "built" } th.number scope="col" { "stored" } th.number scope="col" { "sent" }
                    @for arch in &architectures { th.number scope="col" { "sent to " (arch) } }
                    @for arch in &architectures { th.number scope="col" { "needed on " (arch) } }
                    th scope="col" { "Rust targets to install" }
                } }
                tbody { @for one in all { (row(one)) } }
            }
        }
        dl.runs {
            div { dt { "builds" } dd { "artifacts that have to be built, tested and released" } }
            div { dt { "built, stored, sent" } dd { "as the build leaves them; as they lie where they run; compressed by gzip: the sum of all artifacts" } }
            div { dt { "needed" } dd { "a runtime, its libraries or a daemon, which is a program of that architecture and has to be there already: of the isolations named, the one that needs least" } }
        }
    }
}

fn row(one: &Portability) -> Markup {
    let artifacts = one.artifacts();
    let sum = |of: fn(&Carried) -> f64| -> String {
        let all = artifacts.iter();
        bytes(all.map(|artifact| of(artifact)).sum())
    };
    let isolations = match one.isolations.split_at_checked(NAMED) {
        Some((named, more)) if !more.is_empty() => {
            format!("{} and {} more", named.join(", "), more.len())
        }
        _ => one.isolations.join(", "),
    };
    let each = |of: fn(&Carried) -> f64| -> Vec<String> {
        let all = one.on.iter();
        all.map(|on| {
            on.as_ref()
                .map_or_else(|| "\u{2013}".to_owned(), |on| bytes(of(on)))
        })
        .collect()
    };
    // Of an image the triple is its tag; what is in it is a program for musl.
    let triples = match one.target {
        Target::Image => "those of native/static".to_owned(),
        _ => one.triples().into_iter().collect::<Vec<_>>().join(", "),
    };
    html! {
        tr {
            th scope="row" { (one.workload) }
            td { (one.target) ": " (isolations) }
            td.number { (artifacts.len()) }
            td.number { (sum(|one| one.built)) }
            td.number { (sum(|one| one.stored)) }
            td.number { (sum(|one| one.sent)) }
            @for sent in each(|one| one.sent) { td.number { (sent) } }
            @for needed in each(|one| one.needed) { td.number { (needed) } }
            td { (triples) }
        }
    }
}

fn bytes(count: f64) -> String {
    units::value(count, labrun_record::Unit::Bytes)
}
