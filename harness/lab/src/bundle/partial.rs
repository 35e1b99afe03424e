//! A file that has its name only when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::clock::now_ns;

/// A file beside the one that it is to become; removed when dropped before it is that.
#[derive(Debug)]
pub(super) struct Partial<'a> {
    beside: PathBuf,
    out: &'a Path,
    pub(super) file: File,
}

impl<'a> Partial<'a> {
    pub(super) fn new(out: &'a Path) -> io::Result<Self> {
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let beside = format!(".{name}.{}-{}.partial", std::process::id(), now_ns());
        let beside = out.with_file_name(beside);
        // Read as well: it is read back.
        let mut options = File::options();
        let file = options
            .read(true)
            .write(true)
            .create_new(true)
            .open(&beside)?;
        Ok(Self { beside, out, file })
    }

    /// Gives it its name, in place of what had it before.
    pub(super) fn keep(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.beside, self.out)?;
        // Not every file system can sync a folder; the file is whole either way.
        if let Ok(folder) = File::open(folder_of(self.out)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

impl Drop for Partial<'_> {
    fn drop(&mut self) {
        // Nothing has this name any more when it was kept.
        let _ = fs::remove_file(&self.beside);
    }
}
