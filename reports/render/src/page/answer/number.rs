//! A row's number on the page: a link to its line in the table of all rows, with the number of the
//! files beside the one that is read.

use labrun_analysis::RowSummary;
use maud::{Markup, html};

use crate::page::view::View;
use crate::units;

/// A row's median, as it is read.
pub(super) fn median(view: &View<'_>, row: &RowSummary) -> Markup {
    let Some(median) = row.median() else {
        return html! { (row.outcome) };
    };
    let anchor = view.anchor(row);
    html! {
        a href={ "#" (anchor) } data-row=(place(&anchor)) data-value=(in_files(median)) {
            (units::value(median, row.unit))
        }
    }
}

/// Words that stand for a row, and not its median.
pub(super) fn linked(view: &View<'_>, row: &RowSummary, words: &str) -> Markup {
    let anchor = view.anchor(row);
    html! { a href={ "#" (anchor) } data-row=(place(&anchor)) { (words) } }
}

/// `RUN-NUMBER` of an anchor.
fn place(anchor: &str) -> &str {
    anchor.strip_prefix("row-").unwrap_or(anchor)
}

/// A number exactly as `summary.json` has it.
fn in_files(number: f64) -> String {
    serde_json::Value::from(number).to_string()
}
