//! Text from outside, made safe to show: what a guest, cargo, a daemon or somebody else's file says
//! cannot move the cursor, change the terminal, or hide and turn around what stands beside it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use serde_json::Value;

/// Beside control characters: what is not seen, or turns around what is (bidirectional marks).
const UNSEEN: [RangeInclusive<char>; 7] = [
    '\u{61c}'..='\u{61c}',
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{fff9}'..='\u{fffb}',
    '\u{e0000}'..='\u{e007f}',
];

/// The colours that labrun itself prints.
const COLOURS: [&str; 11] = [
    "0", "1", "2", "31", "32", "33", "34", "35", "36", "91", "94",
];

/// Text as it can be shown anywhere. Whole escape sequences are left out; any other control character
/// and what is unseen is written as `\u{1b}`. Lines and tabs stay, and a carriage return ends a line.
pub fn plain(text: &str) -> Cow<'_, str> {
    made_safe(text, |_| false)
}

/// The same, of text that labrun has put together: its own colours stay.
pub fn plain_with_colours(text: &str) -> Cow<'_, str> {
    made_safe(text, |sequence| {
        let code = sequence.strip_prefix("\u{1b}[");
        let code = code.and_then(|rest| rest.strip_suffix('m'));
        code.is_some_and(|code| COLOURS.contains(&code))
    })
}

/// JSON whose strings have nothing unsafe but as JSON's own escapes: it means the same.
pub fn plain_json(json: &str) -> Cow<'_, str> {
    if is_plain(json) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_unsafe(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(letter);
        }
    }
    Cow::Owned(safe)
}

/// Whether it can be shown as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.contains(is_unsafe)
}

/// Makes a text safe.
pub(crate) fn make_plain(text: &mut String) {
    if !is_plain(text) {
        *text = plain(text).into_owned();
    }
}

/// Makes every text of a value safe, names too.
pub(crate) fn make_all_plain(value: &mut Value) {
    match value {
        Value::String(text) => make_plain(text),
        Value::Array(list) => list.iter_mut().for_each(make_all_plain),
        Value::Object(fields) => {
            if !fields.keys().all(|name| is_plain(name)) {
                let named = std::mem::take(fields).into_iter();
                *fields = named
                    .map(|(name, value)| (plain(&name).into_owned(), value))
                    .collect();
            }
            fields.values_mut().for_each(make_all_plain);
        }
        _ => {}
    }
}

fn is_unsafe(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || UNSEEN.iter().any(|range| range.contains(&letter))
}

fn made_safe(text: &str, stays: fn(&str) -> bool) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, letter)) = rest.char_indices().find(|(_, letter)| is_unsafe(*letter)) {
        safe.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut taken = letter.len_utf8();
        match (letter, sequence(rest)) {
            (_, Some(sequence)) => {
                taken = sequence.len();
                safe.push_str(if stays(sequence) { sequence } else { "" });
            }
            ('\r', _) if rest.starts_with("\r\n") => {}
            ('\r', _) => safe.push('\n'),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(safe, "{}", letter.escape_unicode());
            }
        }
        rest = &rest[taken..];
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

/// The whole escape sequence that a text begins with (ECMA-48), if it is one.
fn sequence(text: &str) -> Option<&str> {
    let body = text.strip_prefix('\u{1b}')?;
    let end = match body.chars().next()? {
        // Parameters, and a final letter.
        '[' => 1 + ended_by(&body[1..], &(' '..='?'), &('@'..='~'))?,
        // Titles, links and such: as far as their end, on one line.
        ']' | 'P' | 'X' | '^' | '_' => {
            let line = body.lines().next()?;
            let ends = ["\u{7}", "\u{1b}\\"];
            let ends = ends
                .iter()
                .filter_map(|end| Some(line.find(end)? + end.len()));
            ends.min()?
        }
        ' '..='/' => ended_by(body, &(' '..='/'), &('0'..='~'))?,
        '0'..='~' => 1,
        _ => return None,
    };
    Some(&text[..=end])
}

/// The length of any number of letters of one kind with the one of another kind that ends them.
fn ended_by(
    text: &str,
    inside: &RangeInclusive<char>,
    last: &RangeInclusive<char>,
) -> Option<usize> {
    let (at, letter) = text
        .char_indices()
        .find(|(_, letter)| !inside.contains(letter))?;
    last.contains(&letter).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_left_out_and_the_rest_is_read_as_it_was() {
        for (text, safe) in [
            (
                "as it is: \u{e9}\u{4e2d} \"quoted\"\n\ttwo lines",
                "as it is: \u{e9}\u{4e2d} \"quoted\"\n\ttwo lines",
            ),
            ("\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: no", "error: no"),
            ("\u{1b}]0;a title\u{7}said", "said"),
            (
                "\u{1b}]8;;http://x\u{1b}\\a link\u{1b}]8;;\u{1b}\\",
                "a link",
            ),
            ("\u{1b}[2J\u{1b}[H\u{1b}(B\u{1b}7gone", "gone"),
            ("one\r\ntwo\rthree", "one\ntwo\nthree"),
            (
                "a\u{7}b\u{8}c\u{7f}d\u{9b}31me",
                "a\\u{7}b\\u{8}c\\u{7f}d\\u{9b}31me",
            ),
            ("\u{202e}turned\u{2069}", "\\u{202e}turned\\u{2069}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            // What has no end hides nothing.
            ("\u{1b}]0;a title\nmore", "\\u{1b}]0;a title\nmore"),
            ("\u{1b}[31", "\\u{1b}[31"),
            ("\u{1b}[\u{e9}", "\\u{1b}[\u{e9}"),
            ("\u{1b}", "\\u{1b}"),
        ] {
            assert_eq!(plain(text), safe, "{text:?}");
            assert_eq!(plain(safe), safe, "safe text stays");
        }
    }

    #[test]
    fn colours_of_labruns_own_stay_where_they_are_asked_for() {
        let own = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m";
        assert_eq!(plain_with_colours(own), own);
        let other = "\u{1b}[8mhidden\u{1b}[5;31m\u{1b}[A\u{202e}";
        assert_eq!(plain_with_colours(other), "hidden\\u{202e}");
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"a\u{7f}": "\u{1b}[31m \u{202e} \u{e0041} \u{9b}\n"});
        let text = serde_json::to_string_pretty(&value).expect("serialises");
        let safe = plain_json(&text);
        assert!(!safe.contains(is_unsafe), "{safe}");
        assert_eq!(serde_json::from_str::<Value>(&safe).expect("parses"), value);
    }

    #[test]
    fn every_text_of_a_value_is_made_safe() {
        let mut value = serde_json::json!({"\u{202e}a": ["\u{1b}[1mb", {"c": "\u{7}"}], "n": 1});
        make_all_plain(&mut value);
        let safe = serde_json::json!({"\\u{202e}a": ["b", {"c": "\\u{7}"}], "n": 1});
        assert_eq!(value, safe);
    }
}
