//! A process that works batch after batch, and the lines that it writes.

use super::launch::blamed;
use super::{Boundary, Order};
use crate::clock::now_ns;
use crate::isolation::marks::Marks;
use crate::isolation::{EachLine, Job, Line, More};
use crate::outcome::Failure;
use crate::process::{Process, Stream};
use crate::site::Site;

/// Launches a job that works batch after batch, and tells each line until enough came.
pub(in crate::isolation) fn stream(
    boundary: &dyn Boundary,
    site: &Site,
    job: &Job,
    each: &mut EachLine<'_>,
) -> Result<(), Failure> {
    let order = Order::new(site, job, false)?;
    let limit_ns = order.limit_ns();
    let mut child = boundary.prepare(&order)?;
    let mut process = child.start(&mut Marks::begin(), None, now_ns() + limit_ns)?;
    loop {
        // The limit is that of one batch: how many there will be is not known.
        let deadline_ns = now_ns() + limit_ns;
        let at_ns = process
            .wait(site, deadline_ns)
            .map_err(|failure| process.explain(failure, Stream::Stdout))?;
        if tell(&mut process, Stream::Stdout, at_ns, each)? == More::Enough {
            break;
        }
        if process.is_closed(Stream::Stdout) {
            let exit = process.end(site, deadline_ns)?;
            let reason = format!("it {exit} before it had done enough batches");
            let failure = process.explain(Failure::failed(reason), Stream::Stdout);
            return Err(blamed(failure, &process, child.as_ref()));
        }
    }
    // It was to go on for ever: how it ends says nothing.
    let exit = process.kill();
    child.clear(exit, now_ns() + limit_ns).map(drop)
}

/// Tells each whole line that is kept of a stream, and forgets it.
pub(in crate::isolation) fn tell(
    process: &mut Process,
    stream: Stream,
    at_ns: u64,
    each: &mut EachLine<'_>,
) -> Result<More, Failure> {
    while let Some(end) = process.kept(stream).iter().position(|byte| *byte == b'\n') {
        let text = process.kept(stream)[..=end].to_vec();
        process.discard(stream, end + 1);
        if each(Line { at_ns, text: &text })? == More::Enough {
            return Ok(More::Enough);
        }
    }
    Ok(More::Wanted)
}
