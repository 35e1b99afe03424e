//! What a page of several runs says before them: which could not be shown, and which have nothing in
//! common with the others.

use std::collections::BTreeSet;

use labrun_record::{Row, Run};
use maud::{Markup, html};

use super::Section;

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
            div.before { @for why in refused { p.banner role="note" { strong { "Not shown. " } (why) "." } } }
        }
    }
}

/// What is said of a run before it.
pub(super) fn said(said: Option<&str>) -> Markup {
    html! {
        @if let Some(said) = said {
            div.before { p.banner role="note" { strong { "By itself. " } (said) "." } }
        }
    }
}
