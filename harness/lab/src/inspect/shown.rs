//! Text from inside a file, as a message can show it.

use labrun_record::plain;

/// Longest text that is shown whole, in characters.
const MOST: usize = 80;

/// The text on one line, with nothing unsafe in it, and not long.
pub(super) fn shown(text: &str) -> String {
    let text = plain(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().nth(MOST).is_none() {
        return line;
    }
    let short: String = line.chars().take(MOST).collect();
    format!("{short}...")
}

/// A list of texts: the first few, and how many more there are.
pub(super) fn listed<T: AsRef<str>>(texts: &[T], most: usize) -> String {
    let first: Vec<String> = texts
        .iter()
        .take(most)
        .map(|text| shown(text.as_ref()))
        .collect();
    match texts.len().saturating_sub(most) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_one_short_safe_line() {
        assert_eq!(shown(" a\n\tb\u{1b}[2J\u{202e}c "), "a b\\u{202e}c");
        let long = shown(&"\u{4e2d}".repeat(200));
        assert_eq!(long.chars().count(), MOST + 3);
        assert_eq!(listed(&["a", "b"], 2), "a, b");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
    }
}
