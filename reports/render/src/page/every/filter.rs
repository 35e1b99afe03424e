//! What the table of all rows is searched and chosen by. It needs scripts: without them the table is
//! there whole, and a browser's own search finds words in it.

use labrun_record::Tier;
use maud::{Markup, html};

use super::metric;
use super::order::Line;
use crate::page::view::View;
use crate::words::distinct;

/// A choice among the values that a column has: its key in addresses, its name, and the values with
/// what they are called.
type Choice = (&'static str, &'static str, Vec<(String, String)>);

pub(super) fn filter(views: &[View<'_>], lines: &[Line<'_>]) -> Markup {
    html! {
        form.filter.needs-script id="every-filter" role="search" aria-label="Rows" hidden {
            label { "Search " input type="search" name="find" placeholder="words, such as json process" autocomplete="off"; }
            @for (key, name, values) in choices(views, lines) {
                @if values.len() > 1 {
                    label {
                        (name) " "
                        select name=(key) {
                            option value="" { "all" }
                            @for (value, shown) in values { option value=(value) { (shown) } }
                        }
                    }
                }
            }
            button type="reset" { "Show all" }
        }
    }
}

fn choices(views: &[View<'_>], lines: &[Line<'_>]) -> Vec<Choice> {
    let rows = || lines.iter().map(|line| line.row);
    let named = |names: Vec<String>| names.into_iter().map(|name| (name.clone(), name)).collect();
    let mut tiers: Vec<Tier> = distinct(rows().map(|row| row.row.tier));
    tiers.sort_unstable();
    let runs = views.iter().map(|view| {
        let number = view.index + 1;
        (number.to_string(), format!("{number}: {}", view.run.id))
    });
    vec![
        ("metric", "Metric", named(distinct(rows().map(metric)))),
        (
            "workload",
            "Workload",
            named(distinct(rows().map(|row| row.row.workload.clone()))),
        ),
        (
            "technology",
            "Technology",
            named(distinct(rows().map(|row| row.technology().to_owned()))),
        ),
        (
            "tier",
            "Tier",
            named(tiers.iter().map(Tier::to_string).collect()),
        ),
        ("run", "Run", runs.collect()),
    ]
}
