//! Folders that a living lab holds locked.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::within;
use super::{DISK_PARENT, Owner, SCRATCH_PARENT, SCRATCH_PREFIX};

/// A folder of this lab's own, which nobody has made before and nobody else may enter. It is
/// locked, and removed, as long as the value lives; the kernel unlocks it when the lab ends,
/// however it does.
#[derive(Debug)]
pub(crate) struct OwnFolder {
    path: PathBuf,
    lock: File,
}

impl OwnFolder {
    /// Makes one. What is there already is somebody else's, and is not taken.
    pub(crate) fn make(parent: &Path, name: &str) -> io::Result<Self> {
        let path = parent.join(name);
        loop {
            let made = DirBuilder::new().mode(0o700).create(&path);
            made.map_err(|error| told(&path, &error))?;
            // Another lab's sweep may come before the lock, take it for left behind and remove it.
            match open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(told(&path, &error)),
                Ok(lock) => {
                    lock.lock()?;
                    if is_at(&lock, &path) {
                        return Ok(Self { path, lock });
                    }
                }
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it as a lab does that is killed.
    #[cfg(test)]
    pub(super) fn abandon(self) {
        let Self { lock, .. } = &self;
        lock.unlock().expect("it is locked");
        std::mem::forget(self);
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        // Nobody could have put another in its place, but for root.
        if is_at(&self.lock, &self.path) {
            let _ = within::remove_all(&self.path);
        }
    }
}

/// A failure with what to do.
fn told(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    let text = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{path} is there already, and was not made by this labrun: remove it")
        }
        _ => format!("{path}: {error}"),
    };
    io::Error::new(error.kind(), text)
}

/// The folder itself: no link, and nothing else.
fn open(path: &Path) -> io::Result<File> {
    let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Whether a folder that is open is the one at a path.
fn is_at(folder: &File, path: &Path) -> bool {
    let found = (folder.metadata(), fs::symlink_metadata(path));
    let (Ok(open), Ok(there)) = found else {
        return false;
    };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}

/// Whether it is this user's.
fn is_own(folder: &File) -> bool {
    let owner = folder.metadata().map(|found| found.uid());
    owner.is_ok_and(|uid| uid == rustix::process::geteuid().as_raw())
}

/// Whether a lab holds one of its folders locked, as far as that is to be seen here. A folder
/// that somebody else has made and left unlocked tells nothing.
pub(super) fn of(owner: &Owner) -> Option<bool> {
    let mut is_free = None;
    for parent in [SCRATCH_PARENT, DISK_PARENT] {
        let folder = open(&Path::new(parent).join(format!("{SCRATCH_PREFIX}{owner}")));
        let Ok(folder) = folder else { continue };
        match folder.try_lock_shared() {
            Err(TryLockError::WouldBlock) => return Some(true),
            Ok(()) if is_own(&folder) => is_free = Some(false),
            _ => {}
        }
    }
    is_free
}

/// Every lab that has a folder in memory here.
pub(super) fn seen() -> Vec<Owner> {
    let entries = fs::read_dir(SCRATCH_PARENT).into_iter().flatten().flatten();
    let owner = |name: &str| Owner::parse(name.strip_prefix(SCRATCH_PREFIX)?);
    let named = entries.filter_map(|entry| owner(entry.file_name().to_str()?));
    named.collect()
}

/// What a folder that bears the name of a lab is.
pub(crate) enum Claim {
    /// A lab holds it.
    Held,
    /// No lab does, and it is this user's: locked from here on, so that no two remove it.
    Free(File),
    /// A link, somebody else's, gone.
    NotOurs,
}

/// Looks at a folder that bears the name of a lab.
pub(crate) fn claim(path: &Path) -> Claim {
    let Ok(folder) = open(path) else {
        return Claim::NotOurs;
    };
    if !is_own(&folder) {
        return Claim::NotOurs;
    }
    match folder.try_lock() {
        Ok(()) if is_at(&folder, path) => Claim::Free(folder),
        Ok(()) => Claim::NotOurs,
        Err(_) => Claim::Held,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_folder_is_its_lab_s_alone_and_goes_with_it() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = OwnFolder::make(parent.path(), "one").expect("makes it");
        let mode = fs::metadata(folder.path()).expect("is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o700);
        assert!(matches!(claim(folder.path()), Claim::Held));
        fs::write(folder.path().join("file"), "text").expect("writes");
        drop(folder);
        assert_eq!(fs::read_dir(parent.path()).expect("reads").count(), 0);
    }

    #[test]
    fn what_was_there_before_is_neither_taken_nor_claimed() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("one");
        symlink("/etc", &path).expect("links");
        assert!(matches!(claim(&path), Claim::NotOurs));
        OwnFolder::make(parent.path(), "one").expect_err("a link is there");
        fs::remove_file(&path).expect("removes it");
        fs::write(&path, "text").expect("writes");
        assert!(matches!(claim(&path), Claim::NotOurs));
        OwnFolder::make(parent.path(), "one").expect_err("a file is there");
        fs::remove_file(&path).expect("removes it");
        fs::create_dir(&path).expect("makes it");
        assert!(matches!(claim(&path), Claim::Free(_)));
        OwnFolder::make(parent.path(), "one").expect_err("a folder is there");
        assert!(matches!(claim(&path), Claim::Free(_)));
    }

    #[test]
    fn one_that_was_put_in_its_place_stays() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = OwnFolder::make(parent.path(), "one").expect("makes it");
        let path = folder.path().to_owned();
        fs::rename(&path, parent.path().join("two")).expect("moves it");
        fs::create_dir(&path).expect("makes another");
        drop(folder);
        assert!(path.is_dir());
    }
}
