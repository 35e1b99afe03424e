//! The first correct answer of a server: connect, ask, read, check, again.
//!
//! A refused or reset connection, or one that is closed before it answers, is a
//! try that is repeated, since a container's proxy accepts before its server
//! listens; and so is another status of a server that is none of the lab's own, which may not be
//! ready yet. Any other answer that is whole and wrong is a mismatch.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use labrun_load::{Answer, End, Malformed, Reader};

use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::{Expected, OUTPUT_LIMIT, RightAnswer, Rule, Seen};

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
    let mut last = LastTry::default();
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
                    Err(Ended::Again(reason)) => last.answered(reason),
                }
            }
            Err(Ended::Stop(failure)) => return Err(failure),
            Err(Ended::Again(reason)) => last.unanswered(reason),
        }
        watch()?;
        std::thread::sleep(RETRY_INTERVAL);
    }
}

/// What the tries came to so far, for the reason where none of them was right.
#[derive(Default)]
struct LastTry {
    /// What the last whole answer was.
    answer: Option<String>,
    /// Why no answer came since.
    since: Option<String>,
}

impl LastTry {
    fn answered(&mut self, reason: String) {
        *self = Self {
            answer: Some(reason),
            since: None,
        };
    }

    /// A try without an answer leaves what was answered before: the last of them is cut by the limit
    /// wherever it happens to be.
    fn unanswered(&mut self, reason: String) {
        self.since = Some(reason);
    }
}

impl fmt::Display for LastTry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.answer, &self.since) {
            (None, None) => f.write_str("no try was made"),
            (Some(reason), None) | (None, Some(reason)) => f.write_str(reason),
            (Some(answer), Some(since)) => write!(f, "{answer}; then: {since}"),
        }
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
        Err(Ended::Stop(Failure::mismatch(format!(
            "the answer is longer than {} MiB, of which no more is read: {:?}",
            ANSWER_LIMIT >> 20,
            beginning(&self.begins)
        ))))
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
            let (status, right) = (answer.status, self.right.status);
            let reason = format!(
                "answered with status {status}, and not {right} (where {status} is right: --status {status}): {:?}",
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
                    let got = beginning(body);
                    let missing = match &self.right.body {
                        Expected::Line(Rule::Matching(regex)) => {
                            format!("no line of it matches {:?}", regex.as_str())
                        }
                        _ => "it is empty, which `--expect any` (`expect = { any = true }`) takes"
                            .to_owned(),
                    };
                    mismatch(format!("wrong body: {missing}: got {got:?}"))
                }
            },
        }
    }
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned()
}

#[cfg(test)]
mod tests;
