//! Altering an input: bytes, numbers, words, lines, nesting, lengths.

use std::ops::Range;

use proptest::prelude::*;

/// Which input, and what is done to it: a kind of change, where, and with what.
pub(crate) type Change = (u32, Vec<(u8, u32, u32)>);

/// Longest input.
const MOST: usize = 256 << 10;

/// Numbers at which something ends.
const NUMBERS: [&str; 36] = [
    "0",
    "-0",
    "-0.0",
    "1",
    "-1",
    "2",
    "0.1",
    "1e15",
    "1e19",
    "1e100",
    "1e300",
    "1e308",
    "-1e308",
    "1.7976931348623157e308",
    "1e309",
    "1e999",
    "1e-308",
    "5e-324",
    "1e-999",
    "127",
    "255",
    "65535",
    "65536",
    "86400",
    "100000",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "null",
    "\"\"",
    "inf",
    "nan",
];

/// What has a meaning somewhere.
const PIECES: [&str; 40] = [
    "\0",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\u{1b}[31m",
    "\u{feff}",
    "\u{202e}",
    "\u{fffd}",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "'''",
    "\"\"\"",
    "{",
    "}",
    "[",
    "]",
    "[]",
    "{}",
    "[[",
    ",",
    ":",
    "=",
    "#",
    "*",
    "[!",
    "{a,b}",
    "..",
    "../",
    "/",
    "{grant}",
    "{rounds}",
    "<script>",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 18446744073709551615\r\n",
    "Connection: close\r\n",
    "ffffffffffffffff\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
];

/// What can stand in itself, and how often it then does.
const NESTS: [&str; 8] = ["[", "[[", "{", "{\"a\":", "{a=", "a.", "(", "[{\"a\":["];
const DEPTHS: [usize; 7] = [2, 16, 79, 127, 129, 1_000, 20_000];

/// How often a word stands after itself.
const LENGTHS: [usize; 5] = [2, 10, 257, 4_097, 70_000];

/// Some changes of some input.
pub(crate) fn changes() -> impl Strategy<Value = Change> {
    let one = (any::<u8>(), any::<u32>(), any::<u32>());
    (any::<u32>(), prop::collection::vec(one, 1..6))
}

/// An input with these changes.
pub(crate) fn altered(inputs: &[Vec<u8>], (which, changes): &Change) -> Vec<u8> {
    let mut bytes = pick(inputs, *which as usize).clone();
    for &(kind, place, what) in changes {
        let (place, what) = (place as usize, what as usize);
        if bytes.is_empty() {
            bytes.clone_from(pick(inputs, what));
        } else {
            change(&mut bytes, inputs, kind, place, what);
        }
        bytes.truncate(MOST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, inputs: &[Vec<u8>], kind: u8, place: usize, what: usize) {
    let at = place % bytes.len();
    let length = 1 + what % (bytes.len() - at).min(64);
    let part = at..at + length;
    match kind % 18 {
        0 => bytes[at] ^= 1 << (what % 8),
        1 => bytes[at] = what as u8,
        2 => drop(bytes.drain(part)),
        3 => bytes.extend_from_within(part),
        4 => bytes.truncate(at),
        5 => {
            let other = pick(inputs, what);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[place % (other.len() + 1)..]);
        }
        6..=9 => {
            let number = token(bytes, at, is_digit, is_numeric);
            put(bytes, number, pick(&NUMBERS, what).as_bytes());
        }
        10 | 11 => {
            let other = pick(inputs, what);
            let word = token(other, what % (other.len() + 1), is_word, is_word);
            let word = other[word].to_vec();
            let own = token(bytes, at, is_word, is_word);
            put(bytes, own, &word);
        }
        12 => put(bytes, at..at, pick(&PIECES, what).as_bytes()),
        13 => {
            let piece = pick(&PIECES, what).as_bytes();
            put(bytes, part, piece);
        }
        14 => {
            let nest = pick(&NESTS, what).repeat(*pick(&DEPTHS, place));
            put(bytes, at..at, nest.as_bytes());
        }
        15 => {
            let own = token(bytes, at, is_word, is_word);
            let most = MOST / own.len().max(1) + 1;
            let long = bytes[own.clone()].repeat(most.min(*pick(&LENGTHS, what)));
            put(bytes, own, &long);
        }
        16 => {
            let whole = line(bytes, at);
            drop(bytes.drain(whole));
        }
        _ => {
            let copied = line(bytes, at);
            let text = bytes[copied.clone()].to_vec();
            put(bytes, copied.end..copied.end, &text);
        }
    }
}

fn pick<T>(all: &[T], number: usize) -> &T {
    &all[number % all.len()]
}

fn put(bytes: &mut Vec<u8>, place: Range<usize>, new: &[u8]) {
    bytes.splice(place, new.iter().copied());
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn is_numeric(byte: u8) -> bool {
    byte.is_ascii_digit() || b"+-.eE_".contains(&byte)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-._/%".contains(&byte)
}

/// The next run of bytes, from a place on and around the end, in which one is of the first kind and
/// all are of the second; nothing at the place where there is none.
fn token(bytes: &[u8], at: usize, begins: fn(u8) -> bool, goes_on: fn(u8) -> bool) -> Range<usize> {
    let Some(found) = (at..bytes.len()).chain(0..at).find(|n| begins(bytes[*n])) else {
        return at..at;
    };
    let before = bytes[..found].iter().rev();
    let after = bytes[found..].iter();
    let start = found - before.take_while(|byte| goes_on(**byte)).count();
    start..found + after.take_while(|byte| goes_on(**byte)).count()
}

/// The line around a place, with its end.
fn line(bytes: &[u8], at: usize) -> Range<usize> {
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n');
    let end = bytes[at..].iter().position(|byte| *byte == b'\n');
    start.map_or(0, |end| end + 1)..end.map_or(bytes.len(), |end| at + end + 1)
}

#[test]
fn tokens_and_lines_are_found_where_they_are() {
    let text = b"a = 1.5e3\nb = [2]\n";
    let number = |at| token(text, at, is_digit, is_numeric);
    assert_eq!(&text[number(0)], b"1.5e3");
    assert_eq!(&text[number(10)], b"2");
    assert_eq!(&text[number(17)], b"1.5e3");
    assert_eq!(&text[line(text, 12)], b"b = [2]\n");
    assert_eq!(&text[line(text, 9)], b"a = 1.5e3\n");
    assert_eq!(token(b"==", 1, is_word, is_word), 1..1);
}
