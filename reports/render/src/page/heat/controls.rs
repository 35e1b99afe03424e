//! What the reader changes about the matrix: the reference, the questions, and which run. It needs the
//! script, which draws the matrix again.

use maud::{Markup, html};

use crate::measure::Measure;
use crate::page::by_run;
use crate::page::view::View;
use crate::words::distinct;

pub(super) fn controls(views: &[View<'_>]) -> Markup {
    html! {
        form.heat-controls.needs-script hidden autocomplete="off" aria-label="What the matrix shows" {
            div.field {
                label for="matrix-reference" { "compared with" } " "
                select id="matrix-reference" data-key="matrix.reference" {
                    option value="" { "the run\u{2019}s own reference of each question" }
                    // What a choice says is its value, but for blanks at its ends or in a row.
                    @for (key, name) in lines(views) {
                        option value=[(key != name || !is_value(name)).then_some(key)] { (name) }
                    }
                }
            }
            div.field {
                label for="matrix-show" { "questions" } " "
                select id="matrix-show" data-key="matrix.show" {
                    option value="" { "the key ones" }
                    @for measure in measures(views) { option value=(measure) { (measure) } }
                    option value="all" { "all" }
                }
            }
            (by_run::choice(views, "matrix.run", "run", Some("all, one below the other")))
            p.heat-note role="status" {}
        }
    }
}

/// The isolations that have a number anywhere, each once: its key and its name.
fn lines<'v>(views: &'v [View<'_>]) -> Vec<(&'v str, &'v str)> {
    let mut lines = Vec::new();
    for board in views.iter().map(|view| &view.board) {
        let columns: Vec<usize> = (0..board.columns.len()).collect();
        let (measured, _) = board.lines_in(&columns);
        lines.extend(measured.into_iter().map(|line| {
            let line = &board.lines[line];
            (&*line.key, &*line.name)
        }));
    }
    distinct(lines)
}

/// Whether a choice that says so has the same as its value, which is without blanks that are not seen.
fn is_value(text: &str) -> bool {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ") == text
}

/// The measures of the questions.
fn measures(views: &[View<'_>]) -> Vec<&'static str> {
    let columns = views.iter().flat_map(|view| &view.board.columns);
    distinct(columns.map(|column| Measure::title(column.measure)))
}
