//! What several runs on one page have to do with each other: what can be read side by side, and what
//! must not be.

use std::collections::{BTreeMap, BTreeSet};

use labrun_record::{Row, Run};
use maud::{Markup, html};

use super::Section;
use super::view::View;
use crate::units;
use crate::words::distinct;

/// What a reader has to know first, where there are several runs; or replays below them.
pub(super) fn banners(views: &[View<'_>]) -> Markup {
    let methods = distinct(views.iter().map(|view| view.run.method_version));
    html! {
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

/// Of each run, in their order, that it has nothing in common with the others, if so.
pub fn apart(sections: &[Section<'_>]) -> Vec<Option<String>> {
    let runs: Vec<&Run> = sections.iter().map(|section| section.run).collect();
    let rows: Vec<BTreeSet<Row>> = runs.iter().map(|run| rows(run)).collect();
    let one = |(place, run): (usize, &&Run)| {
        let others = || (0..runs.len()).filter(|other| *other != place);
        let alike = |other: &usize| runs[*other].replay.is_some() == run.replay.is_some();
        if run.replay.is_some() && others().any(|other| !alike(&other)) {
            return Some(format!(
                "{} is a replay, which has both sides in itself, and stands by itself",
                run.id
            ));
        }
        let mut others = others().filter(alike).peekable();
        others.peek()?;
        let is_apart = others.all(|other| rows[place].is_disjoint(&rows[other]));
        is_apart.then(|| {
            format!(
                "{}, of the scenario {}, has no row in common with the other runs, and stands by itself",
                run.id, run.scenario
            )
        })
    };
    runs.iter().enumerate().map(one).collect()
}

/// What a run measured, on whatever machine.
fn rows(run: &Run) -> BTreeSet<Row> {
    let rows = run.rows.iter().cloned();
    let rows = rows.map(|row| Row {
        arch: String::new(),
        ..row
    });
    rows.collect()
}

/// The runs that are not shown, and why.
pub(super) fn refused(refused: &[String]) -> Markup {
    html! {
        @if !refused.is_empty() {
            @for why in refused { p.banner role="note" { strong { "Not shown. " } (why) "." } }
        }
    }
}

/// Which runs have nothing in common with the others.
pub(super) fn said(sections: &[Section<'_>]) -> Markup {
    html! {
        @for said in apart(sections).into_iter().flatten() {
            p.banner role="note" { strong { "By itself. " } (said) "." }
        }
    }
}
