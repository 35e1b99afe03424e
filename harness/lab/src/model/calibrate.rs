//! What the lab's own instruments cost here.

use labrun_protocol::Command;
use labrun_record::Calibration;

use crate::clock::now_ns;
use crate::isolation::runner::{Ready, RunnerSession};
use crate::outcome::Failure;
use crate::probe::RETRY_INTERVAL;
use crate::site::Site;

/// Round trips that are taken, after as many discarded.
const ROUND_TRIPS: u32 = 200;

/// What a command and its answer cost on the pipes to a runner: this is inside the
/// clock of the starts `resident` and `loaded`.
pub(crate) fn round_trip(
    site: &Site,
    technology: &str,
    runner: &Ready,
) -> Result<Calibration, Failure> {
    let mut session = RunnerSession::open(site, &runner.executable)?;
    let deadline_ns = now_ns() + 10_000_000_000;
    let mut spans = Vec::with_capacity(ROUND_TRIPS as usize);
    for round in 0..2 * ROUND_TRIPS {
        let began_ns = now_ns();
        let reply = session.ask(&Command::Ping, deadline_ns)?;
        if round >= ROUND_TRIPS {
            spans.push((reply.at_ns - began_ns) as f64);
        }
    }
    session.close(deadline_ns)?;
    Ok(Calibration {
        name: "pipe_round_trip".to_owned(),
        technology: Some(technology.to_owned()),
        median_ns: labrun_analysis::stats::median(&spans).unwrap_or_default(),
        n: ROUND_TRIPS,
        note: "a command to the runner and its answer; inside the clock of resident and loaded"
            .to_owned(),
    })
}

/// The resolution of a server's first answer.
pub(crate) fn connect_interval() -> Calibration {
    Calibration {
        name: "connect_interval".to_owned(),
        technology: None,
        median_ns: RETRY_INTERVAL.as_nanos() as f64,
        n: 1,
        note: "pause between two tries to connect: the resolution of a server's first answer"
            .to_owned(),
    }
}
