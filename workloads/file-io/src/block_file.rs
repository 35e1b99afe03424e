//! One file, read and written in blocks. It is removed with the value.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::content::Content;
use crate::files::{FileError, create, failed};
use crate::stamped::sum;
use crate::steady_state::Size;

/// Its name in the directory.
const NAME: &str = "steady.bin";

/// The file, open for reading and writing.
pub(crate) struct BlockFile {
    path: PathBuf,
    file: File,
    block_bytes: u64,
    /// The block that the file's position is at.
    at: u64,
}

impl BlockFile {
    /// Makes it, writes and syncs it. With it the sum of each block.
    pub(crate) fn make(grant: &Path, size: Size) -> Result<(Self, Vec<u64>), FileError> {
        let path = grant.join(NAME);
        let file = create(&path, OpenOptions::new().read(true).write(true))
            .map_err(failed("create", &path))?;
        let block_bytes = size.block_bytes as u64;
        let mut this = Self {
            path,
            file,
            block_bytes,
            at: 0,
        };
        let mut content = Content::new(0, 0);
        let mut block = vec![0; size.block_bytes];
        let mut sums = Vec::new();
        for at in 0..size.file_bytes / block_bytes {
            content.fill(&mut block);
            sums.push(sum(&block));
            this.write(at as u32, &block)?;
        }
        this.sync()?;
        Ok((this, sums))
    }

    /// Reads a whole block.
    pub(crate) fn read(&mut self, block: u32, buffer: &mut [u8]) -> Result<(), FileError> {
        self.go_to(block)?;
        let read = self.file.read_exact(buffer);
        read.map_err(failed("read", &self.path))?;
        self.at += 1;
        Ok(())
    }

    /// Writes a whole block.
    pub(crate) fn write(&mut self, block: u32, bytes: &[u8]) -> Result<(), FileError> {
        self.go_to(block)?;
        let written = self.file.write_all(bytes);
        written.map_err(failed("write", &self.path))?;
        self.at += 1;
        Ok(())
    }

    /// Syncs all that was written.
    pub(crate) fn sync(&self) -> Result<(), FileError> {
        self.file.sync_all().map_err(failed("sync", &self.path))
    }

    /// The error for a block that does not have what was written to it.
    pub(crate) fn different(&self, block: u32) -> FileError {
        FileError::Different {
            path: self.path.clone(),
            at: u64::from(block) * self.block_bytes,
        }
    }

    fn go_to(&mut self, block: u32) -> Result<(), FileError> {
        let block = u64::from(block);
        if self.at != block {
            let to = SeekFrom::Start(block * self.block_bytes);
            self.file.seek(to).map_err(failed("seek in", &self.path))?;
            self.at = block;
        }
        Ok(())
    }
}

impl Drop for BlockFile {
    fn drop(&mut self) {
        // Best effort: what fails here has no one left to tell, and the next run removes it.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SIZE: Size = Size {
        file_bytes: 64 * 32,
        block_bytes: 32,
        ops: 200,
    };

    #[test]
    fn blocks_are_read_where_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, sums) = BlockFile::make(folder.path(), SIZE).unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(fs::metadata(&path).unwrap().len(), SIZE.file_bytes);
        let mut block = [0; 32];
        for at in [0, 1, 63, 5, 5, 6] {
            file.read(at, &mut block).unwrap();
            assert_eq!(sum(&block), sums[at as usize], "block {at}");
        }
        file.write(9, &[7; 32]).unwrap();
        file.read(10, &mut block).unwrap();
        assert_eq!(sum(&block), sums[10]);
        assert_eq!(fs::read(&path).unwrap()[9 * 32..10 * 32], [7; 32]);
        drop(file);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_ends_too_early_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, _) = BlockFile::make(folder.path(), SIZE).unwrap();
        file.file.set_len(63 * 32).unwrap();
        let read = file.read(63, &mut [0; 32]);
        assert!(matches!(read, Err(FileError::Io { action: "read", .. })));
    }
}
