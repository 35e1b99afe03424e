//! The isolations of which a table has no number: by name alone, folded.

use maud::{Markup, html};

use super::view::View;
use crate::units;

pub(super) fn silent(view: &View<'_>, lines: &[usize]) -> Markup {
    let names = lines.iter().map(|line| &*view.board.lines[*line].name);
    let names: Vec<&str> = names.collect();
    html! {
        details.silent hidden[names.is_empty()] {
            summary { (units::plural(names.len(), "isolation")) " without a number here" }
            p.of { span { (names.join(", ")) } ". The reasons stand under " a href="#rows" { "Every row" } "." }
        }
    }
}
