//! The first correct answer of a server: connect, ask, read, check, again.
//!
//! A refused or reset connection, or one that is closed before it answers, is a
//! try that is repeated, since a container's proxy accepts before its server
//! listens. An answer that is whole and wrong is a mismatch.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use labrun_load::{Answer, End, Malformed, Reader};

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

/// Bytes of the beginning of an answer that are kept for a person.
const SHOWN: usize = 1024;

/// Longest answer that is read: a larger one is wrong.
const ANSWER_LIMIT: usize = 1 << 20;

/// An address on which nobody listens: fixed before the clock starts.
pub fn free_address() -> Result<SocketAddr, Failure> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|bound| bound.local_addr())
        .map_err(|error| Failure::failed(format!("no free port: {error}")))
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
    let mut reader = Reader::new();
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
        let mut asked = Asked {
            reader: &mut reader,
            expected,
            begins: Vec::new(),
        };
        match asked.ask(address, request.as_bytes(), deadline_ns, &mut watch) {
            Ok(answer) => {
                let held_ns = now_ns();
                asked.check(answer)?;
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
struct Asked<'a> {
    reader: &'a mut Reader,
    expected: &'a [u8],
    /// How the answer begins, for a person.
    begins: Vec<u8>,
}

impl Asked<'_> {
    /// The answer; none where what came is none.
    fn ask(
        &mut self,
        address: SocketAddr,
        request: &[u8],
        deadline_ns: u64,
        watch: &mut impl FnMut() -> Result<(), Failure>,
    ) -> Result<Option<Answer>, Ended> {
        self.reader.clear();
        let left = Duration::from_nanos(deadline_ns.saturating_sub(now_ns()).max(1_000_000));
        let mut stream = TcpStream::connect_timeout(&address, left.min(CONNECT_LIMIT))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(WATCH_INTERVAL))?;
        stream.write_all(request)?;
        let mut came = 0;
        while came <= ANSWER_LIMIT {
            let read = match stream.read(self.reader.space()) {
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
            if read == 0 {
                return match self.reader.end(Some(self.expected)) {
                    End::Answer(answer) => Ok(Some(answer)),
                    End::Truncated => Ok(None),
                    End::Nothing => Err(Ended::Again("closed without an answer".to_owned())),
                };
            }
            came += read;
            self.note(read);
            match self.reader.take(read, Some(self.expected)) {
                Ok(Some(answer)) => return Ok(Some(answer)),
                Ok(None) => {}
                Err(Malformed) => return Ok(None),
            }
            // One that trickles never makes a read wait.
            if now_ns() >= deadline_ns {
                return Err(Ended::Again("it answers, but not to the end".to_owned()));
            }
            watch().map_err(Ended::Stop)?;
        }
        Ok(None)
    }

    /// Keeps of what was just read how the answer begins.
    fn note(&mut self, read: usize) {
        let room = SHOWN - self.begins.len();
        let came = &self.reader.space()[..read.min(room)];
        self.begins.extend_from_slice(came);
    }

    /// The body of a 200 has to be what is expected.
    fn check(&self, answer: Option<Answer>) -> Result<(), Failure> {
        let shown =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        let Some(answer) = answer else {
            return Err(Failure::mismatch(format!(
                "the answer is not HTTP, or not whole: {:?}",
                shown(&self.begins)
            )));
        };
        if answer.status != 200 {
            return Err(Failure::mismatch(format!(
                "answered with status {}: {:?}",
                answer.status,
                shown(&self.begins)
            )));
        }
        if answer.matches {
            return Ok(());
        }
        let head = self.begins.windows(4).position(|four| four == b"\r\n\r\n");
        let body = head.map_or(&self.begins[..], |end| &self.begins[end + 4..]);
        Err(Failure::mismatch(format!(
            "wrong body: expected {:?}, got {:?}",
            shown(self.expected),
            shown(body)
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::interrupt::Interrupt;

    /// What a server that answers each request with these pieces is taken for.
    fn taken_for(pieces: &'static [&'static [u8]], expected: &[u8]) -> Result<u64, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("is asked");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            for piece in pieces {
                stream.write_all(piece).expect("answers");
            }
        });
        let site = Site::new(Interrupt::never().expect("an eventfd")).expect("a site");
        let deadline_ns = now_ns() + 10_000_000_000;
        first_answer(&site, address, "/", expected, deadline_ns, || Ok(()))
    }

    #[test]
    fn a_right_body_passes_whatever_its_framing() {
        let plain: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"];
        taken_for(plain, b"hi").expect("plain");
        let chunked: &[&[u8]] = &[
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n",
        ];
        taken_for(chunked, b"hi").expect("chunked");
        let until_closed: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\n\r\nhi"];
        taken_for(until_closed, b"hi").expect("until it is closed");
    }

    #[test]
    fn the_end_of_chunks_inside_a_chunk_is_not_the_end() {
        let pieces: &[&[u8]] = &[
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n0\r\n\r\n",
            b"hi\r\n0\r\n\r\n",
        ];
        taken_for(pieces, b"0\r\n\r\nhi").expect("whole");
    }

    #[test]
    fn a_wrong_answer_is_a_mismatch() {
        let answers: [&'static [&'static [u8]]; 4] = [
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho"],
            &[b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nhi"],
            &[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi"],
            &[b"SSH-2.0-OpenSSH\r\n"],
        ];
        for answer in answers {
            let failure = taken_for(answer, b"hi").expect_err("is wrong");
            assert!(matches!(
                failure,
                Failure::Outcome(labrun_record::Outcome::Mismatch, _)
            ));
        }
    }
}
