//! The HTTP front end, on a runtime that is not one.

mod fake;

use std::io::{PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use fake::Fake;
use labrun_protocol::Event;
use labrun_runner_kit::{Events, serve};

/// A job in a thread, with its pipes.
struct Job {
    commands: Option<PipeWriter>,
    events: PipeReader,
    thread: Option<JoinHandle<()>>,
    address: String,
}

impl Job {
    fn start() -> Self {
        let (input, commands) = pipe().expect("a pipe");
        let (events, output) = pipe().expect("a pipe");
        let thread = thread::spawn(move || {
            serve::<Fake>(1, std::io::BufReader::new(input), &Events::new(output)).expect("serves");
        });
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address").to_string();
        Self {
            commands: Some(commands),
            events,
            thread: Some(thread),
            address,
        }
    }

    fn event(&mut self) -> Event {
        let mut line = Vec::new();
        let mut byte = [0];
        while self.events.read(&mut byte).expect("reads") == 1 && byte != *b"\n" {
            line.extend(byte);
        }
        serde_json::from_slice(&line).expect("an event")
    }

    fn send(&mut self, line: &str) -> Event {
        writeln!(self.commands.as_ref().expect("open"), "{line}").expect("writes");
        self.event()
    }

    fn load(&mut self, name: &str) {
        let done = self.send(&format!(
            r#"{{"do":"load","configuration":"jit","target":"wasip1","artifact":"/{name}.wasm","precompiled":null}}"#
        ));
        assert!(matches!(done, Event::Done { .. }), "{done:?}");
    }

    fn listen(&mut self, trace: u32) -> Event {
        self.listen_as(trace, "fresh", 1)
    }

    fn listen_as(&mut self, trace: u32, policy: &str, threads: u32) -> Event {
        let address = self.address.clone();
        self.send(&format!(
            r#"{{"do":"listen","address":"{address}","trace":{trace},"grants":{{}},"policy":"{policy}","threads":{threads}}}"#
        ))
    }

    /// The bodies that answer `paths`, each asked on a connection of its own.
    fn bodies(&self, paths: &[&str]) -> Vec<String> {
        let body = |path: &&str| {
            let answer = self.talk(&[post(path, "", "close")]);
            answer.rsplit("\r\n").next().expect("a body").to_owned()
        };
        paths.iter().map(body).collect()
    }

    /// The responses to `requests`, all on one connection.
    fn talk(&self, requests: &[String]) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        stream
            .write_all(requests.concat().as_bytes())
            .expect("writes");
        let mut answers = String::new();
        stream.read_to_string(&mut answers).expect("reads");
        answers
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        drop(self.commands.take());
        self.thread.take().expect("once").join().expect("ends");
    }
}

fn post(path: &str, body: &str, connection: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nconnection: {connection}\r\n\r\n{body}"
    )
}

#[test]
fn answers_on_a_kept_connection_and_traces_as_told() {
    let mut job = Job::start();
    job.load("handler");
    assert!(matches!(job.listen(1), Event::Done { .. }));
    let answers = job.talk(&[post("/", "one", "keep-alive"), post("/", "two", "close")]);
    assert!(
        answers.contains("\r\n\r\none") && answers.ends_with("\r\n\r\ntwo"),
        "{answers}"
    );
    let Event::Served { marks } = job.event() else {
        panic!("not served")
    };
    let phases: Vec<_> = marks.iter().map(|mark| mark.phase.as_str()).collect();
    assert_eq!(phases, ["accept", "instantiate", "call", "drop"]);
    let pong = job.send(r#"{"do":"ping"}"#);
    assert!(
        matches!(pong, Event::Done { .. }),
        "the second was not traced: {pong:?}"
    );
    // The same address again: no second server, but more to be traced.
    assert!(matches!(job.listen(1), Event::Done { .. }));
    job.talk(&[post("/", "three", "close")]);
    assert!(matches!(job.event(), Event::Served { .. }));
}

#[test]
fn a_request_waits_until_a_handler_is_loaded() {
    let mut job = Job::start();
    job.listen(0);
    job.load("ok");
    let address = job.address.clone();
    let client = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).expect("connects");
        stream
            .write_all(post("/", "late", "close").as_bytes())
            .expect("writes");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("reads");
        answer
    });
    thread::sleep(std::time::Duration::from_millis(50));
    assert!(!client.is_finished(), "a command answered");
    job.load("handler");
    assert!(client.join().expect("ends").ends_with("late"));
}

#[test]
fn a_handler_that_traps_answers_500_and_the_next_is_fine() {
    let mut job = Job::start();
    job.load("handler");
    job.listen(0);
    let answers = job.talk(&[post("/trap", "", "keep-alive"), post("/", "fine", "close")]);
    assert!(answers.starts_with("HTTP/1.1 500 "), "{answers}");
    assert!(
        answers.contains("the guest trapped") && answers.ends_with("fine"),
        "{answers}"
    );
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let mut job = Job::start();
    job.load("handler");
    job.listen(0);
    let answer =
        job.talk(&["POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n".into()]);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn an_address_that_is_taken_fails() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut job = Job::start();
    job.address = taken.local_addr().expect("an address").to_string();
    let Event::Failed { reason } = job.listen(0) else {
        panic!("it listens")
    };
    assert!(
        reason.starts_with("cannot listen on 127.0.0.1:"),
        "{reason}"
    );
}

#[test]
fn a_reused_instance_is_asked_again_unless_it_failed() {
    let mut job = Job::start();
    job.load("handler");
    assert!(matches!(job.listen_as(1, "reused", 1), Event::Done { .. }));
    assert_eq!(job.bodies(&["/count", "/count"]), ["1", "2"]);
    let Event::Served { marks } = job.event() else {
        panic!("not served")
    };
    assert_eq!(marks.len(), 4);
    // It takes 30 ms to be dropped, and was not.
    assert!(marks[3].end_ns - marks[2].end_ns < 30_000_000, "{marks:?}");
    assert!(job.bodies(&["/trap"])[0].contains("the guest trapped"));
    assert_eq!(job.bodies(&["/count"]), ["1"]);
}

#[test]
fn instances_are_fresh_unless_they_are_to_be_reused() {
    let mut job = Job::start();
    job.load("handler");
    job.listen(0);
    assert_eq!(job.bodies(&["/count", "/count"]), ["1", "1"]);
    // The same address with another policy is another server.
    job.listen_as(0, "reused", 1);
    assert_eq!(job.bodies(&["/count", "/count"]), ["1", "2"]);
    // New grants, or another module: what was made of the old ones is not asked again.
    job.listen_as(0, "reused", 1);
    assert_eq!(job.bodies(&["/count"]), ["1"]);
    job.load("handler");
    assert_eq!(job.bodies(&["/count"]), ["1"]);
}

#[test]
fn requests_in_one_turn_are_all_answered_and_traced() {
    let mut job = Job::start();
    job.load("handler");
    job.listen_as(9, "reused", 1);
    let mut requests = vec![post("/count", "", "keep-alive"); 8];
    requests.push(post("/count", "", "close"));
    assert!(job.talk(&requests).ends_with("\r\n9"));
    for _ in 0..9 {
        assert!(matches!(job.event(), Event::Served { .. }));
    }
}

#[test]
fn threads_take_turns() {
    let mut job = Job::start();
    job.load("handler");
    assert!(matches!(job.listen_as(0, "fresh", 3), Event::Done { .. }));
    let threads = job.bodies(&["/thread"; 6]);
    assert_eq!(threads[..3], threads[3..]);
    let different: std::collections::BTreeSet<_> = threads.iter().collect();
    assert_eq!(different.len(), 3);
}

#[test]
fn no_threads_and_too_many_are_refused() {
    let mut job = Job::start();
    for threads in [0, 17] {
        let Event::Failed { reason } = job.listen_as(0, "fresh", threads) else {
            panic!("it listens")
        };
        assert_eq!(
            reason,
            format!("a server has 1 to 16 threads, and not {threads}")
        );
    }
}
