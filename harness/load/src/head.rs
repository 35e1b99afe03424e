//! The head of a response: its status, and where its body ends (RFC 9112, section 6).

use std::mem::MaybeUninit;

use httparse::{ParserConfig, Response, Status};

/// Most headers that are read.
const MOST_HEADERS: usize = 64;

/// A response that is not HTTP/1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// What a head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) framing: Framing,
    /// Whether the connection may be used again.
    pub(crate) keeps: bool,
}

impl Head {
    /// The head at the beginning of `bytes`, with its length; `None` if more has to come. No body
    /// follows one that answers a HEAD (`to_head`), whatever it says.
    pub(crate) fn parse(bytes: &[u8], to_head: bool) -> Result<Option<(Self, usize)>, Malformed> {
        let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut response = Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(
            &mut response,
            bytes,
            &mut headers,
        );
        match parsed.map_err(|_| Malformed)? {
            Status::Complete(length) => Ok(Some((Self::of(&response, to_head)?, length))),
            Status::Partial => Ok(None),
        }
    }

    fn of(response: &Response, to_head: bool) -> Result<Self, Malformed> {
        let status = response.code.ok_or(Malformed)?;
        let (mut length, mut coding) = (None, None);
        let (mut close, mut keep) = (false, false);
        for header in response.headers.iter() {
            let (name, value) = (header.name, header.value.trim_ascii());
            if name.eq_ignore_ascii_case("content-length") {
                let own = digits(value).ok_or(Malformed)?;
                if length.is_some_and(|other| other != own) {
                    return Err(Malformed);
                }
                length = Some(own);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                // A coding before `chunked` is not undone, and so is none that we can check.
                if coding.is_some() || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Malformed);
                }
                coding = Some(Framing::Chunked);
            } else if name.eq_ignore_ascii_case("connection") {
                for token in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    close |= token.eq_ignore_ascii_case(b"close");
                    keep |= token.eq_ignore_ascii_case(b"keep-alive");
                }
            }
        }
        let framing = match (coding, length) {
            _ if to_head || matches!(status, 100..=199 | 204 | 304) => Framing::Length(0),
            // Both at once is how requests are smuggled (RFC 9112, section 6.3).
            (Some(_), Some(_)) => return Err(Malformed),
            (Some(chunked), None) => chunked,
            (None, Some(length)) => Framing::Length(length),
            (None, None) => Framing::UntilClose,
        };
        let old = response.version == Some(0);
        let keeps = !close && (!old || keep) && framing != Framing::UntilClose;
        Ok(Self {
            status,
            framing,
            keeps,
        })
    }
}

/// A number in digits alone: no sign, no space, no list.
fn digits(value: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(value).ok()?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<(Head, usize)>, Malformed> {
        Head::parse(text.as_bytes(), false)
    }

    #[test]
    fn framings_are_told_apart() {
        for (headers, framing, keeps) in [
            ("Content-Length: 5", Framing::Length(5), true),
            ("content-LENGTH:0", Framing::Length(0), true),
            (
                "Content-Length: 5\r\nContent-Length: 5",
                Framing::Length(5),
                true,
            ),
            ("Transfer-Encoding: Chunked", Framing::Chunked, true),
            ("X: y", Framing::UntilClose, false),
            (
                "Content-Length: 1\r\nConnection: close",
                Framing::Length(1),
                false,
            ),
            (
                "Content-Length: 1\r\nConnection: x, Close",
                Framing::Length(1),
                false,
            ),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\nrest");
            let (head, length) = head(&text).expect(headers).expect("is whole");
            assert_eq!((head.framing, head.keeps), (framing, keeps), "{headers}");
            assert_eq!(&text[length..], "rest");
        }
    }

    #[test]
    fn http_1_0_closes_unless_it_says_otherwise() {
        for (headers, keeps) in [("X: y", false), ("Connection: Keep-Alive", true)] {
            let text = format!("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n{headers}\r\n\r\n");
            assert_eq!(
                head(&text).expect("parses").expect("is whole").0.keeps,
                keeps
            );
        }
    }

    #[test]
    fn what_has_no_sure_end_is_malformed() {
        for headers in [
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: +5",
            "Content-Length: 5, 5",
            "Content-Length:",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "no colon",
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n");
            assert_eq!(head(&text), Err(Malformed), "{headers}");
        }
        assert_eq!(head("SSH-2.0-OpenSSH\r\n"), Err(Malformed));
        let soup = "A: b\r\n".repeat(MOST_HEADERS + 1);
        let text = format!("HTTP/1.1 200 OK\r\n{soup}\r\n");
        assert_eq!(head(&text), Err(Malformed));
    }

    #[test]
    fn statuses_without_a_body_have_none() {
        for status in ["204 No Content", "304 Not Modified", "100 Continue"] {
            let text = format!("HTTP/1.1 {status}\r\n\r\n");
            let (head, _) = head(&text).expect("parses").expect("is whole");
            assert_eq!(head.framing, Framing::Length(0), "{status}");
        }
    }

    #[test]
    fn no_body_follows_the_answer_to_a_head() {
        for headers in ["Content-Length: 5", "Transfer-Encoding: chunked", "X: y"] {
            let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n");
            let (head, _) = Head::parse(text.as_bytes(), true).unwrap().unwrap();
            assert_eq!((head.framing, head.keeps), (Framing::Length(0), true));
        }
    }
}
