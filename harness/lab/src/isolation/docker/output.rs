//! What a container printed: compared while it comes, kept only so far as it is needed.

use bollard::container::LogOutput;

use crate::clock::now_ns;
use crate::outcome::Failure;

/// Longest output that is read: a longer one is wrong.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// How much of stderr is kept for a reason.
pub(super) const TAIL: usize = 400;

/// What a container printed so far.
#[derive(Debug)]
pub(super) struct Output<'a> {
    expected: &'a [u8],
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    stderr_seen: usize,
    /// When the lab held the whole expected output.
    pub(super) held_ns: Option<u64>,
}

impl<'a> Output<'a> {
    /// Nothing printed yet.
    pub(super) fn new(expected: &'a [u8]) -> Self {
        Self {
            expected,
            stdout: Vec::with_capacity(1024),
            stderr: Vec::new(),
            stderr_seen: 0,
            held_ns: None,
        }
    }

    /// Takes the next piece. Fails as soon as the output is more than expected, or
    /// more than is read of any output.
    pub(super) fn take(&mut self, piece: LogOutput) -> Result<(), Failure> {
        match piece {
            LogOutput::StdErr { message } => {
                self.stderr_seen += message.len();
                self.stderr.extend_from_slice(&message);
                let surplus = self.stderr.len().saturating_sub(TAIL);
                self.stderr.drain(..surplus);
            }
            LogOutput::StdOut { message }
            | LogOutput::Console { message }
            | LogOutput::StdIn { message } => {
                self.stdout.extend_from_slice(&message);
                if self.held_ns.is_none() && self.stdout == self.expected {
                    self.held_ns = Some(now_ns());
                }
            }
        }
        if self.stdout.len() + self.stderr_seen > OUTPUT_LIMIT {
            return Err(Failure::mismatch(format!(
                "it printed more than {} KiB",
                OUTPUT_LIMIT / 1024
            )));
        }
        if self.stdout.len() > self.expected.len() {
            return Err(Failure::mismatch(format!(
                "it printed more than its expected output{}",
                self.shown()
            )));
        }
        Ok(())
    }

    /// Why a container that ended with `code` gave no correct output, if it gave none.
    pub(super) fn verdict(&self, code: i64) -> Result<(), Failure> {
        if code != 0 {
            return Err(Failure::failed(format!(
                "it exited with {code}{}",
                self.tail()
            )));
        }
        if self.held_ns.is_none() {
            return Err(Failure::mismatch(format!(
                "it ended without its expected output{}",
                self.shown()
            )));
        }
        Ok(())
    }

    fn shown(&self) -> String {
        let cut =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        format!(
            ": expected {:?}, got {:?}",
            cut(self.expected),
            cut(&self.stdout)
        )
    }

    fn tail(&self) -> String {
        tail(&self.stderr)
    }
}

/// The end of stderr, to follow a reason.
pub(super) fn tail(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(&stderr[stderr.len().saturating_sub(TAIL)..]);
    let text = text.trim();
    if text.is_empty() {
        String::new()
    } else {
        format!("; it said: {text}")
    }
}

#[cfg(test)]
mod tests {
    use labrun_record::Outcome;

    use super::*;

    fn stdout(text: &str) -> LogOutput {
        LogOutput::StdOut {
            message: text.as_bytes().to_vec().into(),
        }
    }

    #[test]
    fn output_in_pieces_is_held_when_the_last_one_is_here() {
        let mut output = Output::new(b"42\n");
        output.take(stdout("4")).expect("a part");
        assert_eq!(output.held_ns, None);
        output.take(stdout("2\n")).expect("the rest");
        assert!(output.held_ns.is_some());
        output.verdict(0).expect("correct");
        assert!(matches!(
            output.verdict(3),
            Err(Failure::Outcome(Outcome::Failed, _))
        ));
        assert!(matches!(
            output.take(stdout("x")),
            Err(Failure::Outcome(Outcome::Mismatch, _))
        ));
    }

    #[test]
    fn wrong_or_no_output_is_a_mismatch() {
        let mut output = Output::new(b"42\n");
        output.take(stdout("41\n")).expect("not yet judged");
        assert!(matches!(
            output.verdict(0),
            Err(Failure::Outcome(Outcome::Mismatch, _))
        ));
        assert!(matches!(
            Output::new(b"42\n").verdict(0),
            Err(Failure::Outcome(Outcome::Mismatch, _))
        ));
    }

    #[test]
    fn no_stream_is_kept_without_bound() {
        let mut output = Output::new(b"42\n");
        let flood = LogOutput::StdErr {
            message: vec![b'x'; OUTPUT_LIMIT].into(),
        };
        output.take(flood).expect("at the limit");
        assert_eq!(output.stderr.len(), TAIL);
        let more = LogOutput::StdErr {
            message: vec![b'x'].into(),
        };
        assert!(matches!(
            output.take(more),
            Err(Failure::Outcome(Outcome::Mismatch, _))
        ));
    }
}
