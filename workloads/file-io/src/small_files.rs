//! Small files: each is created, written, closed, opened, read back, and removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::files::{FileError, failed};
use crate::stamped::Stamped;
use crate::steady::{Fault, Work};
use crate::steady_state::Size;
use crate::word_digest::Digest;

/// Their names, and what they contain.
pub(crate) struct SmallFiles {
    paths: Vec<PathBuf>,
    content: Stamped,
    buffer: Vec<u8>,
    batch: u64,
    line: String,
}

impl SmallFiles {
    /// Files in `grant`, none of which is there afterwards.
    pub(crate) fn make(grant: &Path, size: Size) -> Result<Self, FileError> {
        let paths = (0..size.ops).map(|at| grant.join(format!("steady-{at}")));
        let paths: Vec<_> = paths.collect();
        for path in &paths {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed("remove", path)(error));
                }
                _ => {}
            }
        }
        Ok(Self {
            paths,
            content: Stamped::new(size.block_bytes),
            buffer: vec![0; size.block_bytes],
            batch: 0,
            line: format!("{} files of {} bytes", size.ops, size.block_bytes),
        })
    }
}

impl Work for SmallFiles {
    fn batch(&mut self) -> Result<String, Fault> {
        self.batch += 1;
        let mut digest = Digest::default();
        for (op, path) in (0..).zip(&self.paths) {
            let bytes = self.content.of(self.batch, op);
            // Never one that is there: no link can lead out of the directory.
            let file = OpenOptions::new().write(true).create_new(true).open(path);
            let mut file = file.map_err(failed("create", path))?;
            if let Err(error) = file.write_all(bytes) {
                drop(file);
                // Best effort: why it could not be written matters more.
                let _ = fs::remove_file(path);
                return Err(failed("write", path)(error).into());
            }
            drop(file);
            let read = read_whole(path, &mut self.buffer);
            let removed = fs::remove_file(path);
            read?;
            removed.map_err(failed("remove", path))?;
            if !self.content.is(&self.buffer, self.batch, op) {
                let path = path.clone();
                return Err(FileError::Different { path, at: 0 }.into());
            }
            digest.word(op.into());
            digest.word(self.content.sum());
        }
        Ok(format!("{digest} {}", self.line))
    }
}

/// Reads a file that is as long as `buffer`.
fn read_whole(path: &Path, buffer: &mut [u8]) -> Result<(), FileError> {
    let mut file = File::open(path).map_err(failed("open", path))?;
    file.read_exact(buffer).map_err(failed("read", path))?;
    match file.read(&mut [0]).map_err(failed("read", path))? {
        0 => Ok(()),
        _ => Err(FileError::Longer {
            path: path.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        file_bytes: 0,
        block_bytes: 24,
        ops: 3,
    };

    #[test]
    fn each_batch_has_the_same_line_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut work = SmallFiles::make(folder.path(), SIZE).unwrap();
        let line = work.batch().unwrap();
        assert!(line.ends_with(" 3 files of 24 bytes"), "{line}");
        assert_eq!(work.batch(), Ok(line));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::write(&outside, "untouched").unwrap();
        std::os::unix::fs::symlink(&outside, folder.path().join("steady-1")).unwrap();
        fs::write(folder.path().join("steady-2"), "half").unwrap();
        let mut work = SmallFiles::make(folder.path(), SIZE).unwrap();
        work.batch().unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "untouched");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, [1; 24]).unwrap();
        assert!(read_whole(&path, &mut [0; 24]).is_ok());
        let longer = read_whole(&path, &mut [0; 16]);
        assert!(matches!(longer, Err(FileError::Longer { .. })));
        let shorter = read_whole(&path, &mut [0; 32]);
        assert!(matches!(shorter, Err(FileError::Io { action: "read", .. })));
    }
}
