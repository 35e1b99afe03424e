//! Rows without numbers: those with the same outcome and reason in one line, and what several blocks
//! would say in one line below all of them.

use labrun_analysis::RowSummary;
use labrun_record::Outcome;

use crate::facets::{Facets, Variant};
use crate::units::plural;
use crate::words::{distinct, is_left};

/// Why a row has no numbers: rows that have it in common are said together.
type Key = (Outcome, String);

fn key(row: &RowSummary) -> Key {
    (row.outcome, reason(row))
}

/// What is said once, below all blocks: why rows of several of them could not be measured, or were not
/// asked for. What went wrong is said where it did.
pub(super) struct Once<'a> {
    keys: Vec<Key>,
    blocks: Vec<Vec<&'a RowSummary>>,
}

impl<'a> Once<'a> {
    /// By the rows of each block.
    pub(super) fn of<'b>(blocks: impl Iterator<Item = &'b [&'a RowSummary]>) -> Self
    where
        'a: 'b,
    {
        let (mut seen, mut keys, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for rows in blocks {
            let own = rows.iter().filter(|row| is_left(row)).map(|row| key(row));
            for key in distinct(own) {
                if !seen.contains(&key) {
                    seen.push(key);
                } else if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            all.push(rows.to_vec());
        }
        // In the order in which they first appear.
        keys.sort_by_key(|key| seen.iter().position(|one| one == key));
        Self { keys, blocks: all }
    }

    /// Whether this is where it is said why a row has no numbers.
    pub(super) fn says(&self, row: &RowSummary) -> bool {
        self.keys.contains(&key(row))
    }

    /// What it says, if anything.
    pub(super) fn lines(&self, width: Option<usize>) -> Option<String> {
        if self.keys.is_empty() {
            return None;
        }
        let mut text = "not measured\n".to_owned();
        let all = self.blocks.concat();
        for wanted in &self.keys {
            let alike = all.iter().filter(|row| key(row) == *wanted);
            let alike: Vec<&RowSummary> = alike.copied().collect();
            text.push_str(&line(wanted, &alike, &all, &|own| self.part(own), width));
        }
        Some(text)
    }

    /// Which part of an isolation these rows of its are: by name, where it is the same in each block.
    fn part(&self, own: &[&RowSummary]) -> String {
        let of_block = |block: &Vec<&RowSummary>| {
            let here = own
                .iter()
                .filter(|row| block.iter().any(|other| other.row == row.row));
            let here: Vec<&RowSummary> = here.copied().collect();
            (!here.is_empty()).then(|| which(&here, block))
        };
        match &distinct(self.blocks.iter().filter_map(of_block))[..] {
            [only] => only.clone(),
            _ => plural(own.len(), "row"),
        }
    }
}

/// Lines that say which of `all` rows of a block were not measured and why.
pub(super) fn lines(rows: &[&RowSummary], all: &[&RowSummary], width: Option<usize>) -> String {
    let mut text = String::new();
    for wanted in distinct(rows.iter().map(|r| key(r))) {
        let alike: Vec<&RowSummary> = rows.iter().filter(|r| key(r) == wanted).copied().collect();
        text.push_str(&line(&wanted, &alike, all, &|own| which(own, all), width));
    }
    text
}

/// A line for rows that have it in common why they have no numbers; `part` says what some rows of an
/// isolation are.
fn line(
    (outcome, why): &Key,
    alike: &[&RowSummary],
    all: &[&RowSummary],
    part: &dyn Fn(&[&RowSummary]) -> String,
    width: Option<usize>,
) -> String {
    let rest = match outcome {
        Outcome::NotSelected => format!("{} ({why})", plural(alike.len(), "row")),
        _ => format!("{}: {why}", names(alike, all, part)),
    };
    wrapped(&format!("  {outcome}: {rest}"), width, "    ") + "\n"
}

/// `wasmer/cranelift-aot (loaded), wasmer/singlepass-aot (write-fsync)`: where it is not
/// all of an isolation, which part it is.
fn names(
    rows: &[&RowSummary],
    all: &[&RowSummary],
    part: &dyn Fn(&[&RowSummary]) -> String,
) -> String {
    let names = distinct(rows.iter().map(|r| r.row.isolation.as_str()));
    let counted = names.into_iter().map(|one| {
        let is_own = |r: &&&RowSummary| r.row.isolation == one;
        let own: Vec<&RowSummary> = rows.iter().filter(is_own).copied().collect();
        if own.len() == all.iter().filter(is_own).count() {
            return one.to_owned();
        }
        format!("{one} ({})", part(&own))
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

/// Letters of a reason that is told whole.
const LONGEST: usize = 800;

/// The first line of a reason, with the one that it announces by a colon. A very long one is cut in its middle:
/// what to do stands at its end.
pub(crate) fn short(reason: &str) -> String {
    let first = first_line(reason);
    let count = first.chars().count();
    if count <= LONGEST {
        return first;
    }
    let half = LONGEST / 2;
    let begins: String = first.chars().take(half).collect();
    let ends: String = first.chars().skip(count - half).collect();
    format!("{} ... {}", begins.trim_end(), ends.trim_start())
}

/// The first line of a reason, with what it announces.
fn first_line(reason: &str) -> String {
    let mut lines = reason.lines();
    let first = lines.next().unwrap_or_default();
    match lines.next().filter(|_| first.ends_with(':')) {
        Some(announced) => format!("{first} {announced}"),
        None => first.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_keeps_its_beginning_and_its_end() {
        let whole = "because ".repeat(90) + "do it";
        assert_eq!(short(&whole), whole);
        let long = format!("it failed {}do it", "because ".repeat(400));
        let told = short(&long);
        assert!(told.starts_with("it failed because ") && told.ends_with(" because do it"));
        assert!(told.chars().count() <= LONGEST + 5 && told.contains(" ... "));
        assert_eq!(short("it said:\nno\nmore"), "it said: no");
    }
}
