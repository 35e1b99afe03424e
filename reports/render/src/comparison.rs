//! Two runs on a terminal: what changed first, then what did not, then the counts.

use std::fmt::Write as _;

use labrun_analysis::{
    Cause, CommonShift, Comparison, Confirmation, Pair, Quantity, Unmeasured, Verdict,
};
use labrun_record::Row;

use crate::{units, words};

/// What a terminal shows of a comparison: what moved all rows alike, then each row that was
/// compared, with the ratio that is its own and its interval, the ratio as it is, both medians, and
/// the verdict; rows that changed come first. The last lines count the verdicts, and name what is
/// suspected, and what of that is confirmed.
pub fn comparison(comparison: &Comparison, width: Option<usize>) -> String {
    let mut compared: Vec<&Pair> = comparison
        .rows
        .iter()
        .filter(|pair| pair.ratio.is_some())
        .collect();
    compared.sort_by_key(|pair| pair.ratio.map_or(4, |ratio| rank(ratio.verdict)));
    let mut text = format!(
        "{} against {}\n",
        comparison.candidate.run, comparison.base.run
    );
    for shift in &comparison.shifts {
        let _ = writeln!(text, "{}", in_common(shift));
    }
    text.push('\n');
    let lines: Vec<[String; 5]> = compared.iter().filter_map(|pair| line(pair)).collect();
    let widest = |column: usize| lines.iter().map(|l| l[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| widest(column).unwrap_or(0));
    for [verdict, own, raw, medians, row] in &lines {
        let [first, second, third, fourth] = widths;
        let mut line = format!("{verdict:first$}  {own:>second$}  ");
        if third > 0 {
            let _ = write!(line, "{raw:>third$}  ");
        }
        let _ = write!(line, "{medians:>fourth$}  {row}");
        text.push_str(&cut(&line, width));
        text.push('\n');
    }
    let counts = comparison.counts;
    let _ = write!(
        text,
        "\n{} worse, {} better, {} equivalent (within {:.0} %), {} inconclusive, {} not compared, {} in one run only",
        counts.worse,
        counts.better,
        counts.equivalent,
        comparison.margin * 100.0,
        counts.inconclusive,
        counts.not_compared,
        counts.only_in_base + counts.only_in_candidate,
    );
    text + &unmeasured(comparison) + &counted(comparison) + &suspicion(comparison)
}

/// What moved all rows alike, and what that was.
fn in_common(shift: &CommonShift) -> String {
    let (what, more) = match shift.of {
        Quantity::Speed => ("as slow", ["slower", "faster"]),
        Quantity::Memory => ("as large", ["larger", "smaller"]),
    };
    let rows = units::plural(shift.rows, "row");
    let [low, high] = shift.ci;
    let control = shift.control.map_or_else(String::new, |control| {
        let [low, high] = control.ci;
        format!(", control: {:.3} [{low:.3}, {high:.3}]", control.factor)
    });
    let mut line = format!(
        "in common: {:.3} times {what} [{low:.3}, {high:.3}] (the median of {rows}{control}), and each row \
         by itself {:.1} % to either side; ",
        shift.factor,
        100.0 * shift.spread
    );
    let apart = shift.factor / shift.control.map_or(1.0, |control| control.factor);
    let [more, times] = if apart > 1.0 {
        [more[0].to_owned(), format!("{apart:.2}")]
    } else {
        [more[1].to_owned(), format!("{:.2}", 1.0 / apart)]
    };
    line.push_str(&match shift.cause {
        Cause::Machine => "each row is judged after that".to_owned(),
        Cause::Candidate => format!(
            "all {rows} got {times} times {more} than the control did: that is the candidate, and not the \
             machine; each row is judged after the control"
        ),
        Cause::Unknown => format!(
            "all {rows} got {times} times {more}, and with no control row nothing tells the machine from the \
             candidate; each row is judged after that"
        ),
    });
    line
}

/// Rows that are named where there are many.
const NAMED: usize = 5;

/// What a run has no number of: what went wrong, each row, then what the candidate has not any more, by
/// reason.
fn unmeasured(comparison: &Comparison) -> String {
    let mut text = String::new();
    let why = |one: &Unmeasured<'_>| {
        let reason = one.reason.and_then(|reason| reason.lines().next());
        match (one.outcome, reason) {
            (Some(outcome), Some(reason)) => format!("{outcome}: {reason}"),
            (Some(outcome), None) => outcome.to_string(),
            (None, _) => "the candidate has no such row".to_owned(),
        }
    };
    for one in comparison.went_wrong() {
        let _ = write!(text, "\nwent wrong: {}: {}", one.row, why(&one));
    }
    for one in comparison.mended() {
        let _ = write!(
            text,
            "\nwent wrong in the base alone: {}: {}",
            one.row,
            why(&one)
        );
    }
    let lost: Vec<(String, &Row)> = comparison.lost().map(|one| (why(&one), one.row)).collect();
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
    let suspects = comparison.suspects().count();
    if suspects == 0 {
        return String::new();
    }
    let suspected = units::plural(suspects, "row");
    match &comparison.confirmation {
        None => match comparison.undecided() {
            Some(why) => format!("\nsuspected: {suspected}, and nothing is confirmed: {why}"),
            None => format!(
                "\nsuspected: {suspected}; run the candidate again, or replay the two with `labrun \
                 replay`, and give that run by --confirm"
            ),
        },
        Some(Confirmation {
            why_not: Some(why), ..
        }) => format!("\nsuspected: {suspected}, and nothing is confirmed: {why}"),
        Some(Confirmation { run, confirmed, .. }) => {
            let rows = rows_of(comparison, confirmed);
            format!(
                "\nconfirmed by {}: {} of {suspected}{}",
                run.run,
                rows.len(),
                names(rows.into_iter())
            )
        }
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Worse => 0,
        Verdict::Better => 1,
        Verdict::Inconclusive => 2,
        Verdict::Equivalent => 3,
    }
}

/// Verdict, the ratio that is its own, the ratio as it is where that is another, medians, row.
fn line(pair: &Pair) -> Option<[String; 5]> {
    let ratio = pair.ratio?;
    let shown = |value: Option<f64>, ci: Option<[f64; 2]>| {
        let interval = match ci {
            _ if pair.row.metric.is_exact() => "exact".to_owned(),
            Some([low, high]) => format!("[{low:.3}, {high:.3}]"),
            None => "no interval".to_owned(),
        };
        value.map_or_else(
            || interval.clone(),
            |value| format!("{value:.3} {interval}"),
        )
    };
    let (own, raw) = match ratio.own {
        Some(own) => (
            shown(Some(own.value), own.ci),
            ratio.value.map(|value| format!("({value:.3})")),
        ),
        None => (shown(ratio.value, ratio.ci), None),
    };
    let median = |side: Option<f64>| side.map_or_else(String::new, |v| units::value(v, pair.unit));
    let (base, candidate) = (median(pair.base.median), median(pair.candidate.median));
    Some([
        words::verdict(pair.unit, ratio.verdict).to_owned(),
        own,
        raw.unwrap_or_default(),
        format!("{base} -> {candidate}"),
        pair.row.to_string(),
    ])
}

/// A line that fits: what is cut off is only the end of a row's name.
fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if line.chars().count() > width => line
            .chars()
            .take(width.saturating_sub(1))
            .chain(['\u{2026}'])
            .collect(),
        _ => line.to_owned(),
    }
}
