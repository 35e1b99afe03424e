//! Columns of a terminal that fit: names that have no room stand on lines of their own.

use std::fmt::Write as _;

use crate::table::wrapped;

/// A cell, and the colour that it is to have.
#[derive(Clone)]
pub(crate) struct Cell {
    pub text: String,
    /// Of ANSI's: `31`.
    pub colour: Option<&'static str>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, colour: None }
    }
}

/// A line: its name, held left, and its cells, held right.
pub(crate) struct Line {
    pub name: String,
    pub cells: Vec<Cell>,
    /// What stands below it.
    pub note: Option<String>,
}

/// The lines under `heads`, two spaces apart. Where the names have no room, each stands above its
/// cells.
pub(crate) fn columns(
    (first, heads): (&str, &[&str]),
    lines: &[Line],
    width: Option<usize>,
    colour: bool,
) -> String {
    let count = |text: &str| text.chars().count();
    let widths = heads.iter().enumerate().map(|(place, head)| {
        let cells = lines.iter().filter_map(|line| line.cells.get(place));
        let cells = cells.map(|cell| count(&cell.text));
        cells.chain([count(head)]).max().unwrap_or(0)
    });
    let widths: Vec<usize> = widths.collect();
    let names = lines.iter().map(|line| count(&line.name));
    let names = names.chain([count(first)]).max().unwrap_or(0);
    let others: usize = widths.iter().map(|width| width + 2).sum();
    let beside = width.is_none_or(|width| 2 + names + others <= width);
    let indent = if beside { names } else { 0 };
    let painted = |text: String, code: Option<&str>| match code.filter(|_| colour) {
        Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
        None => text,
    };
    let mut head = format!("{:<indent$}", if beside { first } else { "" });
    for (text, width) in heads.iter().zip(&widths) {
        let _ = write!(head, "  {text:>width$}");
    }
    let mut text = format!("  {}\n", painted(head, Some("2")));
    for Line { name, cells, note } in lines {
        if beside {
            let _ = write!(text, "  {name:<indent$}");
        } else {
            let name = wrapped(&format!("  {name}"), width, "    ");
            let _ = write!(text, "{name}\n  ");
        }
        for (cell, width) in cells.iter().zip(&widths) {
            let padded = format!("{:>width$}", cell.text);
            text.push_str("  ");
            text.push_str(&painted(padded, cell.colour));
        }
        text.push('\n');
        if let Some(note) = note {
            text.push_str(&wrapped(&format!("    {note}"), width, "      "));
            text.push('\n');
        }
    }
    text
}
