//! What has no number: what went wrong, and what is not here, technology by technology. Each reason stands
//! whole, once; where that would take the screen from the numbers, of what is not here the way to mend it alone. What
//! the reader's own flags leave out is not listed.

use std::fmt::Write as _;

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Metric, Outcome};

use super::wrapped;
use crate::measure::is_aside;
use crate::table::unmeasured::short;
use crate::table::{is_wrong, said_before};
use crate::units::plural;
use crate::words::distinct;

/// Names in a line; of more there is the number.
const NAMES: usize = 4;

/// Lines for reasons that are whole; where they need more, those of what is not here are shorter.
const WHOLE: usize = 24;

/// All of it; nothing where every row has a number or was not asked for. What conformance has of it
/// stands in its matrix.
pub(super) fn left(summary: &Summary, width: usize) -> String {
    let rows = summary.results.iter();
    let rows: Vec<&RowSummary> = rows
        .filter(|row| row.row.metric != Metric::Conformance)
        .collect();
    let wrong = went_wrong(summary, &rows, width);
    let room = WHOLE.saturating_sub(wrong.lines().count());
    let whole = not_here(&rows, width, true);
    if whole.lines().count() <= room {
        return wrong + &whole;
    }
    wrong + &not_here(&rows, width, false)
}

/// What went wrong, each reason once; another metric of the same launches says nothing new.
fn went_wrong(summary: &Summary, rows: &[&RowSummary], width: usize) -> String {
    let wrong = rows.iter().filter(|row| is_wrong(row));
    let wrong = wrong.filter(|row| !(is_aside(row.row.metric) && said_before(summary, row)));
    let wrong: Vec<&RowSummary> = wrong.copied().collect();
    let key = |row: &RowSummary| (row.outcome, short(reason(row)));
    let mut text = String::new();
    for (outcome, why) in distinct(wrong.iter().map(|row| key(row))) {
        let alike = wrong
            .iter()
            .filter(|row| key(row) == (outcome, why.clone()));
        let alike: Vec<&RowSummary> = alike.copied().collect();
        let names = distinct(
            alike
                .iter()
                .map(|row| format!("{} {}", row.row.workload, row.row.isolation)),
        );
        let count = match alike.len() {
            1 => String::new(),
            many => format!(" ({})", plural(many, "row")),
        };
        let names = some(&names);
        text.push_str(&wrapped(
            &format!("{outcome}: {names}{count}: {why}"),
            width,
        ));
    }
    text
}

/// What is not here of each technology, with its shortest reason, and of those with the same reason together:
/// a line for each that is not `whole`.
fn not_here(rows: &[&RowSummary], width: usize, whole: bool) -> String {
    let technologies = distinct(rows.iter().map(|row| row.technology()));
    let missing = technologies.into_iter().filter_map(|technology| {
        let own = || rows.iter().filter(|row| row.technology() == technology);
        let is_here = own().any(|row| row.median().is_some());
        let of = |outcome: Outcome| own().filter(move |row| row.outcome == outcome);
        // What cannot do a thing is on the page, unless it is asked for nothing else.
        let can_nothing = !is_here && of(Outcome::Unavailable).next().is_none();
        let outcome = if can_nothing {
            Outcome::Unsupported
        } else {
            Outcome::Unavailable
        };
        let why = of(outcome).map(|row| short(reason(row)));
        let why = why.min_by_key(|why| why.chars().count())?;
        let names = distinct(of(outcome).map(|row| row.row.isolation.clone()));
        let names = match (is_here, names.len()) {
            (false, _) => [technology.to_owned(), technology.to_owned()],
            (true, 1) => [some(&names), some(&names)],
            (true, several) => [some(&names), format!("{several} of {technology}")],
        };
        Some((outcome, names, why))
    });
    let missing: Vec<(Outcome, [String; 2], String)> = missing.collect();
    let mut text = String::new();
    for (outcome, why) in distinct(missing.iter().map(|(outcome, _, why)| (*outcome, why))) {
        let alike = missing.iter();
        let alike = alike.filter(|(own, _, other)| (*own, other) == (outcome, why));
        let names: Vec<&[String; 2]> = alike.map(|(_, names, _)| names).collect();
        // The isolations, or how many of each technology, or the first of these.
        let [isolations, technologies] = [0, 1].map(|kind| {
            let names = names.iter().map(|names| names[kind].as_str());
            names.collect::<Vec<_>>().join(", ")
        });
        let first = technologies.split(", ").next().unwrap_or_default();
        let first = match names.len() {
            1 => first.to_owned(),
            several => format!("{first} and {} more", several - 1),
        };
        let who = [isolations, technologies, first].map(|who| format!("{outcome}: {who}"));
        let line = on_one_line(&who, why, width, whole);
        text.push_str(&wrapped(&line, width));
    }
    text
}

/// The first names, and how many there are besides.
fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMES);
    let mut text = names[..names.len() - more].join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

fn reason(row: &RowSummary) -> &str {
    row.reason.as_deref().unwrap_or("no reason was recorded")
}

/// A reason on one line, with the first of the names of `who` that leave it room. What has no room is broken into
/// lines afterwards where it is to be `whole`; else it is without what stands in brackets, then the way to mend
/// it alone, which stands behind a semicolon.
fn on_one_line(who: &[String], why: &str, width: usize, whole: bool) -> String {
    let bare = without_brackets(why);
    let mend = bare.split_once("; ").map(|(_, mend)| mend);
    let shorter = [Some(bare.as_str()), mend].into_iter().flatten();
    let tries: Vec<&str> = [why]
        .into_iter()
        .chain(shorter.filter(|_| !whole))
        .collect();
    let lines = tries
        .iter()
        .flat_map(|why| who.iter().map(move |who| format!("{who}: {why}")));
    let lines: Vec<String> = lines.collect();
    let fits = lines.iter().find(|line| line.chars().count() <= width);
    // Nothing is cut off: what to do may be there.
    let names = if whole { 2.min(who.len()) } else { who.len() };
    let least = lines.len().saturating_sub(names);
    fits.or(lines.get(least)).cloned().unwrap_or_default()
}

/// A text without what stands in round brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut bare = String::new();
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    let words: Vec<&str> = bare.split_whitespace().collect();
    words.join(" ").replace(" ;", ";").replace(" ,", ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_whole_and_where_many_are_the_way_to_mend_it_is_kept() {
        let why =
            "no daemon answers on /run/d.sock (No such file (os error 2)); start it: sudo d &";
        let who = ["unavailable: d".to_owned()];
        let whole = format!("unavailable: d: {why}");
        for width in [120, 40] {
            assert_eq!(on_one_line(&who, why, width, true), whole);
        }
        let line = |width| on_one_line(&who, why, width, false);
        assert_eq!(line(120), whole);
        assert_eq!(
            line(80),
            "unavailable: d: no daemon answers on /run/d.sock; start it: sudo d &"
        );
        assert_eq!(line(40), "unavailable: d: start it: sudo d &");
        // It is broken into lines, and not cut.
        assert_eq!(line(20), "unavailable: d: start it: sudo d &");
        let whole = on_one_line(&who, "because (of (this)", 10, false);
        assert_eq!(whole, "unavailable: d: because");
    }

    #[test]
    fn the_way_to_mend_is_not_cut_off_with_a_long_reason() {
        let why = format!("{}; do it", "because ".repeat(400));
        let line = on_one_line(&["unavailable: d".to_owned()], &short(&why), 80, false);
        assert_eq!(line, "unavailable: d: do it");
    }

    #[test]
    fn many_names_leave_the_reason_its_room() {
        let who = ["d/runc, d/crun, w/aot", "d, w", "d and 1 more"].map(str::to_owned);
        let line = |width| on_one_line(&who, "no controller", width, true);
        assert_eq!(line(60), "d/runc, d/crun, w/aot: no controller");
        assert_eq!(line(20), "d, w: no controller");
    }

    #[test]
    fn brackets_that_are_not_closed_hide_no_more_than_they_begin() {
        assert_eq!(without_brackets("a (b (c) d) e) f"), "a e) f");
        assert_eq!(without_brackets("a (b"), "a");
    }
}
