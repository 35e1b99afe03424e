//! A cell that answers: the median, its interval, and how it compares with the reference. Of memory
//! a second time below, by what the cgroup is charged.

use labrun_analysis::RowSummary;
use maud::{Markup, html};

use super::view::View;
use crate::beside::scope_name;
use crate::words::distinct;
use crate::{shown, units};

/// The cell of a row, with `name` for what else tells it apart.
pub(super) fn cell(view: &View<'_>, row: Option<&RowSummary>, name: &str) -> Markup {
    let Some(row) = row else {
        return html! { span.muted { "no such row" } };
    };
    html! {
        (number(view, row, name))
        @if let Some(beside) = view.beside(&row.row).filter(|_| row.median().is_some()) {
            div.beside { (number(view, beside, "")) }
        }
    }
}

fn number(view: &View<'_>, row: &RowSummary, name: &str) -> Markup {
    let scope = scope_name(&row.row);
    let Some(numbers) = &row.numbers else {
        return html! {
            span.muted { @match scope { Some(scope) => { (scope) ": " (row.outcome) } None => "not measured" } }
        };
    };
    html! {
        strong { (units::value(numbers.median, row.unit)) } " "
        @if let Some(scope) = scope { span.scope { (scope) } " " }
        small {
            span.nowrap { (shown::bare_interval(row)) }
            @if scope.is_some() { " n\u{a0}" (numbers.n) }
        }
        br;
        small {
            @if !name.is_empty() { (name) br; }
            @match row.ratio() {
                Some(ratio) => { (shown::short(row, ratio)) }
                None => { (without_ratio(view, row)) }
            }
        }
    }
}

/// Why some cells have nothing beside their number: each reason once, with the technologies.
pub(super) fn reasons<'a>(view: &View<'a>, shown: impl Iterator<Item = &'a RowSummary>) -> Markup {
    let missing: Vec<&RowSummary> = shown
        .filter_map(|row| view.beside(&row.row))
        .filter(|row| row.median().is_none())
        .collect();
    let key = |row: &'a RowSummary| (scope_name(&row.row), row.outcome, row.reason.as_deref());
    html! {
        @for (scope, outcome, reason) in distinct(missing.iter().map(|row| key(row))) {
            @let own = missing.iter().filter(|row| key(row) == (scope, outcome, reason));
            @let names = distinct(own.map(|row| row.technology()));
            p.note {
                (scope.unwrap_or_default()) " of " (names.join(", ")) " is " (outcome) ": "
                (reason.unwrap_or("no reason was recorded")) "."
            }
        }
    }
}

/// What stands in the place of a ratio that is not there.
pub(super) fn without_ratio(view: &View<'_>, row: &RowSummary) -> &'static str {
    if view.is_reference(row) {
        "reference"
    } else {
        "no ratio"
    }
}
