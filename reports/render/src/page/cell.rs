//! A cell that answers: the median, its interval, and how it compares with the reference.

use labrun_analysis::RowSummary;
use maud::{Markup, html};

use super::view::View;
use crate::{shown, units};

/// The cell of a row, with `name` for what else tells it apart.
pub(super) fn cell(view: &View<'_>, row: Option<&RowSummary>, name: &str) -> Markup {
    let Some(row) = row else {
        return html! { span.muted { "no such row" } };
    };
    let Some(median) = row.median() else {
        return html! { span.muted { "not measured" } };
    };
    html! {
        strong { (units::value(median, row.unit)) } " "
        small { (shown::bare_interval(row)) }
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

/// What stands in the place of a ratio that is not there.
pub(super) fn without_ratio(view: &View<'_>, row: &RowSummary) -> &'static str {
    if view.is_reference(row) {
        "reference"
    } else {
        "no ratio"
    }
}
