//! A number that can be traced: it links to the line of its row, and carries the row and the median as
//! `summary.json` has it.

use labrun_analysis::RowSummary;
use maud::{Markup, Render, html};

use super::view::View;
use crate::{shown, units};

/// Words that stand for a row, and not its median.
pub(super) fn words(view: &View<'_>, row: &RowSummary, words: &str) -> Markup {
    let anchor = view.anchor(row);
    let mark = anchor.trim_start_matches("row-");
    html! { a href={ "#" (anchor) } data-row=(mark) { (words) } }
}

/// `text` about a measured row, as a link to it.
pub(super) fn link(view: &View<'_>, row: &RowSummary, text: &impl Render) -> Markup {
    let anchor = view.anchor(row);
    let mark = anchor.trim_start_matches("row-");
    html! { a href={ "#" (anchor) } data-row=(mark) data-value=[row.median()] { (text) } }
}

/// The median of a row; its outcome where it was not measured.
pub(super) fn median(view: &View<'_>, row: &RowSummary) -> Markup {
    let Some(median) = row.median() else {
        return html! { (row.outcome) };
    };
    link(view, row, &units::value(median, row.unit))
}

/// The median of a row and its interval: `1.69 ms [1.66, 1.72]`; of a counted one `412 KiB exact`.
pub(super) fn number(view: &View<'_>, row: &RowSummary) -> Markup {
    html! { (median(view, row)) " " small { (shown::bare_interval(row)) } }
}
