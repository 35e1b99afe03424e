//! "Choose X when ...": a sentence for each key question and tier, with the rows that it comes from.

use labrun_record::Tier;
use maud::{Markup, html};

use super::choice::{Answer, Choice, choices};
use super::limits::named;
use crate::page::traced;
use crate::page::view::View;
use crate::{units, words};

/// As many that are not told apart are named.
const NAMED: usize = 3;

pub(super) fn choose(view: &View<'_>) -> Markup {
    let board = &view.board;
    let columns = board.answered().into_iter();
    let found = columns.map(|column| (column, choices(board, column)));
    let found: Vec<(usize, Vec<Choice<'_>>)> = found.filter(|(_, c)| !c.is_empty()).collect();
    html! {
        @if !found.is_empty() {
            h3 { "Choose \u{2026} when \u{2026}" }
            p.note {
                "For each question the best of each tier. It is decided where its 95% interval lies apart from that of the next technology\u{2019}s best. "
                @if view.run.indicative { "Indicative: taken with " code { "--quick" } ". " }
            }
            div.chosen {
                @for (column, choices) in &found {
                    div {
                        h4 { (heading(view, *column)) }
                        ul { @for choice in choices { li { (sentence(view, choice)) } } }
                    }
                }
            }
        }
    }
}

/// `Fastest: first result, fresh process (add)`.
fn heading(view: &View<'_>, column: usize) -> String {
    let column = &view.board.columns[column];
    let [best, _] = words::best_and_worst(column.unit);
    format!("{}: {}", words::capital(best), named(column))
}

/// What a reader who chooses within a tier needs.
fn when(tier: Tier) -> &'static str {
    match tier {
        Tier::Process => "a process is boundary enough",
        Tier::Namespaces => "it has to be in namespaces",
        Tier::UserKernel => "it has to be a kernel in user space",
        Tier::MicroVm => "it has to be a microVM",
        Tier::WasmSandbox => "it has to be a wasm sandbox",
    }
}

fn sentence(view: &View<'_>, choice: &Choice<'_>) -> Markup {
    let shown = &choice.best[..choice.best.len().min(NAMED)];
    let more = choice.best.len() - shown.len();
    html! {
        "Choose "
        @for (place, answer) in shown.iter().enumerate() {
            @if place > 0 { " or " }
            strong.of { (answer.line.name) }
        }
        @if more > 0 { " or one of " (more) " more" }
        " when " (when(choice.tier)) ": "
        @for (place, answer) in shown.iter().enumerate() {
            @if place > 0 { ", " }
            (traced::number(view, answer.row))
        }
        @match choice.best[..] {
            [_] => { (decided(view, choice)) }
            [Answer { row, .. }, ..] if row.row.metric.is_exact() => "; they are equal.",
            _ => "; the difference is not decided.",
        }
    }
}

/// What stands behind a choice that is decided: before whom, and what of its own is as good.
fn decided(view: &View<'_>, choice: &Choice<'_>) -> Markup {
    html! {
        @match &choice.next {
            Some(Answer { line, row }) => { ", before " (line.name) " with " (traced::number(view, row)) }
            None => ", the only technology with a number",
        }
        @match choice.alike {
            0 => ".",
            alike => { "; " (units::plural(alike, "other configuration")) " of it not told apart." }
        }
    }
}
