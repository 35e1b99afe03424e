//! The first correct answer of a server: connect, ask, read, check, again.
//!
//! A refused or reset connection, or one that is closed before it answers, is a
//! try that is repeated, since a container's proxy accepts before its server
//! listens; and so is another status of a server that is none of the lab's own, which may not be
//! ready yet. Any other answer that is whole and wrong is a mismatch.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use labrun_load::{Answer, End, Malformed, Reader};

use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::{Expected, OUTPUT_LIMIT, RightAnswer, Seen};

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

/// A port of the loopback that has to be free, since a server always takes it.
pub fn fixed_address(port: u16) -> Result<SocketAddr, Failure> {
    // As a server of all addresses would: one that listens on any of them is in its way.
    match TcpListener::bind(("0.0.0.0", port)) {
        Ok(_) => Ok(SocketAddr::from(([127, 0, 0, 1], port))),
        Err(error) => Err(Failure::unavailable(format!(
            "the port {port}, on which it always listens, cannot be had: {error}; end what listens \
             there, or have its arguments or variables tell it another, by {{port}}"
        ))),
    }
}

/// An address on which nobody listens: fixed before the clock starts.
pub fn free_address() -> Result<SocketAddr, Failure> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|bound| bound.local_addr())
        .map_err(|error| Failure::failed(format!("no free port: {error}")))
}

/// Asks `address` for `path` until the answer is `right`; gives the instant at
/// which the lab held the whole of it. `alive` is asked each 100 ms and gives a failure when the
/// server has ended.
pub fn first_answer(
    site: &Site,
    address: SocketAddr,
    path: &str,
    right: &RightAnswer,
    deadline_ns: u64,
    mut alive: impl FnMut() -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut reader = Reader::keeping(OUTPUT_LIMIT);
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
            right,
            begins: Vec::new(),
        };
        match asked.ask(address, request.as_bytes(), deadline_ns, &mut watch) {
            Ok(answer) => {
                let held_ns = now_ns();
                match asked.check(answer) {
                    Ok(()) => return Ok(held_ns),
                    Err(Ended::Stop(failure)) => return Err(failure),
                    Err(Ended::Again(reason)) => last = reason,
                }
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
    right: &'a RightAnswer,
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
        let whole = match &self.right.body {
            Expected::Whole(whole) => Some(&whole[..]),
            Expected::Line(_) => None,
        };
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
                return match self.reader.end(whole) {
                    End::Answer(answer) => Ok(Some(answer)),
                    End::Truncated => Ok(None),
                    End::Nothing => Err(Ended::Again("closed without an answer".to_owned())),
                };
            }
            came += read;
            self.note(read);
            match self.reader.take(read, whole) {
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

    /// Status and body have to be right.
    fn check(&self, answer: Option<Answer>) -> Result<(), Ended> {
        let mismatch = |reason| Err(Ended::Stop(Failure::mismatch(reason)));
        let Some(answer) = answer else {
            return mismatch(format!(
                "the answer is not HTTP, or not whole: {:?}",
                beginning(&self.begins)
            ));
        };
        if answer.status != self.right.status {
            let reason = format!(
                "answered with status {}: {:?}",
                answer.status,
                beginning(&self.begins)
            );
            return if self.right.is_first {
                mismatch(reason)
            } else {
                Err(Ended::Again(reason))
            };
        }
        let body = self.reader.kept();
        match &self.right.body {
            Expected::Whole(_) if answer.matches => Ok(()),
            Expected::Whole(whole) => mismatch(format!(
                "wrong body: expected {:?}, got {:?}",
                beginning(whole),
                beginning(body)
            )),
            Expected::Line(_) => match self.right.body.judge(body, true) {
                Seen::Answer => Ok(()),
                Seen::Wrong(reason) => mismatch(format!("wrong body: {reason}")),
                Seen::NotYet => {
                    let missing = self.right.body.missing();
                    let got = beginning(body);
                    mismatch(format!(
                        "wrong body: it ended before {missing}: got {got:?}"
                    ))
                }
            },
        }
    }
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned()
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::interrupt::Interrupt;
    use crate::task::Rule;

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
        let right = RightAnswer::of_body(expected.to_vec());
        first_answer(&site, address, "/", &right, deadline_ns, || Ok(()))
    }

    /// What a server is taken for that answers each connection with the next of these.
    fn taken_in_turn(
        answers: &'static [&'static str],
        right: &RightAnswer,
    ) -> Result<u64, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("is asked");
                let mut request = [0; 1024];
                let _ = stream.read(&mut request);
                stream.write_all(answer.as_bytes()).expect("answers");
            }
        });
        let site = Site::new(Interrupt::never().expect("an eventfd")).expect("a site");
        let deadline_ns = now_ns() + 10_000_000_000;
        first_answer(&site, address, "/", right, deadline_ns, || Ok(()))
    }

    const NOT_READY: &str = "HTTP/1.1 503 Wait\r\nContent-Length: 4\r\n\r\nwait";
    const READY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nhi\nready at 80\n";

    #[test]
    fn a_server_of_somebody_else_s_may_not_be_ready_at_first() {
        let mut right = RightAnswer {
            body: Expected::Line(Rule::Matching(
                regex::bytes::Regex::new("^ready at").expect("a pattern"),
            )),
            ..RightAnswer::of_body(Vec::new())
        };
        let impatient = taken_in_turn(&[NOT_READY, READY], &right);
        let said = impatient.expect_err("503 is wrong").to_string();
        assert!(said.contains("answered with status 503"), "{said}");
        right.is_first = false;
        taken_in_turn(&[NOT_READY, NOT_READY, READY], &right).expect("is ready");
        right.status = 503;
        let said = taken_in_turn(&[NOT_READY], &right).expect_err("another body");
        let said = said.to_string();
        assert!(
            said.contains("matches \"^ready at\": got \"wait\""),
            "{said}"
        );
    }

    #[test]
    fn a_port_that_somebody_has_is_no_server_s() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
        let port = taken.local_addr().expect("an address").port();
        let said = fixed_address(port).expect_err("is taken").to_string();
        assert!(said.starts_with("unavailable: the port "), "{said}");
        drop(taken);
        assert_eq!(fixed_address(port).expect("is free").port(), port);
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
