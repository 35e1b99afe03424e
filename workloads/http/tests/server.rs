//! The native server as a client meets it: really started, asked over TCP, stopped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A server of its own for a test, killed when the test ends in whatever way.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_http"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("http starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.strip_prefix("ready ").expect("`ready ADDR`").trim();
        let address = address.to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("connects");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout");
        stream
    }

    /// Status and body of one request on a connection of its own.
    fn ask(&self, request: &str) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("sends");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        (status.parse().expect("a number"), body.to_owned())
    }

    fn get(&self, target: &str) -> (u16, String) {
        self.ask(&format!(
            "GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        ))
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(status.expect("kill starts").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_routes_answer() {
    let grant = concat!(env!("CARGO_MANIFEST_DIR"), "/grant");
    let server = Server::start(&["--files", grant]);
    let greeting = include_str!("../expected/root.json").to_owned();
    assert_eq!(server.get("/"), (200, greeting));
    assert_eq!(
        server.get("/primes?n=10"),
        (200, r#"{"n":10,"count":4,"primes":[2,3,5,7]}"#.to_owned())
    );
    let file = include_str!("../grant/hello.txt").to_owned();
    assert_eq!(server.get("/file/hello.txt"), (200, file));
    for (target, status) in [
        ("/nothing", 404),
        ("/file/missing", 404),
        ("/file/../Cargo.toml", 400),
        ("/file/%2e%2e", 400),
        ("/primes?n=x", 400),
        ("/echo", 405),
    ] {
        assert_eq!(server.get(target).0, status, "{target}");
    }
}

#[test]
fn echo_returns_what_was_posted() {
    let server = Server::start(&["--threads", "2"]);
    let post = |length: usize, body: &str| {
        server.ask(&format!(
            "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: text/csv\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    };
    assert_eq!(post(3, "a,b"), (200, "a,b".to_owned()));
    assert_eq!(post(100 << 20, "").0, 413);
}

#[test]
fn a_connection_serves_more_than_one_request() {
    let server = Server::start(&[]);
    let mut stream = server.connect();
    let mut answers = BufReader::new(stream.try_clone().expect("clones"));
    let expected = include_bytes!("../expected/root.json");
    for _ in 0..3 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            .expect("sends");
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            answers.read_line(&mut line).expect("a line of the head");
        }
        let mut body = vec![0; expected.len()];
        answers.read_exact(&mut body).expect("a body");
        assert_eq!(body, expected);
    }
}

#[test]
fn signals_end_it_with_0_and_at_once() {
    for name in ["TERM", "INT"] {
        let mut server = Server::start(&[]);
        // An open connection, and one in the middle of a request, do not keep it.
        let _idle = server.connect();
        let mut half = server.connect();
        half.write_all(b"GET / HT").expect("sends");
        let asked = Instant::now();
        server.signal(name);
        let status = server.child.wait().expect("ends");
        assert_eq!(status.code(), Some(0), "{name}");
        assert!(asked.elapsed() < Duration::from_secs(2), "{name}");
    }
}

fn fails(arguments: &[&str], code: i32, reason: &str) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_http"))
        .args(arguments)
        .output()
        .expect("http starts");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(output.stdout.is_empty());
    assert!(message.contains(reason), "{message}");
}

#[test]
fn bad_arguments_exit_2_and_a_taken_address_1() {
    fails(&[], 2, "--listen is missing");
    fails(&["--listen", "nowhere"], 2, "usage: http --listen ADDR");
    let server = Server::start(&[]);
    fails(
        &["--listen", &server.address],
        1,
        "cannot listen on 127.0.0.1:",
    );
}
