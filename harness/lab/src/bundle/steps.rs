//! How far a long pass over the bytes of a bundle is, and whether it is to go on.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use super::BundleError;
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// What is read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// One pass over so many bytes.
pub(super) struct Steps<'a> {
    what: &'a str,
    done: u64,
    total: u64,
    interrupt: &'a Interrupt,
    progress: &'a dyn Progress,
}

impl<'a> Steps<'a> {
    /// `total`: how many bytes it will be.
    pub(super) fn new(
        what: &'a str,
        total: u64,
        interrupt: &'a Interrupt,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            what,
            done: 0,
            total,
            interrupt,
            progress,
        }
    }

    /// Reads to the end and hands each piece to `take`. The bytes and the digest of the whole.
    pub(super) fn pass(
        &mut self,
        reader: &mut impl Read,
        unreadable: impl Fn(io::Error) -> BundleError,
        mut take: impl FnMut(&[u8]) -> Result<(), BundleError>,
    ) -> Result<(u64, String), BundleError> {
        let mut piece = vec![0; PIECE_BYTES];
        let (mut bytes, mut digest) = (0, Sha256::new());
        loop {
            if self.interrupt.raised() {
                return Err(BundleError::Interrupted);
            }
            let read = reader.read(&mut piece).map_err(&unreadable)?;
            if read == 0 {
                return Ok((bytes, format!("{:x}", digest.finalize())));
            }
            digest.update(&piece[..read]);
            take(&piece[..read])?;
            bytes += read as u64;
            self.done += read as u64;
            let mib = |bytes| bytes / (1024 * 1024);
            self.progress
                .step(self.what, mib(self.done), mib(self.total));
        }
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        self.progress.finish(self.what);
    }
}
