//! One of the requests of a load: what is sent, and what a right answer to it is.

use std::fmt;
use std::sync::Arc;

/// Most requests that take turns in a load.
pub const MOST_REQUESTS: usize = 64;
/// Most that one of them weighs.
pub const MOST_WEIGHT: u32 = 1000;
/// Headers that the generator writes itself, since framing and connection are its own.
pub const OWN_HEADERS: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];
/// Headers that ask for another conversation than the one that the generator has: to wait before the body,
/// to speak another protocol, to have fields behind a body, or to keep a connection in another way.
pub const UNSPOKEN_HEADERS: [&str; 7] = [
    "expect",
    "upgrade",
    "http2-settings",
    "te",
    "trailer",
    "keep-alive",
    "proxy-connection",
];

/// A request, and what a right answer to it is.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST` ...
    pub method: String,
    /// Path and query, from `/` on.
    pub path: String,
    /// How often it comes in each period of the load, beside the weights of the others.
    pub weight: u32,
    /// Headers besides [those of the generator's own](OWN_HEADERS).
    pub headers: Vec<(String, String)>,
    /// Its body; empty where it has none.
    pub body: Vec<u8>,
    /// The status that every answer has to have.
    pub status: u16,
    /// What else every answer has to be.
    pub check: Check,
}

/// Whether some bytes are right.
pub type Holds = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// What is looked at of an answer beside its status.
#[derive(Clone)]
pub enum Check {
    /// Nothing.
    Status,
    /// The whole body, which is this to the byte.
    Whole(Vec<u8>),
    /// The beginning of the body, of which something has to hold.
    Beginning {
        /// Bytes that are looked at, where there are as many.
        bytes: usize,
        /// Whether they are right.
        holds: Holds,
    },
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("Status"),
            Self::Whole(whole) => write!(f, "Whole({} bytes)", whole.len()),
            Self::Beginning { bytes, .. } => write!(f, "Beginning({bytes} bytes)"),
        }
    }
}

impl Request {
    /// A GET of which the status 200 is right, whatever comes with it.
    pub fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            weight: 1,
            headers: Vec::new(),
            body: Vec::new(),
            status: 200,
            check: Check::Status,
        }
    }

    /// Whether an answer to it has no body, whatever its head says (RFC 9110, section 9.3.2).
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// Its bytes, as they are sent to `host` every time.
    pub(crate) fn encode(&self, host: &str) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        // Of these a server expects a body, and waits for its length (RFC 9110, section 8.6).
        let has_body = matches!(&*self.method, "POST" | "PUT" | "PATCH");
        if has_body || !self.body.is_empty() {
            text.extend(["Content-Length: ", &self.body.len().to_string(), "\r\n"]);
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// What of it cannot stand in a request.
    pub(crate) fn fault(&self) -> Option<&str> {
        let is_line = |text: &str| text.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        if !is_token(&self.method) {
            return Some(&self.method);
        }
        if !is_line(&self.path) || !self.path.starts_with('/') {
            return Some(&self.path);
        }
        let wrong = self.headers.iter().find_map(|(name, value)| {
            let mut never = OWN_HEADERS.iter().chain(&UNSPOKEN_HEADERS);
            if !is_token(name) || never.any(|own| name.eq_ignore_ascii_case(own)) {
                return Some(name);
            }
            (!is_header_value(value)).then_some(value)
        });
        wrong.map(String::as_str)
    }
}

/// Whether it is a token (RFC 9110, section 5.6.2), as methods and names of headers are.
pub fn is_token(text: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of_token)
}

/// Whether a header may have this value: nothing in it ends the header or the head.
pub fn is_header_value(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(request: &Request) -> String {
        String::from_utf8(request.encode("here:80")).unwrap()
    }

    #[test]
    fn a_request_is_encoded_as_it_is_meant() {
        let get = Request::get("/a?b");
        assert_eq!(text(&get), "GET /a?b HTTP/1.1\r\nHost: here:80\r\n\r\n");
        let post = Request {
            method: "POST".to_owned(),
            headers: vec![("X-Key".to_owned(), "a b".to_owned())],
            body: b"{}\r\n\r\n".to_vec(),
            ..Request::get("/")
        };
        let whole =
            "POST / HTTP/1.1\r\nHost: here:80\r\nX-Key: a b\r\nContent-Length: 6\r\n\r\n{}\r\n\r\n";
        assert_eq!(text(&post), whole);
        for (method, says_length) in [("POST", true), ("PUT", true), ("DELETE", false)] {
            let bare = Request {
                method: method.to_owned(),
                ..Request::get("/")
            };
            let said = text(&bare).contains("Content-Length: 0\r\n");
            assert_eq!(said, says_length, "{method}");
        }
    }

    #[test]
    fn what_would_break_out_of_a_request_is_found() {
        let with = |name: &str, value: &str| Request {
            headers: vec![(name.to_owned(), value.to_owned())],
            ..Request::get("/")
        };
        assert_eq!(with("X", "a\tb é").fault(), None);
        for (name, value) in [
            ("X", "a\r\nHost: b"),
            ("X", "a\nb"),
            ("X", "a\0"),
            ("X: y\r\nZ", "a"),
            ("", "a"),
            ("content-LENGTH", "3"),
            ("Host", "b"),
            ("transfer-encoding", "chunked"),
            ("Connection", "close"),
        ] {
            assert!(with(name, value).fault().is_some(), "{name:?}: {value:?}");
        }
        for path in ["", "x", "/ x", "/\r\n"] {
            assert_eq!(Request::get(path).fault(), Some(path));
        }
        let method = Request {
            method: "GET / HTTP/1.1\r\nX:".to_owned(),
            ..Request::get("/")
        };
        assert!(method.fault().is_some());
    }
}
