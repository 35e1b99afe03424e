//! What several runs on one page have to do with each other: what can be read side by side, and what
//! must not be.

use std::collections::{BTreeMap, HashMap};

use labrun_record::Run;
use maud::{Markup, html};

use super::view::View;
use crate::board::{line_key, question_key};
use crate::units;
use crate::words::distinct;

/// What a reader has to know first, where there are several runs; or replays below them.
pub(super) fn banners(views: &[View<'_>], with_replays: bool) -> Markup {
    let methods = distinct(views.iter().map(|view| view.run.method_version));
    html! {
        @if with_replays {
            p.banner role="note" { strong { "Scenarios and replays. " } "They are not compared with each other: the replays stand at the end of the page." }
        }
        @if views.len() > 1 {
            div.banner role="note" {
                @if has_machines(views) {
                    p {
                        strong { "Several machines. " }
                        "A time of one says nothing of a time of another: compare the ratios, each of which is to the reference of its own run."
                    }
                } @else {
                    p {
                        strong { "Several runs of one machine, one after another. " }
                        "What differs between them can be the machine\u{2019}s own doing: " code { "labrun compare" } " takes out what moved all rows alike, and "
                        code { "labrun replay" } " decides."
                    }
                }
                @if methods.len() > 1 {
                    p { strong { "Different methods. " } "Their numbers do not mean the same, and are not compared." }
                }
                @if !have_rows_in_common(views) {
                    p { strong { "No row in common. " } "Each run answers its own question: they stand one below the other, and nothing is compared across them." }
                }
                (machines(views))
            }
        }
    }
}

/// Whether the runs are of more than one machine; one that was changed in between is another.
pub(super) fn has_machines(views: &[View<'_>]) -> bool {
    let first = views.first().map(|view| &view.run.machine);
    views.iter().any(|view| Some(&view.run.machine) != first)
}

/// Each run with its machine, and the versions in which they differ.
pub(super) fn machines(views: &[View<'_>]) -> Markup {
    html! {
        dl.runs {
            @for view in views {
                div { dt { (view.name()) } dd { bdi { (view.run.id) } ", labrun " (view.run.lab_version) ": " (fingerprint(view.run)) } }
            }
            @for (technology, versions) in versions(views) {
                div { dt { (technology) } dd { (versions) } }
            }
        }
    }
}

/// The same in a line, to stand above raw numbers.
pub(super) fn in_a_line(views: &[View<'_>]) -> String {
    let each = views.iter();
    let each = each.map(|view| format!("{}: {}", view.name(), fingerprint(view.run)));
    each.collect::<Vec<_>>().join(" | ")
}

fn fingerprint(run: &Run) -> String {
    let machine = &run.machine;
    let hypervisor = machine.hypervisor.as_deref();
    let parts = [
        Some(machine.host.clone()),
        Some(machine.cpu.clone()),
        Some(format!("{} logical", machine.cores)),
        Some(machine.arch.clone()),
        Some(units::bytes(machine.memory_bytes)),
        Some(machine.kernel.clone()),
        hypervisor.map(str::to_owned),
        machine.emulated.then(|| "emulated".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Technologies of which runs have other versions than others: `48.0.8 (run 1), 49.0.0 (run 2)`.
fn versions<'a>(views: &'a [View<'_>]) -> Vec<(&'a str, String)> {
    let mut known: BTreeMap<&'a str, Vec<(&str, String)>> = BTreeMap::new();
    for view in views {
        for row in &view.summary.results {
            let Some(version) = row.isolation_version.as_deref() else {
                continue;
            };
            let own = known.entry(row.row.isolation.as_str()).or_default();
            let one = (version, view.name());
            if !own.contains(&one) {
                own.push(one);
            }
        }
    }
    known.retain(|_, own| distinct(own.iter().map(|(version, _)| *version)).len() > 1);
    let said = |(isolation, own): (&'a str, Vec<(&str, String)>)| {
        let technology = isolation.split('/').next().unwrap_or_default();
        let each = own.into_iter();
        let each = each.map(|(version, run)| format!("{version} ({run})"));
        (technology, each.collect::<Vec<_>>().join(", "))
    };
    distinct(known.into_iter().map(said))
}

/// Whether any two runs have measured the same, whatever the architecture.
fn have_rows_in_common(views: &[View<'_>]) -> bool {
    let mut first: HashMap<_, usize> = HashMap::new();
    for view in views {
        for row in view.summary.results.iter().filter(|r| r.numbers.is_some()) {
            let key = (
                question_key(&row.row),
                row.row.scope.as_deref(),
                line_key(&row.row),
            );
            if *first.entry(key).or_insert(view.index) != view.index {
                return true;
            }
        }
    }
    false
}
