//! Known delays, put in and read back.

use std::thread::sleep;
use std::time::Duration;

use labrun_load::Pace;

use crate::support::{Server, load, ms, say};

#[test]
fn a_delay_is_read_back_in_both_loops() {
    let server = Server::new(|_, stream| {
        sleep(Duration::from_millis(30));
        say(stream, "200 OK", "right")
    });
    for pace in [Pace::Closed, Pace::Rate(40.0)] {
        let report = load(&server.plan(pace));
        assert_eq!(report.failed(), 0);
        // to the histogram's three digits
        assert!(ms(&report, 0.0) > 29.9, "min {} ms", ms(&report, 0.0));
        assert!(ms(&report, 0.5) < 90.0, "p50 {} ms", ms(&report, 0.5));
    }
}

#[test]
fn requests_that_wait_for_a_connection_are_all_sent_and_count_from_when_they_were_due() {
    let server = Server::new(|_, stream| {
        sleep(Duration::from_millis(5));
        say(stream, "200 OK", "right")
    });
    // One connection gives at most 200 answers a second; 400 requests are due in one.
    let mut plan = server.plan(Pace::Rate(400.0));
    plan.connections = 1;
    let report = load(&plan);
    assert_eq!((report.requests, report.failed()), (400, 0));
    assert_eq!(report.latency.len(), 400);
    assert!(report.achieved() <= 201.0, "{}", report.achieved());
    assert_eq!(report.offered, Some(400.0));
    assert!(report.queued > 300, "{}", report.queued);
    // The last was due at 1 s and answered at 2 s or later.
    assert!(ms(&report, 1.0) > 980.0, "max {} ms", ms(&report, 1.0));
    // The generator itself was not late where a connection was free.
    assert_eq!(report.send_lag.len() + report.queued, 400);
}

#[test]
fn a_warm_up_is_not_measured() {
    let server = Server::new(|number, stream| {
        if number < 100 {
            sleep(Duration::from_millis(100));
        }
        say(
            stream,
            if number < 100 { "500 Oops" } else { "200 OK" },
            "right",
        )
    });
    let mut plan = server.plan(Pace::Rate(400.0));
    plan.connections = 40;
    // Of 200 requests in the warm-up the first 100 are slow and wrong.
    plan.warmup = Duration::from_millis(500);
    let report = load(&plan);
    assert_eq!((report.requests, report.failed()), (400, 0));
    assert!(ms(&report, 0.5) < 90.0, "p50 {} ms", ms(&report, 0.5));
}
