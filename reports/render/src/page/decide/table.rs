//! The isolations to choose from with their answers to the key questions. The script strikes out and
//! sorts its lines.

use labrun_analysis::RowSummary;
use labrun_record::Better;
use maud::{Markup, html};

use crate::board::{Column, Line};
use crate::page::by_run::label;
use crate::page::silent::silent;
use crate::page::traced;
use crate::page::view::View;

pub(super) fn table(views: &[View<'_>], view: &View<'_>) -> Markup {
    let board = &view.board;
    let columns = board.answered();
    let (mut lines, mut others) = board.lines_in(&columns);
    // The lab's own floor is nothing to choose.
    for own in [&mut lines, &mut others] {
        own.retain(|line| !board.lines[*line].is_control);
    }
    html! {
        div.scroll.choices tabindex="0" role="region" aria-label=(label(views, view, "Isolations to choose from")) {
            table.decide {
                thead { tr {
                    th scope="col" { "isolation" }
                    th scope="col" { "tier" }
                    @for column in &columns { (head(&board.columns[*column])) }
                } }
                tbody {
                    @for line in lines {
                        @let own = &board.lines[line];
                        tr data-line=(own.key) {
                            (name(view, own))
                            td { (own.tier) }
                            @for column in &columns { (cell(view, board.cell(*column, line))) }
                        }
                    }
                }
            }
        }
        (silent(view, &others))
    }
}

fn head(column: &Column<'_>) -> Markup {
    let direction = match column.better {
        Better::Lower => "less is better",
        Better::Higher => "more is better",
    };
    html! {
        th.number scope="col" data-column=(column.key) {
            (column.short) " " small { (column.workload) ", " (direction) }
        }
    }
}

fn name(view: &View<'_>, line: &Line<'_>) -> Markup {
    html! {
        th scope="row" {
            (view.chip(line.technology)) span.name { (line.name) } " "
            @if let Some(version) = line.version { small { (version) } }
        }
    }
}

fn cell(view: &View<'_>, row: Option<&RowSummary>) -> Markup {
    match row {
        None => html! { td.number.none { "not asked" } },
        Some(row) if row.numbers.is_none() => html! { td.number.none { (row.outcome) } },
        Some(row) => html! {
            td.number {
                (traced::number(view, row))
                @if !row.compares() { " " small { "emulated" } }
            }
        },
    }
}
