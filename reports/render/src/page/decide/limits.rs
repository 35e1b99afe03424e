//! What the reader sets: a limit for each key question, the least tier, what to sort by, and which run
//! decides. It needs the script; what it is set to stands in the page's address.

use labrun_record::{Better, Metric, Start, Tier, Unit};
use maud::{Markup, html};

use crate::board::Column;
use crate::page::by_run;
use crate::page::view::View;
use crate::words::distinct;

pub(super) fn limits(views: &[View<'_>]) -> Markup {
    let columns = columns(views);
    let asked = with_resident(views, &columns);
    let tiers = tiers(views);
    html! {
        form.limits.needs-script hidden autocomplete="off" aria-label="Limits" {
            @if asked.iter().filter(|column| is_start(column)).count() > 1 {
                p.which { "A budget for a start: limit the start that you will pay for. A fresh process is also that of a fresh container; a resident runtime is up and loads a module that it has not had; a loaded one makes an instance of a module that it has." }
            }
            @for (place, column) in asked.iter().enumerate() { (field(place, column)) }
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

/// Whether it is a start.
fn is_start(column: &Column<'_>) -> bool {
    column.metric == Metric::TimeToFirstResult
}

/// What limits are set for: the key questions, and beside their starts the one in a resident runtime.
fn with_resident<'v>(views: &'v [View<'_>], key: &[&'v Column<'v>]) -> Vec<&'v Column<'v>> {
    let mut asked = key.to_vec();
    let Some(place) = asked.iter().position(|column| is_start(column)) else {
        return asked;
    };
    let workload = asked[place].workload;
    let mut all = views.iter().flat_map(|view| {
        let own = view.board.columns.iter().enumerate();
        own.map(move |(place, column)| (view, place, column))
    });
    let resident = all.find(|(view, place, column)| {
        is_start(column)
            && column.workload == workload
            && column.start == Some(Start::Resident)
            && view.board.best(*place, |_| true).is_some()
    });
    if let Some((_, _, resident)) = resident
        && !asked.iter().any(|column| column.key == resident.key)
    {
        asked.insert(place + 1, resident);
    }
    asked
}

/// The tiers of the isolations, the loosest first.
fn tiers(views: &[View<'_>]) -> Vec<Tier> {
    let lines = views.iter().flat_map(|view| &view.board.lines);
    let mut tiers = distinct(lines.map(|line| line.tier));
    tiers.sort_unstable();
    tiers
}
