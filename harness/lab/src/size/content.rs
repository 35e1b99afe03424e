//! What is compressed, and reading it until the run is asked to end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::interrupt::Interrupt;
use crate::outcome::Failure;

/// What is to be compressed.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A file; it is read piece by piece.
    File(&'a Path),
    /// Bytes that are in memory: what stripping gave.
    Bytes(&'a [u8]),
}

impl<'a> Content<'a> {
    /// How many bytes it is.
    pub fn bytes(self) -> Result<u64, Failure> {
        self.open().map(|(_, bytes)| bytes)
    }

    /// A reader of it, and its size.
    pub(super) fn open(self) -> Result<(Box<dyn Read + Send + 'a>, u64), Failure> {
        match self {
            Self::Bytes(bytes) => Ok((Box::new(bytes), bytes.len() as u64)),
            Self::File(path) => {
                let opened = File::open(path).and_then(|file| {
                    let metadata = file.metadata()?;
                    if metadata.is_dir() {
                        return Err(io::ErrorKind::IsADirectory.into());
                    }
                    Ok((file, metadata.len()))
                });
                let (file, bytes) = opened.map_err(|error| self.unreadable(&error))?;
                Ok((Box::new(file), bytes))
            }
        }
    }

    /// Why it could not be read to its end.
    pub(super) fn unreadable(self, error: &io::Error) -> Failure {
        match self {
            Self::File(path) => super::unreadable(path, error),
            Self::Bytes(_) => Failure::failed(format!("cannot read bytes in memory: {error}")),
        }
    }
}

/// A reader that fails once the run is asked to end.
pub(super) struct Watched<'a, R> {
    pub(super) reader: R,
    pub(super) interrupt: &'a Interrupt,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.interrupt.raised() {
            // Not `ErrorKind::Interrupted`, after which a reader tries again.
            return Err(io::Error::other("interrupted"));
        }
        self.reader.read(buffer)
    }
}
