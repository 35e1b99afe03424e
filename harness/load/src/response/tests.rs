//! Responses in every piece, framing and disorder.

use super::*;

/// Feeds `pieces` and gives what the last of them came to.
fn fed(pieces: &[&[u8]], expected: Option<&[u8]>) -> Result<Option<Answer>, Malformed> {
    let mut reader = Reader::new();
    let mut last = Ok(None);
    for piece in pieces {
        assert_eq!(last, Ok(None), "an answer before its end");
        reader.space()[..piece.len()].copy_from_slice(piece);
        last = reader.take(piece.len(), expected);
    }
    last
}

const PLAIN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    2\r\nhe\r\n3;name=value\r\nllo\r\n0\r\nTrailer: x\r\n\r\n";
const EMPTY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const CONTINUED: &[u8] =
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn a_response_split_at_every_byte_is_the_same() {
    for (whole, body) in [
        (PLAIN, &b"hello"[..]),
        (CHUNKED, b"hello"),
        (EMPTY, b""),
        (CONTINUED, b"hello"),
    ] {
        let right = Answer {
            status: 200,
            matches: true,
            keeps: true,
            bytes: whole.len() as u64,
        };
        assert_eq!(fed(&[whole], Some(body)), Ok(Some(right)));
        for at in 1..whole.len() {
            let (a, b) = whole.split_at(at);
            assert_eq!(fed(&[a, b], Some(body)), Ok(Some(right)), "split at {at}");
            for second in 1..b.len() {
                let (b, c) = b.split_at(second);
                assert_eq!(fed(&[a, b, c], Some(body)), Ok(Some(right)));
            }
        }
        let single: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(fed(&single, Some(body)), Ok(Some(right)));
    }
}

#[test]
fn every_byte_of_a_body_counts() {
    let matches = |whole, body: &[u8]| fed(&[whole], Some(body)).unwrap().unwrap().matches;
    for whole in [PLAIN, CHUNKED] {
        assert!(matches(whole, b"hello"));
        for wrong in [&b"hellO"[..], b"Hello", b"hell", b"hello!", b""] {
            assert!(!matches(whole, wrong), "{wrong:?}");
        }
        assert!(fed(&[whole], None).unwrap().unwrap().matches);
    }
    assert!(!matches(EMPTY, b"x"));
}

#[test]
fn a_body_larger_than_the_buffer_is_checked_to_its_end() {
    let body: Vec<u8> = (0..10 * BUFFER).map(|n| (n % 251) as u8).collect();
    let check = |expected: &[u8]| {
        let mut reader = Reader::new();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let whole = [head.as_bytes(), &body].concat();
        let mut rest = &whole[..];
        loop {
            let space = reader.space();
            let count = space.len().min(rest.len());
            space[..count].copy_from_slice(&rest[..count]);
            rest = &rest[count..];
            if let Some(answer) = reader.take(count, Some(expected)).unwrap() {
                assert!(rest.is_empty());
                return answer.matches;
            }
        }
    };
    assert!(check(&body));
    let mut wrong = body.clone();
    *wrong.last_mut().unwrap() ^= 1;
    assert!(!check(&wrong));
}

#[test]
fn a_connection_takes_one_response_after_the_other() {
    let mut reader = Reader::new();
    for whole in [PLAIN, CHUNKED, EMPTY, PLAIN] {
        reader.space()[..whole.len()].copy_from_slice(whole);
        let answer = reader.take(whole.len(), None).unwrap().unwrap();
        assert_eq!((answer.status, answer.bytes), (200, whole.len() as u64));
    }
    assert_eq!(reader.end(None), End::Nothing);
}

#[test]
fn more_than_was_asked_for_is_malformed() {
    for rubbish in [PLAIN, b"x", b"\r\n"] {
        assert_eq!(fed(&[&[PLAIN, rubbish].concat()], None), Err(Malformed));
        assert_eq!(fed(&[&[CHUNKED, rubbish].concat()], None), Err(Malformed));
    }
}

#[test]
fn what_is_not_http_is_malformed() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for text in [
        "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
        "HTTP/2 200 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 101 Switching Protocols\r\n\r\n".to_owned(),
        format!("{chunked}xyz\r\n"),
        format!("{chunked}2\r\nhello"),
        format!("{chunked}11111111111111111\r\n"),
        format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(BUFFER - 20)),
    ] {
        assert_eq!(fed(&[text.as_bytes()], None), Err(Malformed), "{text:.60}");
    }
}

#[test]
fn the_end_of_a_connection_is_judged_by_what_came() {
    let ended = |text: &[u8]| {
        let mut reader = Reader::new();
        reader.space()[..text.len()].copy_from_slice(text);
        assert_eq!(reader.take(text.len(), Some(b"hello")), Ok(None));
        reader.end(Some(b"hello"))
    };
    assert_eq!(ended(b""), End::Nothing);
    for text in [&PLAIN[..1], &PLAIN[..PLAIN.len() - 1], &CHUNKED[..60]] {
        assert_eq!(ended(text), End::Truncated);
    }
    let whole = b"HTTP/1.0 200 OK\r\n\r\nhello";
    let End::Answer(answer) = ended(whole) else {
        panic!("it ends with its connection");
    };
    assert!(answer.matches && !answer.keeps);
    let End::Answer(answer) = ended(&whole[..whole.len() - 1]) else {
        panic!("it ends with its connection");
    };
    assert!(!answer.matches);
}
