//! A comparison for a pull request: the verdict in a line, what is confirmed, suspected or went wrong in
//! a small table, and the rest folded away.

use std::fmt::Write as _;

use labrun_analysis::{Comparison, Pair, PairRatio, Unmeasured};

use super::{counts, found, rows, shift};
use crate::units::plural;
use crate::words;

/// Bytes that all of it may have: forges refuse longer comments.
const MOST: usize = 60_000;

/// Bytes that what is not folded away may have.
const OPEN: usize = 20_000;

/// What the last lines may need.
const CLOSING: usize = 500;

/// Letters of a name, and of a reason.
const LETTERS: usize = 160;

/// The heads of a table, with the ratio as it is where the whole machine was faster or slower.
const HEADS: [&str; 2] = [
    "| row | base | candidate | ratio | 95% interval | |\n|---|--:|--:|--:|--:|---|\n",
    "| row | base | candidate | ratio | 95% interval | as it is | |\n|---|--:|--:|--:|--:|--:|---|\n",
];

/// A comparison as Markdown of at most 60,000 bytes. Whatever comes from outside is in it as plain
/// words: none of its letters means anything to Markdown, HTML or a forge.
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let [base, candidate] = [&comparison.base, &comparison.candidate];
    let mut text = format!("**{}.**\n\n", found::verdict(comparison));
    let _ = writeln!(
        text,
        "{} against {}: {}.",
        code(&candidate.run),
        code(&base.run),
        counts(comparison)
    );
    if let Some(why) = comparison.undecided() {
        let _ = writeln!(text, "\nNothing is decided: {}.", code(&why));
    }
    for why in &comparison.incomparable {
        let _ = writeln!(text, "\nCompared all the same (`--force`): {}.", code(why));
    }
    let compared: Vec<(&Pair, PairRatio)> = rows::compared(comparison);
    let is_moved = compared.iter().any(|(_, ratio)| ratio.own.is_some());
    let heads = HEADS[usize::from(is_moved)];
    let worse = found::worse(comparison);
    if !worse.is_empty() {
        text.push('\n');
        text.push_str(heads);
        let lines = worse.iter().filter_map(|(standing, pair)| {
            Some(line(pair, pair.ratio?, Some(standing.name()), is_moved))
        });
        listed(&mut text, lines.collect(), OPEN);
    }
    for one in &comparison.shifts {
        let said = shift::in_common(one, comparison);
        let _ = writeln!(text, "\n{}.", words::capital(&words_of(&said)));
    }
    let wrong: Vec<String> = comparison.went_wrong().map(|one| item(&one)).collect();
    if !wrong.is_empty() {
        text.push_str("\nWent wrong in the candidate:\n\n");
        listed(&mut text, wrong, OPEN + OPEN / 2);
    }
    folded(&mut text, "What both were measured on", |text| {
        about(text, comparison);
    });
    let lost: Vec<String> = comparison.lost().map(|one| item(&one)).collect();
    if !lost.is_empty() {
        let title = format!("Not measured any more: {}", plural(lost.len(), "row"));
        folded(&mut text, &title, |text| listed(text, lost, 2 * OPEN));
    }
    if !compared.is_empty() {
        let title = format!("All that were compared: {}", plural(compared.len(), "row"));
        let lines = compared
            .iter()
            .map(|(pair, ratio)| line(pair, *ratio, None, is_moved));
        folded(&mut text, &title, |text| {
            text.push_str(heads);
            listed(text, lines.collect(), MOST - CLOSING);
        });
    }
    text
}

/// What is there after a click.
fn folded(text: &mut String, title: &str, inside: impl FnOnce(&mut String)) {
    let _ = write!(text, "\n<details><summary>{title}</summary>\n\n");
    inside(text);
    text.push_str("\n</details>\n");
}

/// As many lines as have room in a text of so many bytes, and how many there are besides.
fn listed(text: &mut String, lines: Vec<String>, most: usize) {
    let all = lines.len();
    let mut shown = 0;
    for line in lines {
        if text.len() + line.len() > most {
            break;
        }
        text.push_str(&line);
        shown += 1;
    }
    if shown < all {
        let _ = writeln!(
            text,
            "\nand {} more, which `labrun compare` prints.",
            all - shown
        );
    }
}

fn line(pair: &Pair, ratio: PairRatio, standing: Option<&str>, is_moved: bool) -> String {
    let verdict = words::verdict(pair.unit, ratio.verdict);
    let said = standing.map_or_else(|| verdict.to_owned(), |own| format!("{verdict}, {own}"));
    let raw = if is_moved {
        format!(" {} |", rows::raw(pair, ratio).text)
    } else {
        String::new()
    };
    format!(
        "| {} | {} | {} | {} | {} |{raw} {said} |\n",
        code(&pair.row.to_string()),
        found::side(pair, &pair.base),
        found::side(pair, &pair.candidate),
        rows::own(pair, ratio).text,
        rows::interval(pair, ratio).text,
    )
}

fn item(one: &Unmeasured<'_>) -> String {
    let row = code(&one.row.to_string());
    format!("- {row}: {}\n", code(&found::became(one)))
}

fn about(text: &mut String, comparison: &Comparison) {
    text.push_str("| | base | candidate |\n|---|---|---|\n");
    for (what, of) in found::FACTS {
        let [base, candidate] = [&comparison.base, &comparison.candidate].map(|run| code(&of(run)));
        let _ = writeln!(text, "| {what} | {base} | {candidate} |");
    }
}

/// Text from outside as code, cut where it is long.
fn code(text: &str) -> String {
    format!("<code>{}</code>", words_of(&cut(text)))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let kept = text.chars().take(LETTERS - 1);
    kept.chain(['\u{2026}']).collect()
}

/// A text none of whose letters means anything but itself: all punctuation that Markdown, HTML or a
/// forge knows is written by its number.
fn words_of(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_whitespace() || letter.is_control() => plain.push(' '),
            '-' | '.' | '/' | ',' | '=' | '%' | '(' | ')' => plain.push(letter),
            letter if letter.is_ascii_punctuation() => {
                let _ = write!(plain, "&#{};", u32::from(letter));
            }
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_letter_from_outside_means_anything() {
        let hostile = "<script>|a|\n`b` **c** [d](e) @f #1 &amp; \\|_g_ :h: ~~i~~ \u{1b}";
        let shown = code(hostile);
        let inside = shown
            .strip_prefix("<code>")
            .and_then(|text| text.strip_suffix("</code>"));
        let inside = inside.expect("is code");
        for letter in [
            '<', '>', '|', '`', '*', '[', '@', '\\', '_', '~', ':', '\n', '\u{1b}',
        ] {
            assert!(!inside.contains(letter), "{letter:?} in {inside}");
        }
        assert!(inside.contains("&#38;amp&#59;"), "{inside}");
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let mut text = "head\n".to_owned();
        let lines = (0..10).map(|number| format!("line {number}\n")).collect();
        listed(&mut text, lines, 26);
        assert_eq!(
            text,
            "head\nline 0\nline 1\nline 2\n\nand 7 more, which `labrun compare` prints.\n"
        );
    }
}
