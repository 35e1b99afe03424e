//! The table of a terminal on one screen: of each question the best rows, with bars; then what went
//! wrong, what is not here and how to get it, and the counts.

mod bar;
mod closing;
mod detail;
mod left;
mod lines;
mod question;

use labrun_analysis::{Summary, WarningKind};
use labrun_record::Metric;

use super::{matrix, unmeasured};
use crate::measure::Measure;
use crate::words;
use detail::Shown;

/// Lines that a screen has room for.
const LINES: usize = 50;

/// Columns that it may be wide: what goes into a file or a pipe is read on a screen too.
const WIDTH: usize = 100;

/// The table; no line is wider than `width`, nor than a hundred columns, unless a word is.
pub(super) fn brief(summary: &Summary, width: Option<usize>, colour: bool) -> String {
    let width = width.unwrap_or(WIDTH).min(WIDTH);
    let head = head(summary, width);
    let questions = question::questions(summary);
    let left = left::left(summary, width);
    let closing = closing::closing(summary, width);
    let taken = [&head, &left, &closing].map(|part| part.lines().count());
    // What parts are set apart by, and the line that says how much is shown.
    let room = LINES.saturating_sub(taken.iter().sum::<usize>() + 5);
    let shown = detail::within(&questions, room);
    let mut parts = vec![head, lines::lines(summary, &shown, width, colour)];
    if has_conformance(summary) {
        parts.push(matrix::matrix(summary, Some(width), colour));
    }
    parts.extend([left, closing + &rest(summary, &shown, width)]);
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// What a reader has to know first.
fn head(summary: &Summary, width: usize) -> String {
    let mut text = String::new();
    if summary.indicative {
        text.push_str("indicative (--quick): decide nothing by these numbers\n");
    }
    let mut warnings = summary.warnings.iter();
    if let Some(warning) = warnings.find(|one| one.name == WarningKind::Emulated) {
        text.push_str(&wrapped(&format!("emulated: {}", warning.message), width));
    }
    if let Some(why) = &summary.interrupted {
        text.push_str(&wrapped(&words::incomplete(why), width));
    }
    text
}

fn has_conformance(summary: &Summary) -> bool {
    let mut rows = summary.results.iter();
    rows.any(|row| Measure::of(row.row.metric) == Measure::Conformance)
}

/// How much is not shown, and where it is.
fn rest(summary: &Summary, shown: &[Shown<'_>], width: usize) -> String {
    let measured = summary.results.iter().filter(|row| row.median().is_some());
    let measured = measured.filter(|row| row.row.metric != Metric::Conformance);
    let (all, here): (usize, usize) = (measured.count(), shown.iter().map(Shown::rows).sum());
    if all == here {
        return String::new();
    }
    let said = format!(
        "{here} of {all} measured rows are shown; --full and the page have all, and why some are not measured"
    );
    wrapped(&said, width)
}

/// A line, broken where it has no room.
fn wrapped(text: &str, width: usize) -> String {
    unmeasured::wrapped(text, Some(width), "  ") + "\n"
}
