//! The matrix of a run against the references of its questions. The script draws others just like it
//! (`script/heat.js`), so what changes here changes there.

use labrun_analysis::{Ratio, RowSummary, Verdict};
use labrun_record::{Better, Tier};
use maud::{Markup, html};

use super::step::{SAME, step};
use crate::board::Column;
use crate::page::by_run::label;
use crate::page::traced;
use crate::page::view::View;
use crate::{shown, units, words};

pub(super) fn table(views: &[View<'_>], view: &View<'_>, columns: &[usize]) -> Markup {
    let board = &view.board;
    let (lines, _) = board.lines_in(columns);
    let tiers: Vec<Tier> = words::distinct(lines.iter().map(|line| board.lines[*line].tier));
    let of = |tier: Tier| lines.iter().filter(move |l| board.lines[**l].tier == tier);
    html! {
        div.scroll.heat-scroll tabindex="0" role="region" aria-label=(label(views, view, "Matrix")) {
            // On paper all lines are on one page.
            table.heat style={ "--lines:" (lines.len() + tiers.len()) } aria-label=(label(views, view, "Ratios to the reference")) {
                thead { tr {
                    th scope="col" { "isolation" }
                    @for column in columns { (head(&board.columns[*column], board.reference_name(*column))) }
                } }
                @for tier in tiers {
                    tbody {
                        tr.group { th scope="rowgroup" colspan=(columns.len() + 1) { (tier) } }
                        @for line in of(tier) {
                            tr {
                                @let own = &board.lines[*line];
                                th scope="row" { (view.chip(own.technology)) (own.name) }
                                @for column in columns { (cell(view, board.cell(*column, *line))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn head(column: &Column<'_>, reference: Option<String>) -> Markup {
    let direction = match column.better {
        Better::Lower => "less is better",
        Better::Higher => "more is better",
    };
    let against = reference.map_or_else(
        || "no reference".to_owned(),
        |name| format!("against {name}"),
    );
    html! {
        th scope="col" {
            (column.short) " "
            small { (column.workload) ", " (direction) } " "
            small { (against) }
        }
    }
}

/// How a cell looks: its class, what stands in it, and what is told of the comparison.
struct Look {
    class: String,
    text: String,
    told: String,
}

fn cell(view: &View<'_>, row: Option<&RowSummary>) -> Markup {
    let Some(row) = row else {
        return html! { td.none { "not asked" } };
    };
    let Some(numbers) = &row.numbers else {
        return html! { td.none { (row.outcome) } };
    };
    let median = units::value(numbers.median, row.unit);
    let Look { class, text, told } = look(view, row, &median);
    let whole = format!(
        "{median} {}, n {}{told}",
        shown::bare_interval(row),
        numbers.n
    );
    let inside = html! { (text) " " span.tip { (whole) } };
    html! { td.{ (class) } { (traced::link(view, row, &inside)) } }
}

fn look(view: &View<'_>, row: &RowSummary, median: &str) -> Look {
    let Some((ratio, class)) = row
        .ratio()
        .and_then(|ratio| Some((ratio, class(row, ratio)?)))
    else {
        let is_reference = view.board.is_reference(row);
        let (class, told) = if is_reference {
            ("reference", "; the reference")
        } else if row.compares() {
            ("bare", "; no ratio")
        } else {
            ("bare", "; emulated, and compared with nothing")
        };
        let text = if is_reference { "1" } else { median };
        return Look {
            class: class.to_owned(),
            text: text.to_owned(),
            told: told.to_owned(),
        };
    };
    let value = units::ratio(ratio.value);
    let told = format!(
        "; ratio {value} {}, {}",
        shown::ratio_interval(row, ratio),
        words::verdict(row.unit, ratio.verdict)
    );
    Look {
        class,
        text: value,
        told,
    }
}

/// The colour of a ratio: none away from "the same" where the interval does not allow it.
fn class(row: &RowSummary, ratio: &Ratio) -> Option<String> {
    let class = step(ratio.value, row.better)?;
    Some(match ratio.verdict {
        Verdict::Better | Verdict::Worse => class.to_owned(),
        Verdict::Equivalent => SAME.to_owned(),
        Verdict::Inconclusive => format!("{SAME} un"),
    })
}
