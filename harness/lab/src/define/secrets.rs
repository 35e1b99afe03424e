//! Values that are told to nobody: taken out of a text in which they stand whole, in part or in other words.
//!
//! A reason quotes what a program printed. Until it is written down, that was cut to its end or its
//! beginning, its lines were put on one, and quotes and controls were escaped: a value is looked for as it
//! looks after any of that, and in pieces.

use std::collections::HashSet;

use labrun_record::plain;

/// So many letters in a row that are a value's are a piece of it. Fewer stand in many words by chance.
const PIECE: usize = 6;

/// A value of fewer letters says nothing that could be kept.
const LEAST: usize = 4;

/// A value that is told to nobody.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    /// What stands in its place.
    name: String,
    /// The value, if it is shorter than a piece.
    short: Option<String>,
    /// Every piece of it, in all the forms in which it may be quoted.
    pieces: HashSet<[char; PIECE]>,
}

impl Secret {
    /// The value of a variable. `None` if it is too short to be one.
    pub(super) fn new(name: &str, value: &str) -> Option<Self> {
        let letters = value.chars().count();
        if letters < LEAST {
            return None;
        }
        let escaped: String = value.escape_debug().collect();
        let on_one_line: Vec<&str> = value.lines().map(str::trim).collect();
        let forms = [
            value.to_owned(),
            plain(value).into_owned(),
            plain(&escaped).into_owned(),
            escaped,
            on_one_line.join(" / "),
            on_one_line.join(" "),
        ];
        let mut pieces = HashSet::new();
        for form in forms {
            let form: Vec<char> = form.chars().collect();
            let windows = form.windows(PIECE);
            pieces.extend(windows.filter_map(|piece| <[char; PIECE]>::try_from(piece).ok()));
        }
        Some(Self {
            name: format!("${name}"),
            short: (letters < PIECE).then(|| value.to_owned()),
            pieces,
        })
    }

    /// A text without it: its name stands where it stood.
    pub(super) fn out_of(&self, text: String) -> String {
        if let Some(short) = &self.short {
            return text.replace(short.as_str(), &self.name);
        }
        let letters: Vec<char> = text.chars().collect();
        let mut told = vec![true; letters.len()];
        for (at, piece) in letters.windows(PIECE).enumerate() {
            if self.pieces.contains(piece) {
                told[at..at + PIECE].fill(false);
            }
        }
        if told.iter().all(|told| *told) {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        for (at, letter) in letters.iter().enumerate() {
            if told[at] {
                out.push(*letter);
            } else if at == 0 || told[at - 1] {
                out.push_str(&self.name);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a value of 40 letters, lines of 8, quotes and all, is under a piece.
    #[test]
    fn however_it_is_cut_joined_or_escaped_nothing_is_left_that_says_it() {
        let value = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nBKcw\"gg\\Si\tAgE\n-----END KEY-----";
        let secret = Secret::new("KEY", value).expect("is long enough");
        let escaped = format!("{value:?}");
        let lines: Vec<&str> = value.lines().collect();
        let quoted = [
            value.to_owned(),
            escaped,
            lines.join(" / "),
            plain(value).into_owned(),
        ];
        for text in quoted {
            let letters: Vec<char> = text.chars().collect();
            for cut in 0..letters.len() {
                let (first, last) = letters.split_at(cut);
                for part in [first, last] {
                    let part: String = part.iter().collect();
                    let told = secret.out_of(format!("it ends: {part} (793 bytes)"));
                    for line in value.lines() {
                        let line: Vec<char> = line.chars().collect();
                        for piece in line.windows(PIECE) {
                            let piece: String = piece.iter().collect();
                            assert!(!told.contains(&piece), "{piece}: {told}");
                        }
                    }
                    // A space beside it may be one of those that join its lines.
                    assert!(told.starts_with("it ends:"), "{told}");
                    assert!(told.ends_with("(793 bytes)"), "{told}");
                }
            }
        }
    }

    #[test]
    fn a_short_one_goes_whole_and_a_word_of_no_letters_is_none() {
        let of = |value: &str, text: &str| {
            let secret = Secret::new("KEY", value)?;
            Some(secret.out_of(text.to_owned()))
        };
        assert_eq!(of("abc", "abc"), None);
        assert_eq!(of("abcd", "xabcdx abc").as_deref(), Some("x$KEYx abc"));
        assert_eq!(
            of("s3cret", "bad key s3cret, 1").as_deref(),
            Some("bad key $KEY, 1")
        );
        assert_eq!(
            of("s3cret", "nothing of it").as_deref(),
            Some("nothing of it")
        );
        let long = "0123456789".repeat(90);
        let text = format!("got \"{}\"... (900 bytes)", &long[..151]);
        assert_eq!(
            of(&long, &text).as_deref(),
            Some("got \"$KEY\"... (900 bytes)")
        );
    }
}
