//! The last lines of a comparison: what has no number, what is beyond doubt, what is suspected, and what
//! another run says of that.

use std::fmt::Write as _;

use labrun_analysis::{Comparison, Confirmation};
use labrun_record::Row;

use super::found::became;
use super::shift;
use crate::{units, words};

/// All of them; each begins on a line of its own.
pub(super) fn closing(comparison: &Comparison) -> String {
    unmeasured(comparison) + &counted(comparison) + &suspicion(comparison)
}

/// Rows that are named where there are many.
const NAMED: usize = 5;

/// What a run has no number of: what went wrong, each row, then what the candidate has not any more, by
/// reason.
fn unmeasured(comparison: &Comparison) -> String {
    let mut text = String::new();
    for one in comparison.went_wrong() {
        let _ = write!(text, "\nwent wrong: {}: {}", one.row, became(&one));
    }
    for one in comparison.mended() {
        let _ = write!(
            text,
            "\nwent wrong in the base alone: {}: {}",
            one.row,
            became(&one)
        );
    }
    let lost: Vec<(String, &Row)> = comparison
        .lost()
        .map(|one| (became(&one), one.row))
        .collect();
    for reason in words::distinct(lost.iter().map(|(why, _)| why)) {
        let own = lost.iter().filter(|(why, _)| why == reason);
        let rows: Vec<&Row> = own.map(|(_, row)| *row).collect();
        let _ = write!(
            text,
            "\nnot measured any more: {} ({reason}){}",
            units::plural(rows.len(), "row"),
            names(rows.into_iter())
        );
    }
    text
}

/// A line for each of the first rows, and how many there are besides.
fn names<'a>(rows: impl ExactSizeIterator<Item = &'a Row>) -> String {
    let more = rows.len().saturating_sub(NAMED);
    let mut text = String::new();
    for row in rows.take(NAMED) {
        let _ = write!(text, "\n  {row}");
    }
    if more > 0 {
        let _ = write!(text, "\n  and {more} more");
    }
    text
}

/// What is worse by a count.
fn counted(comparison: &Comparison) -> String {
    if comparison.counted.is_empty() {
        return String::new();
    }
    let rows = rows_of(comparison, &comparison.counted);
    format!(
        "\nconfirmed at once, since it is counted: {}{}",
        units::plural(rows.len(), "row"),
        names(rows.into_iter())
    )
}

fn rows_of<'a>(comparison: &'a Comparison, numbers: &[usize]) -> Vec<&'a Row> {
    let pairs = numbers.iter().filter_map(|row| comparison.rows.get(*row));
    pairs.map(|pair| &pair.row).collect()
}

/// What is suspected, and what of it is confirmed.
fn suspicion(comparison: &Comparison) -> String {
    let Some(suspected) = suspected(comparison) else {
        return match &comparison.confirmation {
            Some(by) => format!(
                "\nnothing is suspected: there is nothing that {} decides",
                by.run.run
            ),
            None => String::new(),
        };
    };
    match (comparison.undecided(), &comparison.confirmation) {
        (Some(why), _) => format!("\nsuspected: {suspected}, and nothing is confirmed: {why}"),
        (None, Some(by)) => format!("\nsuspected: {suspected}{}", findings(comparison, by)),
        (None, None) if comparison.suspected_shifts().next().is_some() => format!(
            "\nsuspected: {suspected}; replay the two with `labrun replay run:A run:B --suspects`, and give \
             that run by --confirm"
        ),
        (None, None) => format!(
            "\nsuspected: {suspected}; run the candidate again, or replay the two with `labrun \
             replay`, and give that run by --confirm"
        ),
    }
}

/// How many rows are suspected, and which shifts; none where nothing is.
fn suspected(comparison: &Comparison) -> Option<String> {
    let rows = comparison.suspects().count();
    let rows = (rows > 0).then(|| units::plural(rows, "row"));
    let shifts = comparison.suspected_shifts().map(shift::suspected);
    let all: Vec<String> = rows.into_iter().chain(shifts).collect();
    (!all.is_empty()).then(|| all.join(", and "))
}

/// What another run says of what is in question, each finding apart.
fn findings(comparison: &Comparison, by: &Confirmation) -> String {
    let run = &by.run.run;
    let lists = [
        (&by.confirmed, format!("confirmed by {run}")),
        (
            &by.refuted,
            format!("refuted by {run}, where it is not worse"),
        ),
        (&by.undecided, format!("not decided by {run}")),
        (&by.unlike, format!("{run} launched something else for it")),
        (&by.absent, format!("not in {run}")),
    ];
    let all: usize = lists.iter().map(|(rows, _)| rows.len()).sum();
    let mut text = String::new();
    for (numbers, said) in lists.into_iter().filter(|(rows, _)| !rows.is_empty()) {
        let rows = rows_of(comparison, numbers);
        let _ = write!(
            text,
            "\n{said}: {} of {}{}",
            rows.len(),
            units::plural(all, "row"),
            names(rows.into_iter())
        );
    }
    text
}
