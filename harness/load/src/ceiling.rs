//! The most that the generator itself can do: its closed loop against the null server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::files::Files;
use crate::null::{NullServer, response};
use crate::plan::{Pace, Plan};
use crate::request::{Check, Request};
use crate::run::{reach, run};
use crate::target::Target;

/// Share of the ceiling above which a figure may be the generator's and not the server's.
pub const CEILING_SHARE: f64 = 0.8;

/// How long the null server is loaded, and how long before that.
const LENGTH: Duration = Duration::from_secs(1);
const WARMUP: Duration = Duration::from_millis(200);

/// How long an answer is waited for whose size is to be known.
const SAMPLE: Duration = Duration::from_secs(1);

/// What is taken for an answer where the server gives none.
const USUAL_BODY: usize = 100;

/// Most bytes of an answer that are taken.
const LARGEST: usize = 64 << 20;

/// Requests per second that the generator reaches in a closed loop against a server that
/// does nothing, with the connections, threads and requests of `plan`, and answers of the size that
/// the plan's server gives (asked once for each request). The null server has as many threads.
///
/// `None` if it was stopped. Both sides share the machine's processors, as the generator and
/// a local server do: with fewer than two for each thread, the ceiling is lower than the
/// generator alone could reach.
pub fn ceiling(plan: &Plan, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<f64>, Error> {
    reach(plan)?;
    // The null server's ends of the connections are this process's, too.
    let _files = Files::for_connections(2 * plan.connections)?;
    let answer = sample(plan).unwrap_or_else(|| response(usual(&plan.requests[0])));
    let started = NullServer::start(&answer, plan.threads);
    let server = started.map_err(Error::system("start the null server"))?;
    let report = run(
        &Plan {
            target: Target::new(server.address(), &plan.target.path),
            pace: Pace::Closed,
            duration: LENGTH,
            warmup: WARMUP,
            requests: plan.requests.iter().map(alike).collect(),
            ..plan.clone()
        },
        stop,
    )?;
    Ok((!report.interrupted).then(|| report.achieved()))
}

/// Whether a rate, asked for or reached, is so near the ceiling that it may tell more of
/// the generator than of the server.
pub fn near_ceiling(rate: f64, ceiling: f64) -> bool {
    rate > CEILING_SHARE * ceiling
}

/// A request of as many bytes that the null server understands, which knows requests without bodies
/// and gives an answer with one.
fn alike(request: &Request) -> Request {
    let own = Request {
        weight: request.weight,
        ..Request::get(&request.path)
    };
    let missing = request
        .encode("")
        .len()
        .saturating_sub(own.encode("").len());
    let padding = ("X-Padding".to_owned(), "x".repeat(missing));
    Request {
        headers: Vec::from_iter((missing > 0).then_some(padding)),
        ..own
    }
}

/// Bytes of a body, of a server that gave none to look at.
fn usual(request: &Request) -> usize {
    match &request.check {
        Check::Whole(whole) => whole.len(),
        _ => USUAL_BODY,
    }
}

/// One response of the same size as the server's on average: an ordinary head, and filled up.
fn sample(plan: &Plan) -> Option<Vec<u8>> {
    let (mut bytes, mut answers) = (0.0, 0.0);
    for request in &plan.requests {
        let weight = f64::from(request.weight);
        bytes += weight * size(plan, request)? as f64;
        answers += weight;
    }
    let size = (bytes / answers).round() as usize;
    let bare = response(0).len();
    let mut sized = response(size.saturating_sub(bare));
    // The length in the head has digits of its own.
    let over = sized.len().saturating_sub(size);
    if over > 0 {
        sized = response(size.saturating_sub(bare + over));
    }
    Some(sized)
}

/// Bytes of the server's answer to one request, by its own framing.
fn size(plan: &Plan, request: &Request) -> Option<usize> {
    let limit = SAMPLE.min(plan.timeout);
    let began = Instant::now();
    let mut stream = TcpStream::connect_timeout(&plan.target.address, limit).ok()?;
    stream.set_nodelay(true).ok()?;
    stream.set_write_timeout(Some(limit)).ok()?;
    stream.write_all(&request.encode(&plan.target.host)).ok()?;
    let mut reader = crate::response::Reader::new();
    reader.set(0, request.is_head());
    let mut total = 0;
    loop {
        let left = limit
            .checked_sub(began.elapsed())
            .filter(|left| !left.is_zero())?;
        stream.set_read_timeout(Some(left)).ok()?;
        let count = stream.read(reader.space()).ok()?;
        total += count;
        if total > LARGEST {
            return None;
        }
        if count == 0 || reader.take(count, None).ok()?.is_some() {
            return (total > 0).then_some(total);
        }
    }
}
