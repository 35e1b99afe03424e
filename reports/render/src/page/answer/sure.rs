//! How many of a run's numbers are as sure as its plan asks, in a line.

use std::collections::BTreeSet;

use labrun_analysis::WarningKind;
use maud::{Markup, html};

use crate::page::view::View;
use crate::units;

/// The line, if any row has an interval that is wider than asked for, or none.
pub(super) fn sure(view: &View<'_>) -> Markup {
    let is_unsure = |kind| [WarningKind::WideInterval, WarningKind::FewLaunches].contains(&kind);
    let warnings = view.summary.warnings.iter();
    let unsure: BTreeSet<usize> = warnings
        .filter(|warning| is_unsure(warning.name))
        .filter_map(|warning| warning.row)
        .collect();
    let rows = view.summary.results.iter();
    let measured = rows.filter(|row| row.median().is_some()).count();
    html! {
        @if !unsure.is_empty() {
            p.checked {
                strong { (unsure.len()) " of " (units::plural(measured, "measured row")) }
                " have a wider interval than the plan asks for, or none: a longer " code { "--time-budget" } " narrows it. "
                a href="#evidence" { "Every doubt" }
            }
        }
    }
}
