//! Servers of the user's own: told where to listen, or always on one port; and those that do not serve.

use std::net::TcpListener;

use crate::support::{Lab, User};

/// A server that knows nothing of the lab: it listens where its first argument says, answers its
/// first `UNREADY` requests with 503, and is ended by SIGTERM.
const SERVER: &str = r#"
use std::io::{Read, Write};
fn main() {
    let address = std::env::args().nth(1).or_else(|| std::env::var("ADDRESS").ok()).unwrap();
    let unready: u32 = std::env::var("UNREADY").map_or(0, |n| n.parse().unwrap());
    let listener = std::net::TcpListener::bind(address).unwrap();
    for (number, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let (status, body) = if (number as u32) < unready {
            ("503 Wait", "wait\n".to_owned())
        } else {
            ("200 OK", format!("right\nanswer {number}\n"))
        };
        let length = body.len();
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    }
}
"#;

fn user() -> User {
    let lab = Lab::fixture()
        .guest("serves", SERVER)
        .plan("timeout_s", "5");
    let user = User::of(lab);
    user.guest("serves");
    user
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").expect("listens");
    listener.local_addr().expect("an address").port()
}

#[test]
fn a_server_is_told_where_to_listen_by_an_argument_or_a_variable() {
    let user = user();
    let asked = |more: &[&str]| {
        let args = [
            &["--native", "serves", "--http", "/", "--name", "web"],
            more,
        ]
        .concat();
        user.measure(&args)
    };
    for more in [
        &["--", "127.0.0.1:{port}"][..],
        &["--", "{address}"],
        &["--env", "ADDRESS={address}"],
        &["--expect", "^answer", "--", "{address}"],
    ] {
        asked(more)
            .exit(0)
            .rows("web", "native/static", "measured", "");
    }
    // The whole body has the number of the request in it.
    user.file("body.txt", "right\nanswer 7\n");
    asked(&["--expect", "body.txt", "--", "{address}"])
        .exit(101)
        .rows("web", "native/static", "mismatch", "wrong body");
    asked(&["--status", "404", "--", "{address}"])
        .exit(101)
        .rows(
            "web",
            "native/static",
            "timeout",
            "answered with status 200",
        );
}

#[test]
fn a_server_with_one_port_needs_it_to_be_free() {
    let user = user();
    let port = free_port();
    let on_port = |port: u16| {
        let (number, address) = (port.to_string(), format!("127.0.0.1:{port}"));
        let args = [
            "--native", "serves", "--name", "web", "--http", "/", "--port", &number, "-r", "1",
            "--",
        ];
        user.measure(&[&args[..], &[&address]].concat())
    };
    on_port(port)
        .exit(0)
        .rows("web", "native/static", "measured", "");
    let taken = TcpListener::bind("127.0.0.1:0").expect("listens");
    let port = taken.local_addr().expect("an address").port();
    on_port(port).exit(4).rows(
        "web",
        "native/static",
        "unavailable",
        "on which it always listens",
    );
}

#[test]
fn a_server_may_need_a_while_until_it_is_ready() {
    user()
        .measure(&[
            "--native",
            "serves",
            "--name",
            "web",
            "--http",
            "/",
            "--env",
            "UNREADY=4",
            "--",
            "{address}",
        ])
        .exit(0)
        .rows("web", "native/static", "measured", "");
}

#[test]
fn a_server_may_end_with_a_code_of_its_own_and_not_by_a_crash() {
    let lab = Lab::fixture()
        .guest("serves", SERVER)
        .isolation("native/dynamic")
        .samples(1);
    let user = User::of(lab);
    user.guest("serves");
    let asked = |at_its_end: &str| {
        let port = free_port().to_string();
        let script = format!("trap 'kill $!; {at_its_end}' TERM; ./serves 127.0.0.1:{port} & wait");
        let args = [
            "--native",
            "/bin/sh",
            "--http",
            "/",
            "--port",
            &port,
            "-i",
            "native/dynamic",
        ];
        user.measure(&[&args[..], &["--", "-c", &script]].concat())
    };
    asked("exit 3")
        .exit(0)
        .rows("sh", "native/dynamic", "measured", "");
    for crash in ["kill -SEGV $$", "exit 139"] {
        let ran = asked(crash).exit(101);
        ran.rows(
            "sh",
            "native/dynamic",
            "failed",
            "when it was asked to end it",
        );
    }
}

#[test]
fn servers_that_do_not_serve_say_how() {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .samples(1)
        .plan("timeout_s", "1");
    let user = User::of(lab);
    let port = free_port().to_string();
    let asked = |script: &str| {
        let args = [
            "--native", "/bin/sh", "--http", "/", "--port", &port, "--", "-c", script,
        ];
        user.measure(&args).exit(101)
    };
    let silent = asked("exec sleep 100").rows("sh", "native/dynamic", "timeout", "refused");
    silent.rows("sh", "native/dynamic", "timeout", "it listens nowhere");
    let foreground = "a server has to stay in the foreground";
    for (script, part) in [
        ("sleep 100 & exit 0", "before it answered"),
        ("setsid sleep 100 & sleep 0.1", "left processes behind"),
    ] {
        let ran = asked(script).rows("sh", "native/dynamic", "failed", part);
        ran.rows("sh", "native/dynamic", "failed", foreground);
    }
    asked("echo no config >&2; exit 1").rows("sh", "native/dynamic", "failed", "no config");
}

#[test]
fn a_server_that_listens_elsewhere_is_told_where_and_not_to_wait_longer() {
    let lab = Lab::fixture()
        .guest("serves", SERVER)
        .plan("timeout_s", "60")
        .samples(1);
    let user = User::of(lab);
    user.guest("serves");
    let (asked, other) = (free_port().to_string(), free_port());
    let args = [
        "--native",
        "serves",
        "--name",
        "web",
        "--http",
        "/",
        "--port",
        &asked,
        "--time-budget",
        "4s",
        "--",
    ];
    let elsewhere = user.measure(&[&args[..], &[&format!("127.0.0.1:{other}")]].concat());
    let told = format!("it listens on 127.0.0.1 port {other}, and not on port {asked}");
    let elsewhere = elsewhere
        .exit(101)
        .rows("web", "native/static", "timeout", &told);
    for row in elsewhere.files.rows("web", "native/static") {
        let reason = row["reason"].as_str().expect("a reason");
        assert!(!reason.contains("--time-budget"), "{reason}");
    }
}
