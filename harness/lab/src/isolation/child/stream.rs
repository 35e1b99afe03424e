//! An isolate that works batch after batch, and the lines that it writes.

use super::{Boundary, Started};
use crate::clock::now_ns;
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
    let mut started = Started::new(boundary, site, job, None)?;
    // Lines may have come while it was started.
    while tell(started.isolate.as_mut(), Stream::Stdout, each)? == More::Wanted {
        // The limit is that of one batch: how many there will be is not known.
        let deadline_ns = now_ns() + job.limit_ns();
        let isolate = started.isolate.as_mut();
        if isolate.is_closed(Stream::Stdout) {
            let exit = isolate.end(site, deadline_ns)?;
            let reason = format!("it {exit} before it had done enough batches");
            return Err(started.blamed(started.failed(reason)));
        }
        isolate
            .wait(site, deadline_ns)
            .map_err(|failure| isolate.explain(failure, Stream::Stdout))?;
    }
    // It was to go on for ever: how it ends says nothing.
    let exit = started.isolate.kill();
    let deadline_ns = now_ns() + job.limit_ns();
    started.child.clear(exit, deadline_ns).map(drop)
}

/// Tells each whole line that is kept of a stream, and forgets it.
pub(in crate::isolation) fn tell(
    isolate: &mut dyn Isolate,
    stream: Stream,
    each: &mut EachLine<'_>,
) -> Result<More, Failure> {
    let at_ns = isolate.read_ns(stream);
    while let Some(text) = isolate.take_line(stream) {
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
