//! A chart as the page has it: its title, what it shows in words, its legend, and its table.

use labrun_analysis::RowSummary;
use maud::{Markup, html};

use super::view::View;
use crate::chart::Chart;
use crate::{shown, units};

/// A chart with all that belongs to it.
pub(super) struct Figure<'a> {
    pub chart: &'a Chart<'a>,
    /// What it shows, in words.
    pub description: &'a str,
    pub legend: Markup,
    pub drawn: Markup,
    /// Head and body of its table.
    pub numbers: Markup,
}

impl Figure<'_> {
    pub(super) fn markup(&self) -> Markup {
        let Chart { id, title, .. } = self.chart;
        html! {
            figure.drawn id=(id) {
                figcaption { strong { (title) } " " span { (self.description) } }
                (self.legend)
                div.scroll tabindex="0" role="region" aria-label=(title) { (self.drawn) }
                details {
                    summary { "The numbers" }
                    div.scroll tabindex="0" role="region" aria-label={ "The numbers: " (title) } {
                        table { (self.numbers) }
                    }
                }
            }
        }
    }
}

/// The cell of a row's median with its interval and launches.
pub(super) fn number(view: &View<'_>, row: &RowSummary) -> Markup {
    let Some(numbers) = &row.numbers else {
        return html! { td { (row.outcome) } };
    };
    // As `summary.json` has it: a reader's tool, and the page's test, compare the two.
    let exact = serde_json::json!(numbers.median).to_string();
    html! {
        td data-row=(view.anchor(row).trim_start_matches("row-")) data-value=(exact) {
            (units::value(numbers.median, row.unit)) " "
            small { (shown::bare_interval(row)) " n\u{a0}" (numbers.n) }
        }
    }
}
