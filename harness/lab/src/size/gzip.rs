//! How many bytes gzip makes of something.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::content::{Content, Watched};
use crate::interrupt::Interrupt;
use crate::outcome::Failure;

/// The level for artifacts: the best that gzip has, since one compresses once and ships often.
pub const GZIP_LEVEL: u32 = 9;

/// Bytes of it as gzip at [`GZIP_LEVEL`], with no name and no time in the header (`gzip -n`).
/// The encoder is `miniz_oxide`, which differs from zlib by about a percent.
pub fn gzip_bytes(content: Content<'_>, interrupt: &Interrupt) -> Result<u64, Failure> {
    let (reader, _) = content.open()?;
    let mut counter = counter(GZIP_LEVEL);
    let compressed =
        io::copy(&mut Watched { reader, interrupt }, &mut counter).and_then(|_| counter.finish());
    match compressed {
        Ok(Count(bytes)) => Ok(bytes),
        Err(_) if interrupt.raised() => Err(Failure::Interrupted),
        Err(error) => Err(content.unreadable(&error)),
    }
}

/// An encoder whose output is only counted.
pub(super) fn counter(level: u32) -> GzEncoder<Count> {
    GzEncoder::new(Count(0), Compression::new(level))
}

/// Counts what is written.
#[derive(Debug)]
pub(super) struct Count(pub(super) u64);

impl Write for Count {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0 += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
