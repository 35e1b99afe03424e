//! The lines of a container that works batch after batch.

use bollard::container::LogOutput;

use super::output::{TAIL, tail};
use crate::clock::now_ns;
use crate::isolation::{EachLine, Line, More};
use crate::outcome::Failure;

/// Output of which no line ended yet, and the end of what was said on stderr.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    stderr: Vec<u8>,
}

/// A line is never longer.
const LIMIT: usize = 64 * 1024;

impl Lines {
    /// Takes a piece of output, and tells the lines that it ends.
    pub(super) fn take(
        &mut self,
        piece: LogOutput,
        each: &mut EachLine<'_>,
    ) -> Result<More, Failure> {
        let at_ns = now_ns();
        if let LogOutput::StdErr { message } = &piece {
            self.stderr.extend_from_slice(message);
            let surplus = self.stderr.len().saturating_sub(TAIL);
            self.stderr.drain(..surplus);
            return Ok(More::Wanted);
        }
        self.begun.extend_from_slice(&piece.into_bytes());
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            if each(Line { at_ns, text: &line })? == More::Enough {
                return Ok(More::Enough);
            }
        }
        if self.begun.len() > LIMIT {
            return Err(Failure::mismatch(format!(
                "it printed more than {} KiB without a newline",
                LIMIT / 1024
            )));
        }
        Ok(More::Wanted)
    }

    /// What it said last, as the end of a reason.
    pub(super) fn said(&self) -> String {
        tail(&self.stderr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_pieces_is_one_and_two_in_a_piece_are_two() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for piece in ["a", "b\nc\nd", "\n"] {
            let piece = LogOutput::StdOut {
                message: piece.as_bytes().to_vec().into(),
            };
            lines
                .take(piece, &mut |line| {
                    seen.push(String::from_utf8_lossy(line.text).into_owned());
                    Ok(More::Wanted)
                })
                .expect("lines");
        }
        assert_eq!(seen, ["ab\n", "c\n", "d\n"]);
    }
}
