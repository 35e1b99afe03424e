//! How many requests are made, over how many connections, and how it ends.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use labrun_load::{Check, NullServer, Pace, Plan, Target, ceiling, near_ceiling, response, run};

use crate::support::{Server, Then, load, raw};

#[test]
fn a_rate_makes_exactly_as_many_requests_whatever_the_threads() {
    for (threads, connections) in [(1, 1), (2, 5), (3, 3)] {
        let server = Server::right("right");
        let mut plan = server.plan(Pace::Rate(1_500.0));
        (plan.threads, plan.connections) = (threads, connections);
        plan.requests[0].check = Check::Whole(b"right".to_vec());
        let report = load(&plan);
        assert_eq!((report.requests, report.failed()), (1_500, 0));
        // One connection more sees whether anyone is there.
        assert_eq!(server.accepted(), connections as u64 + 1);
    }
}

#[test]
fn a_closed_loop_counts_what_is_answered_in_the_window() {
    let server = Server::right("right");
    let report = load(&server.plan(Pace::Closed));
    let rate = report.requests_per_second().unwrap();
    assert!((rate - report.responses as f64).abs() < 1e-6, "1 s");
    // The last request of each connection is answered after the window.
    assert!(report.requests.abs_diff(report.responses) <= 4);
    assert_eq!(report.bytes, report.responses * 43);
    assert_eq!((report.offered, report.queued), (None, 0));
}

#[test]
fn connections_that_a_server_closes_are_opened_again() {
    let close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nright";
    let old = "HTTP/1.0 200 OK\r\n\r\nright";
    for answer in [close, old] {
        let server = Server::new(move |_, stream| {
            raw(stream, answer);
            Then::Close
        });
        for pace in [Pace::Closed, Pace::Rate(200.0)] {
            let before = server.accepted();
            let mut plan = server.plan(pace);
            plan.requests[0].check = Check::Whole(b"right".to_vec());
            let report = load(&plan);
            assert_eq!(report.failed(), 0, "{:?}", report.errors);
            assert!(report.responses > 0);
            assert!(server.accepted() - before >= report.responses);
        }
    }
    // One that closes without a word, between two requests: that is no error.
    let quiet = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";
    let server = Server::new(move |_, stream| {
        raw(stream, quiet);
        Then::Close
    });
    let report = load(&server.plan(Pace::Rate(8.0)));
    assert_eq!((report.requests, report.failed()), (8, 0));
}

#[test]
fn large_bodies_are_checked_to_their_end() {
    let body: String = (0..300_000)
        .map(|n| char::from(b'a' + (n % 23) as u8))
        .collect();
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let (a, b) = body.split_at(100_001);
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = format!("{head}{}{}0\r\n\r\n", chunk(a), chunk(b));
    let server = Server::new(move |_, stream| raw(stream, &answer));
    let mut plan = server.plan(Pace::Rate(50.0));
    let mut whole = body.clone().into_bytes();
    plan.requests[0].check = Check::Whole(whole.clone());
    assert_eq!(load(&plan).failed(), 0);
    whole[299_999] ^= 1;
    plan.requests[0].check = Check::Whole(whole);
    assert_eq!(load(&plan).failed(), 50);
}

#[test]
fn a_stop_keeps_what_was_taken() {
    let server = Server::right("right");
    for pace in [Pace::Closed, Pace::Rate(1_000.0)] {
        let mut plan = server.plan(pace);
        plan.duration = Duration::from_hours(1);
        let asked = AtomicU64::new(0);
        // It is asked every 10 ms or less often.
        let report = run(&plan, &|| asked.fetch_add(1, Ordering::Relaxed) >= 30).unwrap();
        assert!(report.interrupted && report.failed() == 0);
        assert!(report.responses > 0 && report.seconds < 600.0);
        assert!(report.seconds > 0.2, "{}", report.seconds);
        assert!(report.requests_per_second().is_some());
    }
}

#[test]
fn the_ceiling_is_what_the_null_server_gives() {
    let server = Server::right("right");
    let mut plan = server.plan(Pace::Rate(10.0));
    (plan.connections, plan.threads) = (4, 2);
    let rate = ceiling(&plan, &|| false).unwrap().unwrap();
    let own = load(&Plan {
        pace: Pace::Closed,
        ..plan.clone()
    });
    assert!(rate > 100.0 && own.achieved() > 0.0, "{rate}");
    assert!(near_ceiling(rate, rate) && !near_ceiling(rate / 2.0, rate));
    assert_eq!(ceiling(&plan, &|| true).unwrap(), None);
}

#[test]
fn the_null_server_answers_every_request_and_ends() {
    for body in [0, 5, 1_000_000] {
        let null = NullServer::start(&response(body), 2).unwrap();
        let mut plan = Plan::new(Target::new(null.address(), "/"));
        plan.duration = Duration::from_millis(200);
        plan.requests[0].check = Check::Whole(vec![b'x'; body]);
        let report = load(&plan);
        assert_eq!(report.failed(), 0, "{:?}", report.errors);
        assert!(report.responses > 0);
        let address = null.address();
        drop(null);
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
