//! What every launch stands on: who owns it, where its folders are, and whether
//! the run was asked to end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::interrupt::Interrupt;
use crate::owner::Owner;

/// Where scratch folders are made: a tmpfs on every common Linux.
pub const SCRATCH_PARENT: &str = "/dev/shm";

/// Prefix of the lab's scratch folders; the owner's name follows.
pub const SCRATCH_PREFIX: &str = "labrun-";

/// What every launch stands on. Dropping it removes its scratch folder.
#[derive(Debug)]
pub struct Site {
    /// Whose all of it is.
    pub owner: Owner,
    /// Whether the run was asked to end.
    pub interrupt: Interrupt,
    scratch: PathBuf,
    made: AtomicU64,
}

impl Site {
    /// Makes the scratch folder of this process.
    pub fn new(interrupt: Interrupt) -> io::Result<Self> {
        let owner = Owner::this();
        let scratch = Path::new(SCRATCH_PARENT).join(format!("{SCRATCH_PREFIX}{owner}"));
        fs::create_dir_all(&scratch)?;
        Ok(Self {
            owner,
            interrupt,
            scratch,
            made: AtomicU64::new(0),
        })
    }

    /// A fresh folder on the tmpfs that holds a copy of `files`; it goes with the
    /// value.
    pub fn grant(&self, files: &Path) -> io::Result<Grant> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.scratch.join(format!("grant-{number}"));
        fs::create_dir(&path)?;
        let grant = Grant(path);
        copy_files(files, &grant.0)?;
        Ok(grant)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// A directory granted to one launch, removed when dropped.
#[derive(Debug)]
pub struct Grant(PathBuf);

impl Grant {
    /// The path on the host.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_files(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
