//! The central test: who asks at a fixed rate sees a stall for as long as it lasted, and
//! who waits for each answer hardly sees it (coordinated omission).

use std::thread::sleep;
use std::time::{Duration, Instant};

use labrun_load::Pace;

use crate::support::{Server, load, ms, say};

const PERIOD: Duration = Duration::from_secs(1);
const STALL: Duration = Duration::from_millis(200);

/// A server that answers nobody in the first 200 ms of each second.
fn stalling() -> Server {
    let began = Instant::now();
    Server::new(move |_, stream| {
        let into = Duration::from_nanos((began.elapsed().as_nanos() % PERIOD.as_nanos()) as u64);
        sleep(STALL.saturating_sub(into));
        say(stream, "200 OK", "right")
    })
}

#[test]
fn a_stall_shows_at_a_fixed_rate_and_hides_in_a_closed_loop() {
    let server = stalling();
    let mut plan = server.plan(Pace::Rate(500.0));
    plan.duration = 4 * PERIOD;
    let open = load(&plan);
    assert_eq!((open.requests, open.failed()), (2_000, 0));
    // A fifth of all requests is due in a stall and waits 0 to 200 ms: p99 is about 190 ms.
    let p99 = ms(&open, 0.99);
    assert!((150.0..400.0).contains(&p99), "p99 {p99} ms");
    assert!(ms(&open, 0.5) < 75.0, "p50 {} ms", ms(&open, 0.5));
    assert!(ms(&open, 0.9) > 50.0, "p90 {} ms", ms(&open, 0.9));
    // More were due in a stall than there are connections.
    assert!(open.queued > 200, "{}", open.queued);

    // The same server, the same stalls: of thousands of requests 4 wait in each of them.
    plan.pace = Pace::Closed;
    let closed = load(&plan);
    assert_eq!(closed.failed(), 0);
    assert!(closed.requests > 2_000, "{}", closed.requests);
    assert!(ms(&closed, 0.99) < 100.0, "p99 {} ms", ms(&closed, 0.99));
    assert!(ms(&closed, 1.0) > 100.0, "max {} ms", ms(&closed, 1.0));
}
