//! Rows without numbers: those with the same outcome and reason in one line.

use std::fmt::Write as _;

use labrun_analysis::RowSummary;
use labrun_record::Outcome;

use crate::facets::{Facets, Variant};
use crate::units::plural;
use crate::words::distinct;

/// Lines that say which of `all` rows of a block were not measured and why.
pub(super) fn lines(rows: &[&RowSummary], all: &[&RowSummary], width: Option<usize>) -> String {
    let key = |r: &RowSummary| (r.outcome, reason(r));
    let mut text = String::new();
    for wanted in distinct(rows.iter().map(|r| key(r))) {
        let alike: Vec<&RowSummary> = rows.iter().filter(|r| key(r) == wanted).copied().collect();
        let (outcome, why) = wanted;
        let names = names(&alike, all);
        let rest = match outcome {
            Outcome::NotSelected => format!("{} ({why})", plural(alike.len(), "row")),
            _ => format!("{names}: {why}"),
        };
        let _ = writeln!(
            text,
            "{}",
            wrapped(&format!("  {outcome}: {rest}"), width, "    ")
        );
    }
    text
}

/// `wasmer/cranelift-aot (loaded), wasmer/singlepass-aot (write-fsync)`: where it is not
/// all of an isolation, which part it is.
fn names(rows: &[&RowSummary], all: &[&RowSummary]) -> String {
    let names = distinct(rows.iter().map(|r| r.row.isolation.as_str()));
    let counted = names.into_iter().map(|one| {
        let is_own = |r: &&&RowSummary| r.row.isolation == one;
        let own: Vec<&RowSummary> = rows.iter().filter(is_own).copied().collect();
        if own.len() == all.iter().filter(is_own).count() {
            return one.to_owned();
        }
        format!("{one} ({})", which(&own, all))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// One or two variants by their names, more by their number.
fn which(rows: &[&RowSummary], all: &[&RowSummary]) -> String {
    let variants = Facets::of(all, true).variants(all);
    let has = |v: &&Variant<'_>| {
        v.rows
            .iter()
            .any(|r| rows.iter().any(|own| own.row == r.row))
    };
    let names: Vec<&str> = variants
        .iter()
        .filter(has)
        .map(|v| v.name.as_str())
        .collect();
    match names[..] {
        [] | [_, _, _, ..] => plural(rows.len(), "row"),
        _ => names.join("; "),
    }
}

fn reason(row: &RowSummary) -> String {
    short(row.reason.as_deref().unwrap_or("no reason was recorded"))
}

/// The first line of a reason, with the one that it announces by a colon; at most 160 letters of
/// them.
pub(crate) fn short(reason: &str) -> String {
    let mut lines = reason.lines();
    let mut first = lines.next().unwrap_or_default().to_owned();
    if first.ends_with(':')
        && let Some(announced) = lines.next()
    {
        first = format!("{first} {announced}");
    }
    if first.chars().count() > 160 {
        let cut: String = first.chars().take(157).collect();
        format!("{}...", cut.trim_end())
    } else {
        first
    }
}

/// Words broken into lines of at most `width`; what follows is indented.
pub(crate) fn wrapped(text: &str, width: Option<usize>, indent: &str) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let mut out = String::new();
    let before: String = text.chars().take_while(|c| *c == ' ').collect();
    let mut line = before;
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            out.push_str(&line);
            out.push('\n');
            indent.clone_into(&mut line);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out + &line
}
