//! The layers of an image: read as a stream, counted and checked, and nothing is kept.

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};
use structured_zstd::decoding::StreamingDecoder;

use super::files::Files;
use super::refused::WhyNoImage;
use super::{Part, hex};

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// SHA-256 of its tar, 64 hex digits: what Docker calls its diff id.
    pub sha256: String,
    /// Bytes of its tar.
    pub bytes: u64,
}

/// Reads the layers of an image, of which the tars have to have these digests.
pub(super) fn all(files: &Files, parts: &[Part], ids: &[String]) -> Result<Vec<Layer>, WhyNoImage> {
    if parts.len() != ids.len() {
        return Err(WhyNoImage::damaged(&format!(
            "its manifest names {} layers, and its configuration {}",
            parts.len(),
            ids.len()
        )));
    }
    let layers = parts.iter().zip(ids);
    layers
        .map(|(part, id)| read(files, part, hex(id)?))
        .collect()
}

fn read(files: &Files, part: &Part, id: &str) -> Result<Layer, WhyNoImage> {
    let name = || part.name.clone();
    let (content, _) = files
        .find(&part.name)?
        .ok_or_else(|| WhyNoImage::Missing { name: name() })?;
    let mut kept = Hashed::new(content);
    let counted = count(&mut kept);
    // What cannot be unpacked is told from its digest first: the file may be another one.
    io::copy(&mut kept, &mut io::sink()).map_err(of_file)?;
    if part
        .sha256
        .as_ref()
        .is_some_and(|sha256| *sha256 != kept.sha256())
    {
        return Err(WhyNoImage::Digest { name: name() });
    }
    let layer = counted.map_err(of_file)?;
    if layer.sha256 != id {
        return Err(WhyNoImage::Digest { name: name() });
    }
    Ok(layer)
}

/// The tar of a layer, counted.
fn count(kept: &mut impl Read) -> io::Result<Layer> {
    let mut tar = Hashed::new(unpacked(kept)?);
    let bytes = io::copy(&mut tar, &mut io::sink())?;
    Ok(Layer {
        sha256: tar.sha256(),
        bytes,
    })
}

/// What an error of reading a layer means: a decoder's is of the file's content.
fn of_file(error: io::Error) -> WhyNoImage {
    match error.raw_os_error() {
        Some(_) => WhyNoImage::Unreadable(error),
        None => WhyNoImage::damaged(&format!("a layer cannot be unpacked: {error}")),
    }
}

/// The tar of a layer, however it is kept: as it is, by gzip or by zstd, told by its first bytes.
pub(crate) fn unpacked<'a>(mut kept: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut magic = Vec::with_capacity(4);
    kept.by_ref().take(4).read_to_end(&mut magic)?;
    let whole = io::Cursor::new(magic.clone()).chain(kept);
    Ok(match magic[..] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(StreamingDecoder::new(BufReader::new(whole))),
        _ => Box::new(whole),
    })
}

/// A reader that knows the digest of what was read.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Hashed<R> {
    fn new(inner: R) -> Self {
        let hash = Sha256::new();
        Self { inner, hash }
    }

    fn sha256(&self) -> String {
        format!("{:x}", self.hash.clone().finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
