//! What the reader sets: a limit for each key question, the least tier, what to sort by, and which run
//! decides. It needs the script; what it is set to stands in the page's address.

use labrun_record::{Better, Tier, Unit};
use maud::{Markup, html};

use crate::board::Column;
use crate::page::by_run;
use crate::page::view::View;
use crate::words::distinct;

pub(super) fn limits(views: &[View<'_>]) -> Markup {
    let columns = columns(views);
    let tiers = tiers(views);
    html! {
        form.limits.needs-script hidden autocomplete="off" aria-label="Limits" {
            @for (place, column) in columns.iter().enumerate() { (field(place, column)) }
            div.field {
                label for="decide-tier" { "tier" } " "
                span.at { "at least" } " "
                select id="decide-tier" data-key="tier" {
                    option value="" { "any" }
                    @for tier in &tiers { option value=(tier) { (tier) } }
                }
            }
            div.field {
                label for="decide-sort" { "best first by" } " "
                select id="decide-sort" data-key="sort" {
                    option value="" { "nothing: by tier and technology" }
                    @for column in &columns { option value=(column.key) { (named(column)) } }
                }
            }
            (by_run::choice(views, "decide.run", "by the numbers of", None))
            div.actions {
                button type="button" data-do="clear" { "Clear" } " "
                button type="button" data-do="copy" { "Copy the link to this setting" } " "
                input.link type="text" readonly hidden aria-label="Link to this setting";
            }
            p.left role="status" {}
        }
    }
}

/// A limit. What is typed wrong is said beside it.
fn field(place: usize, column: &Column<'_>) -> Markup {
    let id = format!("decide-limit-{place}");
    let wrong = format!("{id}-wrong");
    let at = match column.better {
        Better::Lower => "at most",
        Better::Higher => "at least",
    };
    html! {
        div.field {
            label for=(id) { (column.short) " " small { (column.workload) } } " "
            span.at { (at) } " "
            input id=(id) type="text" size="8" spellcheck="false" autocapitalize="off" placeholder=(example(column.unit))
                data-limit=(column.key) aria-describedby=(wrong);
            small.wrong id=(wrong) {}
        }
    }
}

/// What a reader may type for a unit.
fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Ns => "10ms",
        Unit::Bytes => "5MiB",
        Unit::PerSecond => "2k/s",
        Unit::BytesPerSecond => "5MiB/s",
        Unit::Count => "1",
    }
}

/// `first result, fresh process (add)`.
pub(super) fn named(column: &Column<'_>) -> String {
    format!("{} ({})", column.short, column.workload)
}

/// The key questions of all runs, each once, in their order.
fn columns<'v>(views: &'v [View<'_>]) -> Vec<&'v Column<'v>> {
    let mut columns: Vec<&Column<'_>> = Vec::new();
    for board in views.iter().map(|view| &view.board) {
        for place in board.answered() {
            let column = &board.columns[place];
            if !columns.iter().any(|known| known.key == column.key) {
                columns.push(column);
            }
        }
    }
    columns.sort_by_key(|column| column.rank);
    columns
}

/// The tiers of the isolations, the loosest first.
fn tiers(views: &[View<'_>]) -> Vec<Tier> {
    let lines = views.iter().flat_map(|view| &view.board.lines);
    let mut tiers = distinct(lines.map(|line| line.tier));
    tiers.sort_unstable();
    tiers
}
