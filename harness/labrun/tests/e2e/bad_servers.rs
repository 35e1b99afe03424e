//! Servers that do not serve: each costs its own rows, with the reason.

use crate::support::Lab;

/// A server in the standard library alone: it answers each connection by `$ANSWER`
/// and ends well on SIGTERM unless `$TERM` says otherwise.
const SERVER: &str = r#"
use std::io::{Read, Write};
unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn _exit(code: i32) -> !;
}
extern "C" fn end(_: i32) { unsafe { $TERM } }
fn main() {
    unsafe { signal(15, end as *const () as usize) };
    let address = std::env::args().skip_while(|arg| arg != "--listen").nth(1).unwrap();
    let listener = std::net::TcpListener::bind(address).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 4096]);
        $ANSWER
    }
}
"#;

const WELL: &str = "_exit(0)";

fn answering(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "let _ = stream.write_all(b\"HTTP/1.1 {status}\\r\\nContent-Length: {length}\\r\\n\\r\\n{}\");",
        body.escape_default()
    )
}

/// A server that answers `right`.
pub(crate) fn good() -> String {
    server(&answering("200 OK", "right\n"), WELL)
}

fn server(answer: &str, term: &str) -> String {
    SERVER.replace("$ANSWER", answer).replace("$TERM", term)
}

#[test]
fn each_bad_server_costs_its_own_rows() {
    let right = answering("200 OK", "right\n");
    let servers = [
        ("serves", good(), "measured", ""),
        (
            "deaf",
            "fn main() { loop { std::thread::park(); } }".to_owned(),
            "timeout",
            "no correct answer",
        ),
        (
            "mumbles",
            server(&answering("200 OK", "wrong\n"), WELL),
            "mismatch",
            "wrong body: expected \"right\\n\", got \"wrong\\n\"",
        ),
        (
            "trips",
            server(&answering("500 Oops", "right\n"), WELL),
            "mismatch",
            "status 500",
        ),
        (
            "babbles",
            server("let _ = stream.write_all(b\"SSH-2.0\\r\\n\");", WELL),
            "mismatch",
            "not HTTP",
        ),
        (
            "dies",
            "fn main() { eprintln!(\"no port for me\"); std::process::exit(5) }".to_owned(),
            "failed",
            "exited with code 5 before it answered",
        ),
        (
            "crowded",
            "fn main() { let address = std::env::args().nth(2).unwrap(); \
             let _first = std::net::TcpListener::bind(&address).unwrap(); \
             std::net::TcpListener::bind(&address).unwrap(); }"
                .to_owned(),
            "failed",
            "AddrInUse",
        ),
        (
            "aborts",
            server("std::process::abort();", WELL),
            "failed",
            "SIGABRT",
        ),
        ("shuts", server("", WELL), "timeout", "no correct answer"),
        (
            "stares",
            server("std::mem::forget(stream);", WELL),
            "timeout",
            "does not answer",
        ),
        (
            "stutters",
            server("while stream.write_all(b\"H\").is_ok() {}", WELL),
            "mismatch",
            "not HTTP",
        ),
        (
            "trickles",
            server(
                "let _ = stream.write_all(b\"HTTP/1.1 200 OK\\r\\nContent-Length: 9000000\\r\\n\\r\\n\"); \
                 while stream.write_all(b\"H\").is_ok() { std::thread::sleep(std::time::Duration::from_millis(5)); }",
                WELL,
            ),
            "timeout",
            "not to the end",
        ),
        (
            "stays",
            server(&right, "let _ = signal(15, 1);"),
            "timeout",
            "did not end",
        ),
        (
            "sulks",
            server(&right, "_exit(7)"),
            "failed",
            "when it was asked to end it exited with code 7",
        ),
    ];
    let mut lab = Lab::fixture().plan("timeout_s", "2");
    for (name, source, ..) in &servers {
        lab = lab.server(name, source);
    }
    let mut ran = lab.measure([""; 0]).exit(101);
    for (name, _, outcome, reason) in &servers {
        ran = ran.rows(name, "native/static", outcome, reason);
    }
    ran.rows("right", "native/static", "measured", "");
}
