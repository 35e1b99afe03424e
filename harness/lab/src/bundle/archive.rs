//! Tar and zstd as a bundle uses them. Both are Rust alone, as all that the lab links.

use std::cell::Cell;
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::rc::Rc;

use sha2::{Digest as _, Sha256};
use structured_zstd::decoding::errors::FrameDecoderError;
use structured_zstd::decoding::{ContentChecksum, FrameDecoder, StreamingDecoder};
use structured_zstd::encoding::{CompressionLevel, StreamingEncoder};
use tar::{EntryType, Header};

use super::BundleError;

/// Widest window of zstd that is read, in bytes: that of `zstd -19`, and four times what is
/// written.
const WINDOW_LIMIT: u64 = 8 * 1024 * 1024;

/// What a zstd file begins with.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The header of a file: the same for the same file, whoever writes it and when.
pub(super) fn header(name: &str, bytes: u64, executable: bool) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(bytes);
    header.set_cksum();
    Ok(header)
}

/// Compresses what is put into it, and knows its digest.
pub(super) struct Packer<W: Write> {
    encoder: StreamingEncoder<W>,
    digest: Sha256,
}

impl<W: Write> Packer<W> {
    pub(super) fn new(out: W) -> io::Result<Self> {
        let mut encoder = StreamingEncoder::new(out, CompressionLevel::Default);
        encoder.set_content_checksum(true)?;
        Ok(Self {
            encoder,
            digest: Sha256::new(),
        })
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.encoder.write_all(bytes)
    }

    /// Fills the last block of a file with so many bytes.
    pub(super) fn pad(&mut self, bytes: u64) -> io::Result<()> {
        let over = (bytes % 512) as usize;
        self.put(&[0; 512][over..][..(512 - over) % 512])
    }

    /// Ends the archive. The digest of all that was put.
    pub(super) fn finish(mut self) -> io::Result<String> {
        self.put(&[0; 1024])?;
        self.encoder.finish()?;
        Ok(format!("{:x}", self.digest.finalize()))
    }
}

/// The file of a bundle, which tells whether it was read to its end.
pub(super) struct Tail<R> {
    inner: R,
    ended: Rc<Cell<bool>>,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.ended.set(true);
        }
        Ok(read)
    }
}

/// What the file of a bundle is compressed from.
pub(super) type Unpacker<R> = StreamingDecoder<Tail<R>, FrameDecoder>;

/// Begins to read the file, and says what an error of reading it means.
pub(super) fn unpacker<'a>(
    path: &'a Path,
    file: &'a File,
) -> Result<(Unpacker<impl Read + 'a>, Fault<'a>), BundleError> {
    let mut magic = Vec::new();
    let read = file.take(4).read_to_end(&mut magic);
    read.map_err(|error| BundleError::unreadable(path, error))?;
    if magic != MAGIC {
        return Err(BundleError::not_a_bundle(path, "it is no zstd file"));
    }
    let fault = Fault {
        path,
        ended: Rc::default(),
    };
    let tail = Tail {
        inner: io::Cursor::new(magic).chain(file),
        ended: Rc::clone(&fault.ended),
    };
    let mut decoder = FrameDecoder::new();
    decoder.set_content_checksum(ContentChecksum::Verify);
    let limited = decoder.set_max_window_size(WINDOW_LIMIT);
    limited.map_err(|error| BundleError::unreadable(path, io::Error::other(error)))?;
    Ok((StreamingDecoder::new_with_decoder(tail, decoder), fault))
}

/// What a failed read of a bundle's file means.
pub(super) struct Fault<'a> {
    path: &'a Path,
    ended: Rc<Cell<bool>>,
}

impl Fault<'_> {
    pub(super) fn of(&self, error: io::Error) -> BundleError {
        if error.raw_os_error().is_some() {
            BundleError::unreadable(self.path, error)
        } else if self.ended.get() || error.kind() == io::ErrorKind::UnexpectedEof {
            BundleError::CutShort {
                path: self.path.to_owned(),
            }
        } else if is_too_wide(&error) {
            let mib = WINDOW_LIMIT / 1024 / 1024;
            let what = format!("it is compressed with a window of more than {mib} MiB");
            BundleError::refused(self.path, what)
        } else {
            // What the decoder or tar says of that is of use to nobody who has the file.
            BundleError::altered(self.path, "some of its bytes are damaged")
        }
    }
}

/// Whether the decoder refused to keep so much in memory; tar may have wrapped what it said.
fn is_too_wide(error: &io::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = cause {
        if let Some(FrameDecoderError::WindowSizeTooBig { .. }) = error.downcast_ref() {
            return true;
        }
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        cause = wrapped.map(|inner| inner as _).or_else(|| error.source());
    }
    false
}
