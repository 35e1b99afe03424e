//! What every launch stands on: who owns it, where its folders are, and whether
//! the run was asked to end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::statfs;

use crate::interrupt::Interrupt;
use crate::owner::Owner;
use crate::task::FileSystem;

/// Where scratch folders are made: a tmpfs on every common Linux.
pub const SCRATCH_PARENT: &str = "/dev/shm";

/// Where scratch folders on a disk are made: what is here outlives a reboot.
pub const DISK_PARENT: &str = "/var/tmp";

/// The folder in the one on a disk for what is granted.
pub(crate) const GRANTS: &str = "grants";

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
    /// The same on a disk; made when it is first asked for.
    disk: PathBuf,
    made: AtomicU64,
}

impl Site {
    /// Makes the scratch folder of this process.
    pub fn new(interrupt: Interrupt) -> io::Result<Self> {
        // Not made where it is missing: what lies there has to be in memory.
        fs::metadata(SCRATCH_PARENT)?;
        let owner = Owner::this();
        let scratch = Path::new(SCRATCH_PARENT).join(format!("{SCRATCH_PREFIX}{owner}"));
        fs::create_dir_all(&scratch)?;
        Ok(Self {
            interrupt,
            disk: Path::new(DISK_PARENT).join(format!("{SCRATCH_PREFIX}{owner}")),
            owner,
            scratch,
            made: AtomicU64::new(0),
        })
    }

    /// Its folder in memory.
    pub(crate) fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Its folder on a disk for what is granted, which may yet have to be made. Nothing else is in
    /// it, so that a disk can be mounted there.
    pub(crate) fn disk_grants(&self) -> PathBuf {
        self.disk.join(GRANTS)
    }

    /// A fresh and empty folder in memory; it goes with the value.
    pub fn folder(&self) -> io::Result<Grant> {
        self.folder_in(&self.scratch)
    }

    /// A fresh and empty folder on a disk; it goes with the value.
    pub fn disk_folder(&self) -> io::Result<Grant> {
        self.folder_in(&self.disk)
    }

    fn folder_in(&self, parent: &Path) -> io::Result<Grant> {
        let folder = Grant(parent.join(self.name("folder")));
        fs::create_dir_all(&folder.0)?;
        Ok(folder)
    }

    /// A name that nothing else of this lab has.
    pub fn mark(&self) -> String {
        format!("{}-{}", self.owner, self.name("launch"))
    }

    fn name(&self, kind: &str) -> String {
        format!("{kind}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// A fresh folder on a file system that holds a copy of `files`; it goes with the
    /// value. An error names the folder.
    pub fn grant(&self, files: &Path, on: FileSystem) -> io::Result<Grant> {
        let scratch = match on {
            FileSystem::Tmpfs => self.scratch.clone(),
            FileSystem::Disk => self.disk_grants(),
        };
        let grant = Grant(scratch.join(self.name("grant")));
        fs::create_dir_all(&scratch)
            .and_then(|()| fs::create_dir(&grant.0))
            .and_then(|()| copy_files(files, &grant.0))
            .map_err(|error| {
                let folder = grant.0.display();
                io::Error::new(error.kind(), format!("cannot write {folder}: {error}"))
            })?;
        Ok(grant)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.scratch);
        let _ = fs::remove_dir_all(&self.disk);
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

/// Why nothing can be measured on a disk here.
pub fn no_disk() -> Option<String> {
    match is_in_memory(DISK_PARENT) {
        Ok(false) => None,
        Ok(true) => Some(format!(
            "{DISK_PARENT} is no disk but memory (a tmpfs): mount a disk there"
        )),
        Err(error) => Some(format!("{DISK_PARENT} cannot be used: {error}")),
    }
}

/// Whether a folder is on a file system in memory.
pub(crate) fn is_in_memory(folder: &str) -> io::Result<bool> {
    let kind = i128::from(statfs(folder)?.f_type);
    Ok([i128::from(libc::TMPFS_MAGIC), RAMFS_MAGIC].contains(&kind))
}

/// `RAMFS_MAGIC` of linux/magic.h.
const RAMFS_MAGIC: i128 = 0x8584_58f6;

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            fs::create_dir(&target)?;
            copy_files(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
