//! The headlines of a run as Markdown, for a document or a pull request: tables of what was measured,
//! and why the rest was not. What came from outside is text: it makes no table, link, heading or HTML.

use std::cmp::Ordering;
use std::fmt::Write as _;

use labrun_analysis::{ReplaySummary, RowSummary, Summary};
use labrun_record::{Better, Metric, Outcome, Target};

use super::Exported;
use crate::facets::{Facets, Variant};
use crate::measure::{Measure, is_in_headlines};
use crate::replay::{blocks, said};
use crate::shown;
use crate::table::short;
use crate::units::{self, plural};
use crate::words::{self, distinct};

/// Rows of a table at most, the best ones: all of them are in the other files.
const MOST_ROWS: usize = 40;

/// Reasons that are listed at most, and isolations that are named with one.
const MOST_REASONS: usize = 15;
const MOST_NAMES: usize = 6;

/// The headlines of all runs, one run after another.
pub fn markdown(runs: &[Exported<'_>]) -> String {
    let pages: Vec<String> = runs.iter().map(page).collect();
    if pages.is_empty() {
        return "Nothing was measured: there was nothing to decide.\n".to_owned();
    }
    pages.join("\n")
}

fn page(Exported { run, summary }: &Exported<'_>) -> String {
    let mut page = format!("## {}\n\n", text(&run.question));
    let taken = [
        &run.scenario,
        &run.id,
        &run.started,
        &run.machine.cpu,
        &run.machine.arch,
    ];
    let taken: Vec<String> = taken.into_iter().map(|word| text(word)).collect();
    let by = format!(
        "labrun {}, method {}",
        text(&run.lab_version),
        run.method_version
    );
    let _ = writeln!(page, "{}, {by}", taken.join(" \u{b7} "));
    if run.indicative {
        page.push_str("\n**Indicative (--quick): decide nothing by these numbers.**\n");
    }
    if let Some(why) = &run.interrupted {
        let _ = writeln!(page, "\n**Incomplete: {}**", text(why));
    }
    match &summary.replay {
        Some(replay) => page.push_str(&replayed(replay)),
        None => page.push_str(&measured(summary)),
    }
    let warnings = warnings(summary);
    if !warnings.is_empty() {
        let _ = writeln!(page, "\nWarnings: {}.", warnings.join(", "));
    }
    page
}

/// Kinds of warnings, and how often each.
fn warnings(summary: &Summary) -> Vec<String> {
    let below = summary
        .warnings
        .iter()
        .filter(|one| !words::is_told_above(one));
    let names = distinct(below.map(|warning| warning.name));
    let counted = names.into_iter().map(|name| {
        let own = summary
            .warnings
            .iter()
            .filter(|warning| warning.name == name);
        format!(
            "{} ({})",
            name.name().replace('_', " "),
            plural(own.count(), "time")
        )
    });
    counted.collect()
}

fn measured(summary: &Summary) -> String {
    let rows: Vec<&RowSummary> = summary.results.iter().filter(|row| is_shown(row)).collect();
    let mut page = String::new();
    for measure in Measure::ALL {
        for metric in measure.metrics() {
            let own = |row: &&&RowSummary| row.row.metric == metric;
            let key =
                |row: &&RowSummary| (row.row.workload.clone(), row.row.target == Target::Wasip2);
            for wanted in distinct(rows.iter().filter(own).map(key)) {
                let block = rows.iter().filter(own).filter(|row| key(row) == wanted);
                page.push_str(&tables(
                    metric,
                    &wanted,
                    &block.copied().collect::<Vec<_>>(),
                ));
            }
        }
    }
    page + &checks(summary) + &unmeasured(&rows)
}

/// How many checks of conformance hold; those that do not are rows.
fn checks(summary: &Summary) -> String {
    let checks = summary
        .results
        .iter()
        .filter(|row| row.row.metric == Metric::Conformance);
    let checks: Vec<&RowSummary> = checks.filter(|row| row.numbers.is_some()).collect();
    let held = checks.iter().filter(|row| !row.is_fault()).count();
    if checks.is_empty() {
        return String::new();
    }
    format!("\n{held} of {} checks of conformance hold.\n", checks.len())
}

/// Whether a row is one that a reader wants, and that was asked for. Of conformance what does not hold.
fn is_shown(row: &RowSummary) -> bool {
    let is_headline = is_in_headlines(row) || row.is_fault();
    is_headline && row.outcome != Outcome::NotSelected
}

/// A table for each variant of the rows that were measured, the best ones first; nothing where none was.
fn tables(metric: Metric, (workload, component): &(String, bool), rows: &[&RowSummary]) -> String {
    let measured = rows.iter().filter(|row| row.numbers.is_some());
    let measured: Vec<&RowSummary> = measured.copied().collect();
    if measured.is_empty() {
        return String::new();
    }
    let facets = Facets::of(&measured, true);
    let mut head = format!(
        "{}, {}",
        text(workload),
        words::metric(metric).to_lowercase()
    );
    if *component {
        head.push_str(", as a wasip2 component");
    }
    let shared = facets.shared();
    if !shared.is_empty() {
        let _ = write!(head, " ({})", text(&shared));
    }
    let mut page = format!("\n### {head}\n");
    let references = distinct(measured.iter().filter_map(|row| {
        let ratio = row.ratio()?;
        Some(words::ratio_to(row, ratio))
    }));
    if !references.is_empty() {
        let _ = writeln!(page, "\nRatios are to {}.", text(&references.join("; ")));
    }
    for Variant { name, mut rows } in facets.variants(&measured) {
        if !name.is_empty() {
            let _ = writeln!(page, "\n{}:", text(&name));
        }
        let middle = words::middle(metric);
        let _ = writeln!(
            page,
            "\n| isolation | version | n | {middle} | 95% interval | ratio | verdict |"
        );
        page.push_str("|---|---|--:|--:|--:|--:|---|\n");
        rows.sort_by(|one, other| {
            let ascending = one.median().partial_cmp(&other.median());
            let order = ascending.unwrap_or(Ordering::Equal);
            if one.better == Better::Higher {
                order.reverse()
            } else {
                order
            }
        });
        rows.iter()
            .take(MOST_ROWS)
            .for_each(|row| page.push_str(&line(row)));
        page.push_str(&more(rows.len()));
    }
    page
}

fn line(row: &RowSummary) -> String {
    let Some(numbers) = &row.numbers else {
        return String::new();
    };
    let ratio = row.ratio();
    let cells = [
        text(&words::isolation(row)),
        text(row.isolation_version.as_deref().unwrap_or_default()),
        numbers.n.to_string(),
        units::value(numbers.median, row.unit),
        shown::bare_interval(row),
        ratio.map_or_else(String::new, |ratio| units::ratio(ratio.value)),
        ratio
            .map_or("", |ratio| words::verdict(row.unit, ratio.verdict))
            .to_owned(),
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// That a table does not have all of so many rows.
fn more(rows: usize) -> String {
    let left = rows.saturating_sub(MOST_ROWS);
    let said = |left| format!("\n{left} more are in summary.json.\n");
    if left > 0 { said(left) } else { String::new() }
}

/// Why rows have no numbers: each reason once, with whom it concerns.
fn unmeasured(rows: &[&RowSummary]) -> String {
    let reason = |row: &RowSummary| {
        let reason = row.reason.as_deref().filter(|_| row.numbers.is_none())?;
        Some((row.outcome, short(reason)))
    };
    let reasons = distinct(rows.iter().filter_map(|row| reason(row)));
    let mut page = String::new();
    if !reasons.is_empty() {
        page.push_str("\n### Not measured\n\n");
    }
    for wanted in reasons.iter().take(MOST_REASONS) {
        let own = rows
            .iter()
            .filter(|row| reason(row).as_ref() == Some(wanted));
        let names = distinct(own.map(|row| text(&row.row.isolation)));
        let mut whom = names
            .iter()
            .take(MOST_NAMES)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        if names.len() > MOST_NAMES {
            let _ = write!(whom, " and {} more", names.len() - MOST_NAMES);
        }
        let (outcome, why) = wanted;
        let _ = writeln!(page, "- {outcome}: {whom}: {}", text(why));
    }
    if reasons.len() > MOST_REASONS {
        let more = plural(reasons.len() - MOST_REASONS, "more reason");
        let _ = writeln!(page, "- {more} in summary.json");
    }
    page
}

/// The rows of a replay, the worst first.
fn replayed(replay: &ReplaySummary) -> String {
    let [a, b] = replay
        .sides
        .each_ref()
        .map(|side| format!("{} ({})", text(&side.name), text(&side.of)));
    let mut page = format!("\nA is {a}, B is {b}. {}\n", said::counts(replay));
    for block in blocks(replay) {
        let _ = writeln!(page, "\n### {}\n", text(&block.title));
        page.push_str("| isolation | quads | A | B | B / A | 95% interval | verdict |\n");
        page.push_str("|---|--:|--:|--:|--:|--:|---|\n");
        for (name, row) in block.rows.iter().take(MOST_ROWS) {
            let ratio = row.ratio.and_then(|ratio| ratio.value);
            let verdict = match row.ratio {
                Some(_) => said::verdict(row).to_owned(),
                None => text(&short(&said::why_not(row))),
            };
            let cells = [
                text(name),
                said::quads(row),
                said::median(row.a, row.unit),
                said::median(row.b, row.unit),
                ratio.map_or_else(String::new, said::ratio),
                said::interval(row),
                verdict,
            ];
            let _ = writeln!(page, "| {} |", cells.join(" | "));
        }
        page.push_str(&more(block.rows.len()));
    }
    page
}

/// Text that Markdown shows as it is, in a cell too, on one line.
fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.trim().chars() {
        match letter {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            // Nobody is to be called: what follows an `@` in the middle of a word is no name.
            '@' if !before.is_alphanumeric() => shown.push_str("@&#8203;"),
            '\n' | '\r' | '\t' => shown.push(' '),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' | '$' => {
                shown.push('\\');
                shown.push(letter);
            }
            _ => shown.push(letter),
        }
        before = letter;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markdown() {
        for (outside, shown) in [
            ("native/static", "native/static"),
            ("a|b", "a\\|b"),
            ("<script>&", "&lt;script&gt;&amp;"),
            ("one\ntwo", "one two"),
            ("[x](y) *z* `c` \\|", "\\[x\\](y) \\*z\\* \\`c\\` \\\\\\|"),
            ("wasmtime@47/a", "wasmtime@47/a"),
            ("ask @user", "ask @&#8203;user"),
            ("\u{202e}\u{1f980}", "\u{202e}\u{1f980}"),
        ] {
            assert_eq!(text(outside), shown);
        }
    }
}
