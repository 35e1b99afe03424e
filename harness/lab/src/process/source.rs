//! One of the streams that a process writes.

use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd as _;

use crate::clock::now_ns;
use crate::task::OUTPUT_LIMIT;
use crate::wait::{is_ready, poll, readable};

/// Output that is kept of each stream.
pub(super) const LIMIT: usize = OUTPUT_LIMIT;

/// Which of its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error; only kept, to explain a failure.
    Stderr,
    /// The second output pipe.
    Guest,
}

impl Stream {
    /// The word for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Guest => "the pipe of its guest",
        }
    }
}

/// One of the streams that a process writes.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) stream: Stream,
    pub(super) pipe: Option<PipeReader>,
    pub(super) kept: Vec<u8>,
    /// When the last of it was read.
    pub(super) at_ns: u64,
}

impl Source {
    pub(super) fn new(stream: Stream, pipe: PipeReader) -> Self {
        Self {
            stream,
            pipe: Some(pipe),
            kept: Vec::new(),
            at_ns: 0,
        }
    }

    /// One read into what is kept.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(());
        };
        let mut chunk = [0_u8; 8192];
        match pipe.read(&mut chunk) {
            Ok(0) => self.pipe = None,
            Ok(read) => {
                self.at_ns = now_ns();
                self.kept.extend_from_slice(&chunk[..read]);
                // Of stderr only the end explains anything.
                if self.stream == Stream::Stderr && self.kept.len() > LIMIT {
                    self.kept.drain(..LIMIT / 2);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether a read would not block.
    pub(super) fn has_more(&self) -> bool {
        self.pipe.as_ref().is_some_and(|pipe| {
            let mut fds = [readable(pipe.as_fd())];
            poll(&mut fds, now_ns()).is_ok() && is_ready(&fds[0])
        })
    }
}
