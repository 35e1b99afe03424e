//! A replay on a terminal: what B is against A, row by row, and the counts.

mod blocks;
mod resolution;
pub(crate) mod said;

use labrun_analysis::{ReplayRow, ReplaySummary, Verdict, Warning};

use crate::columns::{Cell, Line, columns};
use crate::table::wrapped;
use crate::units;
use crate::words::{self, distinct};

pub(crate) use blocks::{Block, blocks};
pub(crate) use resolution::{has_stalls, name, unchanged};

/// What a terminal shows of a replay: the sides, each row with its quads, the medians of both, the
/// ratio with its interval and the verdict, why a row was not decided, and the counts; of a build
/// against itself also what the machine can tell apart; and what it is doubted for. A line is at most
/// `width` long, but for names.
pub(crate) fn replay(
    summary: &ReplaySummary,
    warnings: &[Warning],
    width: Option<usize>,
    colour: bool,
) -> String {
    shown(summary, warnings, (width, colour), false)
}

/// The same where it is short; of many rows those that are not equivalent, and of those that were not
/// decided each reason once.
pub(crate) fn brief(
    summary: &ReplaySummary,
    warnings: &[Warning],
    width: Option<usize>,
    colour: bool,
) -> String {
    let is_long = summary.results.len() > MANY;
    shown(summary, warnings, (width, colour), is_long)
}

/// Rows that a screen has room for beside everything else.
const MANY: usize = 30;

fn shown(
    summary: &ReplaySummary,
    warnings: &[Warning],
    (width, colour): (Option<usize>, bool),
    is_brief: bool,
) -> String {
    let mut parts = Vec::new();
    if summary.indicative {
        parts.push("indicative (--quick): decide nothing by these numbers\n".to_owned());
    }
    if let Some(why) = &summary.interrupted {
        parts.push(wrapped(&words::incomplete(why), width, "  ") + "\n");
    }
    parts.push(sides(summary, width));
    let margin = summary.margin;
    parts.extend(
        blocks(summary)
            .iter()
            .map(|one| block(one, margin, (width, colour), is_brief)),
    );
    // As it is: what a compiler says has lines of its own.
    parts.extend(said::whole_reasons(summary).into_iter().map(indented));
    let mut closing: Vec<String> = said::doubts(warnings)
        .iter()
        .map(|line| wrapped(line, width, "  "))
        .collect();
    if let Some(left_out) = said::left_out(summary) {
        closing.push(wrapped(&left_out, width, ""));
    }
    match labrun_analysis::resolution(summary) {
        Some(of) => closing.push(resolution::resolution(&of, width, colour)),
        None => closing.push(wrapped(&said::counts(summary), width, "")),
    }
    parts.push(closing.join("\n"));
    parts.join("\n")
}

fn sides(summary: &ReplaySummary, width: Option<usize>) -> String {
    let [a, b] = summary.sides.each_ref().map(|side| {
        if side.of.is_empty() || side.of == side.name {
            side.name.clone()
        } else {
            format!("{} ({})", side.name, side.of)
        }
    });
    let lines = if summary.is_of_itself() {
        vec![format!("A and B: {a}, against itself")]
    } else {
        vec![format!("A: {a}"), format!("B: {b}")]
    };
    let lines = lines.iter().map(|line| wrapped(line, width, "   ") + "\n");
    lines.collect()
}

fn block(
    block: &Block<'_>,
    margin: f64,
    (width, colour): (Option<usize>, bool),
    is_brief: bool,
) -> String {
    let (mut decided, others): (Vec<_>, Vec<_>) =
        block.rows.iter().partition(|(_, row)| row.ratio.is_some());
    let all = decided.len();
    if is_brief && !block.changed {
        decided.retain(|(_, row)| row.verdict() != Some(Verdict::Equivalent));
    }
    let equivalent = all - decided.len();
    let mut text = wrapped(&block.title, width, "  ") + "\n";
    if !decided.is_empty() {
        let lines: Vec<Line> = decided
            .into_iter()
            .map(|(name, row)| Line {
                name: name.clone(),
                cells: cells(row),
                note: said::medians(row, margin),
            })
            .collect();
        let heads = ["quads", "A", "B", "B / A", "95% interval", "verdict"];
        text.push_str(&columns(("isolation", &heads), &lines, width, colour));
    }
    let mut lines: Vec<String> = undecided(&others, is_brief);
    if equivalent > 0 {
        let rows = units::plural(equivalent, "row");
        lines.push(format!("  equivalent: {rows}, which --full shows"));
    }
    for line in lines {
        text.push_str(&wrapped(&line, width, "    "));
        text.push('\n');
    }
    text
}

/// Why rows were not decided: a line each, or one for each reason.
fn undecided(rows: &[&(String, &ReplayRow)], is_brief: bool) -> Vec<String> {
    let line = |(name, row): &(String, &ReplayRow)| format!("  {name}: {}", said::why_not(row));
    if !is_brief {
        return rows.iter().map(|one| line(one)).collect();
    }
    let reasons = distinct(rows.iter().map(|(_, row)| said::why_not(row)));
    let line = |why: String| {
        let alike = rows.iter().filter(|(_, row)| said::why_not(row) == why);
        let names: Vec<&str> = alike.map(|(name, _)| name.as_str()).collect();
        match names[..] {
            [first, _, _, ..] => format!("  {first} and {} more: {why}", names.len() - 1),
            _ => format!("  {}: {why}", names.join(", ")),
        }
    };
    reasons.into_iter().map(line).collect()
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {line}\n"));
    lines.collect()
}

fn cells(row: &ReplayRow) -> Vec<Cell> {
    let ratio = row.ratio.and_then(|ratio| ratio.value);
    let colour = match row.verdict() {
        Some(Verdict::Better) => "32",
        Some(Verdict::Worse) => "31",
        _ => "2",
    };
    vec![
        said::quads(row).into(),
        said::median(row.a, row.unit).into(),
        said::median(row.b, row.unit).into(),
        ratio.map_or_else(String::new, said::ratio).into(),
        said::interval(row).into(),
        Cell {
            text: said::verdict(row).to_owned(),
            colour: Some(colour),
        },
    ]
}
