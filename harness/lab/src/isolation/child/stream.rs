//! An isolate that works batch after batch, and the lines that it writes.

use super::launch::blamed;
use super::{Boundary, Order};
use crate::clock::now_ns;
use crate::isolation::marks::Marks;
use crate::isolation::{EachLine, Job, Line, More};
use crate::outcome::Failure;
use crate::process::{Isolate, Stream};
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
    let mut isolate = child.start(&mut Marks::begin(), None, now_ns() + limit_ns)?;
    let isolate = isolate.as_mut();
    // Lines may have come while it was started.
    while tell(isolate, Stream::Stdout, each)? == More::Wanted {
        // The limit is that of one batch: how many there will be is not known.
        let deadline_ns = now_ns() + limit_ns;
        if isolate.is_closed(Stream::Stdout) {
            let exit = isolate.end(site, deadline_ns)?;
            let reason = format!("it {exit} before it had done enough batches");
            let failure = isolate.explain(Failure::failed(reason), Stream::Stdout);
            return Err(blamed(failure, isolate, child.as_ref()));
        }
        isolate
            .wait(site, deadline_ns)
            .map_err(|failure| isolate.explain(failure, Stream::Stdout))?;
    }
    // It was to go on for ever: how it ends says nothing.
    let exit = isolate.kill();
    child.clear(exit, now_ns() + limit_ns).map(drop)
}

/// Tells each whole line that is kept of a stream, and forgets it.
pub(in crate::isolation) fn tell(
    isolate: &mut dyn Isolate,
    stream: Stream,
    each: &mut EachLine<'_>,
) -> Result<More, Failure> {
    let at_ns = isolate.read_ns(stream);
    while let Some(end) = isolate.kept(stream).iter().position(|byte| *byte == b'\n') {
        let text = isolate.kept(stream)[..=end].to_vec();
        isolate.discard(stream, end + 1);
        if each(Line { at_ns, text: &text })? == More::Enough {
            return Ok(More::Enough);
        }
    }
    Ok(More::Wanted)
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write as _;

    use super::*;
    use crate::interrupt::Interrupt;
    use crate::process::{Prepared, Program};

    #[test]
    fn a_line_in_pieces_is_one_and_two_in_a_piece_are_two() {
        let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
        let folder = tempfile::tempdir().expect("a folder");
        let program = Program {
            path: "/bin/cat".into(),
            stdin: true,
            outputs: Some(folder.path().to_owned()),
            ..Program::default()
        };
        let started = program.prepare(&site).and_then(Prepared::spawn);
        let mut process = started.expect("starts");
        let stdout = folder.path().join("stdout");
        let mut stdout = OpenOptions::new().write(true).open(stdout).expect("opens");
        let mut seen = Vec::new();
        for piece in ["a", "b\nc\nd", "\n"] {
            stdout.write_all(piece.as_bytes()).expect("writes");
            let read_ns = process.wait(&site, now_ns() + 10_000_000_000);
            let read_ns = read_ns.expect("reads");
            tell(&mut process, Stream::Stdout, &mut |line| {
                assert!(line.at_ns <= read_ns);
                seen.push(String::from_utf8_lossy(line.text).into_owned());
                Ok(More::Wanted)
            })
            .expect("lines");
        }
        assert_eq!(seen, ["ab\n", "c\n", "d\n"]);
    }
}
