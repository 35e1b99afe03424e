//! Which output is correct, and at which point of it a program has answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use regex::bytes::Regex;

use crate::outcome::shown;

/// Output that is kept of a stream, in bytes; more than this is never a correct output.
pub const OUTPUT_LIMIT: usize = 64 * 1024;

/// Which output is correct.
#[derive(Debug, Clone)]
pub enum Expected {
    /// This, and nothing more.
    Whole(Vec<u8>),
    /// It has a line by which it is known that the program has answered. What comes after that is
    /// not looked at.
    Line(Rule),
}

/// By which line a program has answered. A last line need not end with a newline.
#[derive(Debug, Clone)]
pub enum Rule {
    /// Its first one, which is the same in all launches.
    First(Learned),
    /// The first one in which this is found.
    Matching(Regex),
    /// Its first one, or its end, whatever it prints: nothing is checked.
    Any,
}

/// A first line that nobody wrote down: the first launch that prints one, and does well, says it to
/// all others.
#[derive(Debug, Clone, Default)]
pub struct Learned(Arc<Mutex<Said>>);

#[derive(Debug, Default)]
struct Said {
    line: Option<Vec<u8>>,
    /// Whether a launch that printed it did well.
    is_sure: bool,
}

impl Learned {
    /// Takes a line for what all print, if there is none yet; gives the one that is.
    fn or(&self, line: &[u8]) -> Vec<u8> {
        let mut said = self.said();
        said.line.get_or_insert_with(|| line.to_owned()).clone()
    }

    /// How the launch ended that printed a line last: what was said by none that did well is forgotten.
    pub fn conclude(&self, well: bool) {
        let mut said = self.said();
        said.is_sure |= well && said.line.is_some();
        if !said.is_sure {
            said.line = None;
        }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What some output so far is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The program has answered.
    Answer,
    /// It may answer yet; not where the output has ended.
    NotYet,
    /// It cannot become right, and why.
    Wrong(String),
}

impl Expected {
    /// What a program has done that has printed `output`, and prints nothing more if it has `ended`.
    pub fn judge(&self, output: &[u8], ended: bool) -> Seen {
        match self {
            Self::Whole(whole) if whole.is_empty() && output.is_empty() => answer_if(ended),
            Self::Whole(whole) if !whole.is_empty() && output.starts_with(whole) => Seen::Answer,
            Self::Whole(whole) if whole.starts_with(output) => Seen::NotYet,
            Self::Whole(whole) => {
                let (expected, got) = (shown(whole), shown(output));
                Seen::Wrong(format!("expected {expected:?}, got {got:?}"))
            }
            Self::Line(rule) => rule.judge(output, ended),
        }
    }

    /// Whether `output` is all that a program has printed that did right.
    pub fn is_right(&self, output: &[u8]) -> bool {
        match self {
            Self::Whole(whole) => output == whole,
            Self::Line(_) => self.judge(output, true) == Seen::Answer,
        }
    }

    /// What a program has not done that has ended without an answer, as the end of a sentence.
    pub fn missing(&self) -> String {
        match self {
            Self::Whole(_) => "its output was whole".to_owned(),
            Self::Line(Rule::Matching(regex)) => {
                format!("it had printed a line that matches {:?}", regex.as_str())
            }
            Self::Line(_) => "it had printed a line (of a program that prints none say that any \
                              output is right: --expect any, or any = true)"
                .to_owned(),
        }
    }

    /// Whether what comes after the answer is dropped unseen.
    pub fn drops_rest(&self) -> bool {
        matches!(self, Self::Line(_))
    }
}

impl Rule {
    fn judge(&self, output: &[u8], ended: bool) -> Seen {
        let mut lines = lines(output, ended);
        match (self, lines.next()) {
            (Self::Any, None) => answer_if(ended),
            (Self::Any, Some(_)) => Seen::Answer,
            (Self::First(_), None) => Seen::NotYet,
            (Self::First(learned), Some(line)) => {
                let first = learned.or(line);
                if first == line {
                    return Seen::Answer;
                }
                let (own, first) = (shown(line), shown(&first));
                Seen::Wrong(format!(
                    "its first line is {own:?}, and the first launch of all printed {first:?}: where \
                     both are right, expect a regular expression that matches both, or any output"
                ))
            }
            (Self::Matching(regex), first) => {
                let mut all = first.into_iter().chain(lines);
                answer_if(all.any(|line| regex.is_match(line)))
            }
        }
    }
}

fn answer_if(answered: bool) -> Seen {
    if answered { Seen::Answer } else { Seen::NotYet }
}

/// The whole lines of an output, without their ends; of one that has ended what comes last too.
fn lines(output: &[u8], ended: bool) -> impl Iterator<Item = &[u8]> {
    let whole = output.split_inclusive(|byte| *byte == b'\n');
    let whole = whole.filter(move |line| ended || line.ends_with(b"\n"));
    whole.map(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(pattern: &str) -> Expected {
        Expected::Line(Rule::Matching(Regex::new(pattern).expect("a pattern")))
    }

    #[test]
    fn a_whole_output_is_right_byte_for_byte() {
        let expected = Expected::Whole(b"42\n".to_vec());
        assert_eq!(expected.judge(b"", false), Seen::NotYet);
        assert_eq!(expected.judge(b"4", false), Seen::NotYet);
        assert_eq!(expected.judge(b"42\n", false), Seen::Answer);
        assert!(matches!(expected.judge(b"43", false), Seen::Wrong(_)));
        assert!(expected.is_right(b"42\n"));
        assert!(!expected.is_right(b"42\nmore"));
    }

    #[test]
    fn no_output_at_all_is_known_by_its_end() {
        let expected = Expected::Whole(Vec::new());
        assert_eq!(expected.judge(b"", false), Seen::NotYet);
        assert_eq!(expected.judge(b"", true), Seen::Answer);
        assert!(matches!(expected.judge(b"x", false), Seen::Wrong(_)));
    }

    #[test]
    fn a_first_line_is_learned_once_and_holds_for_all() {
        let expected = Expected::Line(Rule::First(Learned::default()));
        assert_eq!(expected.judge(b"one", false), Seen::NotYet, "it may go on");
        assert_eq!(expected.judge(b"one\ntwo", false), Seen::Answer);
        assert_eq!(expected.judge(b"one\r\n", false), Seen::Answer);
        assert_eq!(expected.judge(b"one", true), Seen::Answer, "without an end");
        let Seen::Wrong(reason) = expected.clone().judge(b"another\n", false) else {
            panic!("it is another line");
        };
        assert!(reason.contains("\"another\""), "{reason}");
        assert!(reason.contains("printed \"one\""), "{reason}");
        assert_eq!(expected.judge(b"", true), Seen::NotYet, "it printed none");
    }

    #[test]
    fn what_a_launch_printed_that_failed_is_right_for_nobody() {
        let learned = Learned::default();
        let expected = Expected::Line(Rule::First(learned.clone()));
        assert_eq!(expected.judge(b"cannot start\n", false), Seen::Answer);
        learned.conclude(false);
        assert_eq!(expected.judge(b"right\n", false), Seen::Answer);
        learned.conclude(true);
        assert!(matches!(expected.judge(b"wrong\n", false), Seen::Wrong(_)));
        learned.conclude(false);
        assert_eq!(expected.judge(b"right\n", false), Seen::Answer);
    }

    #[test]
    fn a_pattern_is_looked_for_line_by_line() {
        let expected = matching("^ready [0-9]+$");
        assert_eq!(expected.judge(b"starting\nready 8", false), Seen::NotYet);
        assert_eq!(expected.judge(b"starting\nready 80\n", false), Seen::Answer);
        assert_eq!(expected.judge(b"ready 80", true), Seen::Answer);
        assert_eq!(expected.judge(b"ready\n80\n", true), Seen::NotYet);
        let missing = expected.missing();
        assert!(missing.contains("^ready [0-9]+$"), "{missing}");
    }

    #[test]
    fn anything_is_an_answer_even_nothing() {
        let expected = Expected::Line(Rule::Any);
        assert_eq!(expected.judge(b"", false), Seen::NotYet);
        assert_eq!(expected.judge(b"", true), Seen::Answer);
        assert_eq!(expected.judge(b"\xff\n", false), Seen::Answer);
    }
}
