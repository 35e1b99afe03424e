//! Opening what somebody named: regular files alone. A pipe would wait for a writer, and a device
//! may never end.

use std::borrow::Borrow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::other::Kind;
use super::refused::WhyNot;
use labrun_record::regular;

/// Bytes from which is told what a file is: a block of tar, whose mark is at 257.
const HEAD: usize = 512;

/// A regular file, open for reading.
pub(super) struct Opened {
    pub(super) file: File,
    /// Its length in bytes.
    pub(super) bytes: u64,
}

impl Opened {
    /// Opens the file behind a path, links followed.
    pub(super) fn at(path: &Path) -> Result<Self, WhyNot> {
        let kind = fs::metadata(path)?.file_type();
        if !kind.is_file() {
            return Err(WhyNot::Other(Kind::of_no_file(kind)));
        }
        // Should it be a pipe by now, it is not waited for.
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(WhyNot::Other(Kind::of_no_file(metadata.file_type())));
        }
        if metadata.len() == 0 {
            return Err(WhyNot::Other(Kind::Empty));
        }
        Ok(Self {
            file,
            bytes: metadata.len(),
        })
    }

    /// Its first bytes, fewer where it is shorter.
    pub(super) fn head(&self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.part(0, self.bytes.min(HEAD as u64))
            .read_to_end(&mut head)?;
        Ok(head)
    }

    /// The whole of it.
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.bytes).unwrap_or_default());
        self.part(0, self.bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// So many bytes from a place on.
    pub(super) fn part(&self, at: u64, bytes: u64) -> Part<&File> {
        Part {
            file: &self.file,
            at,
            left: bytes,
        }
    }

    /// The whole of it, as a reader that keeps it open.
    pub(super) fn into_part(self) -> Part<File> {
        Part {
            file: self.file,
            at: 0,
            left: self.bytes,
        }
    }
}

impl Kind {
    /// What something is that has a path and is no regular file.
    fn of_no_file(kind: fs::FileType) -> Self {
        if kind.is_dir() {
            return Self::Folder;
        }
        Self::NoFile(regular::name(kind))
    }
}

/// A part of a file. It leaves the file's own position alone, so that parts can be read side by side.
pub(super) struct Part<F> {
    file: F,
    at: u64,
    left: u64,
}

impl<F: Borrow<File>> io::Read for Part<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let read = self.file.borrow().read_at(&mut buffer[..most], self.at)?;
        if read == 0 && most > 0 {
            // It was longer when it was opened.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}
