//! What one launch made, whoever holds its process: what it prints, held against what is
//! expected and told in reasons, and its end.

use labrun_record::Outcome;

use super::exit::Exit;
use super::source::Stream;
use crate::clock::now_ns;
use crate::outcome::{Failure, shown};
use crate::proc::Pid;
use crate::site::Site;
use crate::task::{Expected, Seen};

/// Lines of stderr that a reason ends with at most.
const ENDING_LINES: usize = 3;

/// What a command lacks that has answered and goes on.
const END: &str = "the end of the output";

/// What one launch made: a process of the lab's own, or what a daemon runs for it.
pub trait Isolate {
    /// The process of the lab's that it is; none where another program started it.
    fn root(&self) -> Option<Pid> {
        None
    }

    /// What is kept of a stream.
    fn kept(&self, stream: Stream) -> &[u8];

    /// Forgets what is kept of a stream, up to `bytes`.
    fn discard(&mut self, stream: Stream, bytes: usize);

    /// Takes the next whole line that is kept of a stream, with its newline.
    fn take_line(&mut self, stream: Stream) -> Option<Vec<u8>> {
        let kept = self.kept(stream);
        let end = kept.iter().position(|byte| *byte == b'\n')?;
        let line = kept[..=end].to_vec();
        self.discard(stream, end + 1);
        Some(line)
    }

    /// Whether a stream has ended.
    fn is_closed(&self, stream: Stream) -> bool;

    /// When the last of what is kept of a stream was read, in nanoseconds of the lab's clock.
    fn read_ns(&self, stream: Stream) -> u64;

    /// Waits until something was read, a stream ended, or `deadline_ns` passed;
    /// gives the instant right after.
    fn wait(&mut self, site: &Site, deadline_ns: u64) -> Result<u64, Failure>;

    /// Waits until it has ended, and nothing that it started lives on.
    fn end(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure>;

    /// How it ended, if one look shows that it has.
    fn ended(&mut self, site: &Site) -> Result<Option<Exit>, Failure> {
        match self.end(site, 0) {
            Ok(exit) => Ok(Some(exit)),
            Err(Failure::Interrupted) => Err(Failure::Interrupted),
            Err(Failure::Outcome(..)) => Ok(None),
        }
    }

    /// Asks it to end, by a signal.
    fn signal(&self, signal: libc::c_int);

    /// Closes its stdin.
    fn close_stdin(&mut self);

    /// Ends it at once with all that it started, and waits until it is gone.
    fn kill(&mut self) -> Exit;

    /// Reads until `stream` has the answer; gives the instant at which the lab held it. Other
    /// output, or its end, is a failure at once.
    fn expect(
        &mut self,
        site: &Site,
        stream: Stream,
        expected: &Expected,
        deadline_ns: u64,
    ) -> Result<u64, Failure> {
        loop {
            // It may have come while something else was waited for.
            match expected.judge(self.kept(stream), false) {
                Seen::Answer => return Ok(self.read_ns(stream)),
                Seen::Wrong(reason) => return Err(Failure::mismatch(reason)),
                Seen::NotYet => {}
            }
            if self.is_closed(stream) {
                let kept = self.kept(stream);
                if expected.judge(kept, true) == Seen::Answer {
                    // By its end alone, which is seen now.
                    return Ok(now_ns());
                }
                let (printed, missing) = (shown(kept), expected.missing());
                let exit = self.end(site, deadline_ns)?;
                let reason = format!("it {exit} before {missing}: got {printed:?}");
                return Err(if exit.is_success() {
                    Failure::mismatch(reason)
                } else {
                    self.explain(Failure::failed(reason), stream)
                });
            }
            self.wait(site, deadline_ns)
                .map_err(|failure| self.explain(failure.without("the expected output"), stream))?;
        }
    }

    /// Reads what it prints to the end, and waits for its own.
    fn finish(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        while !self.is_closed(Stream::Stdout) {
            self.wait(site, deadline_ns)
                .map_err(|failure| self.with_errors(failure.without(END)))?;
        }
        self.end(site, deadline_ns)
            .map_err(|failure| self.with_errors(failure))
    }

    /// The same of an output that nobody looks at: it is dropped as it comes.
    fn finish_unseen(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        loop {
            let kept = self.kept(Stream::Stdout).len();
            self.discard(Stream::Stdout, kept);
            if self.is_closed(Stream::Stdout) {
                return self
                    .end(site, deadline_ns)
                    .map_err(|failure| self.with_errors(failure));
            }
            self.wait(site, deadline_ns)
                .map_err(|failure| self.with_errors(failure.without(END)))?;
        }
    }

    /// Waits for the end of a command that has answered: its output has to be right to its last byte, and it
    /// has to end well.
    fn ends_well(
        &mut self,
        site: &Site,
        expected: &Expected,
        deadline_ns: u64,
    ) -> Result<Exit, Failure> {
        let exit = if expected.drops_rest() {
            self.finish_unseen(site, deadline_ns)?
        } else {
            let exit = self.finish(site, deadline_ns)?;
            if !expected.is_right(self.kept(Stream::Stdout)) {
                let reason = "it printed more than its expected output";
                return Err(Failure::mismatch(reason));
            }
            exit
        };
        if exit.is_success() {
            return Ok(exit);
        }
        Err(self.with_errors(Failure::failed(format!("it {exit}"))))
    }

    /// Adds to a reason what it printed so far, where it ran out of time, and what was said on stderr.
    fn explain(&self, failure: Failure, stream: Stream) -> Failure {
        let failure = match failure {
            Failure::Outcome(Outcome::Timeout, reason) => {
                let printed = shown(self.kept(stream));
                Failure::timeout(format!("{reason}; its output so far: {printed:?}"))
            }
            failure => failure,
        };
        self.with_errors(failure)
    }

    /// Adds to a reason what was said on stderr.
    fn with_errors(&self, failure: Failure) -> Failure {
        let said = String::from_utf8_lossy(self.kept(Stream::Stderr)).into_owned();
        match ending(&said) {
            Some(ending) => {
                failure.reworded(|reason| format!("{reason}; its stderr ends: {ending}"))
            }
            None => failure,
        }
    }
}

/// The last lines of what was said, as one: the very last is often no more than advice.
fn ending(said: &str) -> Option<String> {
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let from = lines.len().saturating_sub(ENDING_LINES);
    let cut = |line: &&str| line.chars().take(300).collect::<String>();
    let last: Vec<String> = lines[from..].iter().map(cut).collect();
    (!last.is_empty()).then(|| last.join(" / "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;
    use crate::process::{Prepared, Program};

    #[test]
    fn wrong_or_no_output_is_a_mismatch_and_an_exit_code_a_failure() {
        let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
        let deadline_ns = now_ns() + 10_000_000_000;
        for (script, outcome, part) in [
            ("echo 41", Outcome::Mismatch, "got \"41\\n\""),
            ("exit 0", Outcome::Mismatch, "before its output was whole"),
            (
                "echo no >&2; exit 3",
                Outcome::Failed,
                "its stderr ends: no",
            ),
            ("read line", Outcome::Timeout, "without the expected output"),
        ] {
            let program = Program {
                path: "/bin/sh".into(),
                args: vec!["-c".to_owned(), script.to_owned()],
                stdin: true,
                ..Program::default()
            };
            let started = program.prepare(&site).and_then(Prepared::spawn);
            let mut process = started.expect("starts");
            let is_late = outcome == Outcome::Timeout;
            let deadline_ns = if is_late { 0 } else { deadline_ns };
            let expected = Expected::Whole(b"42\n".to_vec());
            let held = process.expect(&site, Stream::Stdout, &expected, deadline_ns);
            match held {
                Err(Failure::Outcome(found, reason)) => {
                    assert_eq!(found, outcome, "{script}: {reason}");
                    assert!(
                        reason.contains(part),
                        "{script}: {reason:?} has no {part:?}"
                    );
                }
                other => panic!("{script} gave {other:?}"),
            }
        }
    }
}
