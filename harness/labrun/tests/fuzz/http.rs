//! Answers of HTTP servers, in pieces of any size: what they come to does not depend on the pieces.

use labrun_load::{Answer, End, Malformed, Reader};

use crate::feed::feed;

/// What the body has to be.
const BODY: Option<&[u8]> = Some(b"hello");

/// What a reader takes at once.
const BUFFER: usize = 16 << 10;

/// Longest input that is fed byte by byte: a head is looked at from its beginning with each piece.
const SHORT: usize = 2 << 10;

#[test]
fn answers_are_read_or_malformed() {
    feed("http", 260, Vec::new(), |bytes| {
        let whole = fed(bytes, usize::MAX);
        let piece = usize::from(bytes.first().copied().unwrap_or_default()) % 61 + 7;
        let piece = if bytes.len() <= SHORT { 1 } else { piece };
        let pieces = fed(bytes, piece);
        // What follows an answer is malformed only where it comes with it.
        if bytes.len() < BUFFER && whole.is_ok() {
            assert_eq!(pieces, whole, "in pieces of {piece}");
        }
    });
}

/// What one answer comes to, or the end of what was sent.
fn fed(bytes: &[u8], piece: usize) -> Result<Came, Malformed> {
    let mut reader = Reader::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let space = reader.space();
        let count = rest.len().min(space.len()).min(piece);
        space[..count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        if let Some(answer) = reader.take(count, BODY)? {
            assert!(answer.bytes <= bytes.len() as u64);
            return Ok(Came::Answer(answer));
        }
    }
    Ok(Came::End(reader.end(BODY)))
}

#[derive(Debug, PartialEq, Eq)]
enum Came {
    Answer(Answer),
    End(End),
}
