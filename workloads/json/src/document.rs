//! The document: a list of records as services exchange them.
//!
//! It is printed as `serde_json` prints: no white space, keys in order, the shortest
//! floats. So what is printed of its tree has to be the document again.

use std::fmt::Write as _;

use crate::splitmix;

/// Makes some 200 KiB.
const RECORDS: u64 = 700;

/// Pieces of strings, escaped as they are in the document.
const TEXTS: [&str; 8] = [
    "amber",
    r#"a \"quoted\" word"#,
    r"one line\nand one\tmore",
    r"C:\\temp",
    r"\u0001 and \u001f",
    "Zürich",
    "日本語",
    "🦀 crab",
];

/// The document.
pub(crate) fn make() -> String {
    let mut state = 8259;
    let mut next = |limit: u64| splitmix::next(&mut state) % limit;
    let mut text = String::from(r#"{"records":["#);
    for id in 0..RECORDS {
        if id > 0 {
            text.push(',');
        }
        let mut word = || TEXTS[next(8) as usize];
        let (name, note, tags) = (word(), word(), [word(), word(), word()]);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"{{"active":{},"address":{{"city":"{name}","position":{{"east":{},"north":-{}}}}},"id":{id},"#,
            next(2) == 0,
            degrees(next(180_000_000)),
            degrees(next(90_000_000)),
        );
        let _ = write!(
            text,
            r#""name":"{name} {note} {}","parent":null,"scores":[{},{},-{},{}],"tags":["{}","{}","{}"]}}"#,
            next(1_000_000),
            next(10),
            next(u64::MAX),
            1 + next(1 << 62),
            degrees(next(1_000_000_000_000)),
            tags[0],
            tags[1],
            tags[2],
        );
    }
    let _ = write!(text, r#"],"total":{RECORDS}}}"#);
    text
}

/// A float of at least 1, with up to six places.
fn degrees(millionths: u64) -> String {
    format!("{:?}", 1.0 + millionths as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_always_the_same_and_of_the_size_that_is_said() {
        assert_eq!(make(), make());
        let kibibytes = make().len() / 1024;
        assert!((190..=210).contains(&kibibytes), "{kibibytes} KiB");
    }

    #[test]
    fn it_has_all_that_json_has() {
        let document = make();
        for part in [
            "true", "false", "null", "\\\"", "\\\\", "\\u0001", "ü", "🦀", "-", ".",
        ] {
            assert!(document.contains(part), "{part}");
        }
    }
}
