//! Servers that do wrong: each request has one outcome, counted by kind.

use std::net::TcpListener;
use std::time::Duration;

use labrun_load::{Check, Error, ErrorKind, Pace, Plan, Report, Target, run};

use crate::support::{Server, Then, load, ms, raw, say};

/// 100 requests in half a second on 4 connections.
fn hundred(server: &Server) -> Plan {
    let mut plan = server.plan(Pace::Rate(200.0));
    plan.duration = Duration::from_millis(500);
    plan.requests[0].check = Check::Whole(b"right".to_vec());
    plan
}

fn only(report: &Report, kind: ErrorKind, count: u64) {
    assert_eq!(report.errors, [(kind, count)].into(), "{report:?}");
    assert_eq!(report.requests_per_second(), None);
}

#[test]
fn wrong_answers_are_told_apart() {
    let closing = |text: &'static str| {
        move |_, stream: &mut std::net::TcpStream| {
            raw(stream, text);
            Then::Close
        }
    };
    for (server, kind) in [
        (
            Server::new(|_, s| say(s, "500 Oops", "right")),
            ErrorKind::Status,
        ),
        (
            Server::new(|_, s| say(s, "204 No Content", "")),
            ErrorKind::Status,
        ),
        (Server::right("wrong"), ErrorKind::Body),
        (Server::right("right and more"), ErrorKind::Body),
        (
            Server::new(|_, s| raw(s, "SSH-2.0-OpenSSH\r\n")),
            ErrorKind::Malformed,
        ),
        (
            Server::new(|_, s| {
                raw(
                    s,
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright, and rubbish",
                )
            }),
            ErrorKind::Malformed,
        ),
        (Server::new(|_, _| Then::Close), ErrorKind::Reset),
        (
            Server::new(closing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nrig")),
            ErrorKind::Truncated,
        ),
        (
            Server::new(closing("HTTP/1.1 200 OK\r\nCont")),
            ErrorKind::Truncated,
        ),
    ] {
        let report = load(&hundred(&server));
        only(&report, kind, 100);
        assert_eq!((report.requests, report.responses), (100, 0));
        let mut closed = hundred(&server);
        closed.pace = Pace::Closed;
        let report = load(&closed);
        only(&report, kind, report.requests);
        assert!(report.requests > 4, "it goes on after an error");
    }
}

#[test]
fn without_an_expected_body_any_will_do() {
    let server = Server::right("wrong");
    let mut plan = hundred(&server);
    plan.requests[0].check = Check::Status;
    assert_eq!(load(&plan).failed(), 0);
}

#[test]
fn a_few_errors_leave_a_throughput() {
    for (every, throughput) in [(2_000, true), (500, false)] {
        let server = Server::new(move |number, stream| {
            let body = if number % every == 99 {
                "wrong"
            } else {
                "right"
            };
            say(stream, "200 OK", body)
        });
        let mut plan = hundred(&server);
        plan.pace = Pace::Rate(8_000.0);
        let report = load(&plan);
        assert_eq!(report.errors, [(ErrorKind::Body, 4_000 / every)].into());
        assert_eq!(report.requests_per_second().is_some(), throughput);
    }
}

#[test]
fn a_server_that_never_answers_times_out_and_its_waits_are_kept() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nrig";
    for text in ["", half] {
        let server = Server::new(move |_, stream| raw(stream, text));
        let mut plan = hundred(&server);
        plan.timeout = Duration::from_millis(250);
        let report = load(&plan);
        only(&report, ErrorKind::Timeout, 100);
        assert_eq!((report.requests, report.latency.len()), (100, 100));
        // The last was due at 0.5 s and waited for at least until 0.75 s.
        assert!(ms(&report, 0.0) > 249.0, "min {} ms", ms(&report, 0.0));
    }
}

#[test]
fn a_server_that_dies_leaves_an_outcome_for_every_request() {
    for pace in [Pace::Rate(1_000.0), Pace::Closed] {
        let server = Server::new(|number, stream| {
            say(stream, "200 OK", "right");
            if number == 200 { Then::Die } else { Then::Stay }
        });
        let mut plan = server.plan(pace);
        plan.timeout = Duration::from_secs(2);
        let report = load(&plan);
        assert!(report.responses > 100, "{report:?}");
        assert!(
            report.errors.contains_key(&ErrorKind::Connect),
            "{:?}",
            report.errors
        );
        assert_eq!(report.requests_per_second(), None);
        if pace != Pace::Closed {
            assert_eq!(report.requests, 1_000);
            let waited = report.errors.get(&ErrorKind::Timeout).copied().unwrap_or(0);
            assert_eq!(report.latency.len() - waited + report.failed(), 1_000);
        }
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error_that_says_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = run(&Plan::new(Target::new(free, "/")), &|| false).unwrap_err();
    assert!(matches!(error, Error::NoServer { .. }));
    let told = error.to_string();
    assert!(
        told.contains(&free.to_string()) && told.contains("start it"),
        "{told}"
    );
}
