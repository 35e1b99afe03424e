//! The first correct answer of a server: connect, ask, read, check, again.
//!
//! A refused or reset connection, or one that is closed before it answers, is a
//! try that is repeated, since a container's proxy accepts before its server
//! listens. An answer that is whole and wrong is a mismatch.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::site::Site;

/// Time between two tries: the resolution of a first request.
pub const RETRY_INTERVAL: Duration = Duration::from_micros(200);

/// How often a wait for an answer looks whether the run goes on.
const WATCH_INTERVAL: Duration = Duration::from_millis(50);

/// How often it is looked whether the server lives: a look can take a request to a daemon, which
/// has better things to do meanwhile.
const LOOK_INTERVAL_NS: u64 = 100_000_000;

/// How long one try to connect may hang: an address that swallows packets is tried
/// again, so that the end of a run is noticed.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// Longest answer that is read: a larger one is wrong.
const ANSWER_LIMIT: usize = 1 << 20;

/// An address on which nobody listens: fixed before the clock starts.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

/// Asks `address` for `path` until the body of a 200 is `expected`; gives the instant at
/// which the lab held the whole of it. `alive` is asked each 100 ms and gives a failure when the
/// server has ended.
pub fn first_answer(
    site: &Site,
    address: SocketAddr,
    path: &str,
    expected: &[u8],
    deadline_ns: u64,
    mut alive: impl FnMut() -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut last = String::from("no try was made");
    let mut looked_ns = now_ns();
    let mut watch = || {
        if site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        if now_ns() - looked_ns < LOOK_INTERVAL_NS {
            return Ok(());
        }
        looked_ns = now_ns();
        alive()
    };
    loop {
        if now_ns() >= deadline_ns {
            return Err(Failure::timeout(format!(
                "no correct answer from http://{address}{path}: {last}"
            )));
        }
        match ask(address, request.as_bytes(), deadline_ns, &mut watch) {
            Ok(bytes) => {
                let held_ns = now_ns();
                check(&bytes, expected)?;
                return Ok(held_ns);
            }
            Err(Ended::Stop(failure)) => return Err(failure),
            Err(Ended::Again(reason)) => last = reason,
        }
        watch()?;
        std::thread::sleep(RETRY_INTERVAL);
    }
}

/// Why one try gave no answer.
enum Ended {
    /// Worth another try, and why.
    Again(String),
    /// Not worth one.
    Stop(Failure),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Again(error.to_string())
    }
}

/// One try: the whole answer, which ends where its framing says, or the end of the
/// connection.
fn ask(
    address: SocketAddr,
    request: &[u8],
    deadline_ns: u64,
    watch: &mut impl FnMut() -> Result<(), Failure>,
) -> Result<Vec<u8>, Ended> {
    let left = Duration::from_nanos(deadline_ns.saturating_sub(now_ns()).max(1_000_000));
    let mut stream = TcpStream::connect_timeout(&address, left.min(CONNECT_LIMIT))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(WATCH_INTERVAL))?;
    stream.write_all(request)?;
    let mut answer = Vec::with_capacity(1024);
    let mut chunk = [0_u8; 4096];
    loop {
        let read = match stream.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                watch().map_err(Ended::Stop)?;
                if now_ns() >= deadline_ns {
                    return Err(Ended::Again("it accepts, but does not answer".to_owned()));
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        answer.extend_from_slice(&chunk[..read]);
        if read == 0 || answer.len() > ANSWER_LIMIT || is_whole(&answer) {
            break;
        }
        // One that trickles never makes a read wait.
        if now_ns() >= deadline_ns {
            return Err(Ended::Again("it answers, but not to the end".to_owned()));
        }
        watch().map_err(Ended::Stop)?;
    }
    if answer.is_empty() {
        return Err(Ended::Again("closed without an answer".to_owned()));
    }
    Ok(answer)
}

/// The head of an answer, and where its body begins.
struct Head {
    status: u16,
    length: Option<usize>,
    chunked: bool,
    body: usize,
}

fn head(answer: &[u8]) -> Option<Head> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body) = response.parse(answer).ok()? else {
        return None;
    };
    let value = |name: &str| {
        let found = response
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    Some(Head {
        status: response.code?,
        length: value("content-length").and_then(|value| value.trim().parse().ok()),
        chunked: value("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked")),
        body,
    })
}

/// Whether an answer is all here by its own framing.
fn is_whole(answer: &[u8]) -> bool {
    head(answer).is_some_and(|head| {
        let body = &answer[head.body..];
        if head.chunked {
            body.ends_with(b"0\r\n\r\n")
        } else {
            head.length.is_some_and(|length| body.len() >= length)
        }
    })
}

/// The body of a 200 has to be `expected`.
fn check(answer: &[u8], expected: &[u8]) -> Result<(), Failure> {
    let shown = || String::from_utf8_lossy(&answer[..answer.len().min(120)]).into_owned();
    let Some(head) = head(answer) else {
        return Err(Failure::mismatch(format!(
            "the answer is not HTTP: {:?}",
            shown()
        )));
    };
    if head.status != 200 {
        return Err(Failure::mismatch(format!(
            "answered with status {}: {:?}",
            head.status,
            shown()
        )));
    }
    let body = &answer[head.body..];
    let dechunked = head.chunked.then(|| dechunk(body));
    let body = dechunked.as_deref().unwrap_or(body);
    if body == expected {
        return Ok(());
    }
    Err(Failure::mismatch(format!(
        "wrong body: expected {:?}, got {:?}",
        String::from_utf8_lossy(&expected[..expected.len().min(80)]),
        String::from_utf8_lossy(&body[..body.len().min(80)]),
    )))
}

/// Joins the chunks of a chunked body (RFC 9112, section 7.1).
fn dechunk(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&body[..end])
            .ok()
            .and_then(|line| usize::from_str_radix(line.split(';').next()?.trim(), 16).ok());
        let (Some(size), rest) = (size, &body[end + 2..]) else {
            break;
        };
        if size == 0 || rest.len() < size {
            break;
        }
        whole.extend_from_slice(&rest[..size]);
        body = rest.get(size + 2..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_body_passes_whatever_its_framing() {
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"hi").expect("plain");
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n";
        check(chunked, b"hi").expect("chunked");
    }

    #[test]
    fn a_wrong_answer_is_a_mismatch() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho"[..],
            b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nhi",
            b"SSH-2.0-OpenSSH\r\n",
        ] {
            let failure = check(answer, b"hi").expect_err("is wrong");
            assert!(matches!(
                failure,
                Failure::Outcome(labrun_record::Outcome::Mismatch, _)
            ));
        }
    }
}
