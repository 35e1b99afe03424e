//! What every launch stands on: who owns it, where its folders are, and whether
//! the run was asked to end.

use std::fs;
use std::io;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustix::fs::statfs;
use rustix::mount::{MountPropagationFlags, UnmountFlags, mount_bind, mount_change};

use crate::interrupt::Interrupt;
use crate::owner::{OwnFolder, Owner};
use crate::patience::Patience;
use crate::task::FileSystem;
use labrun_record::regular;

pub use crate::owner::{DISK_PARENT, SCRATCH_PARENT, SCRATCH_PREFIX};

/// The folder in the one on a disk for what is granted.
pub(crate) const GRANTS: &str = "grants";

/// The folder in either for the roots of containers, each of which is mounted there.
pub(crate) const ROOTS: &str = "roots";

/// What every launch stands on. The scratch folders go with the last of them.
#[derive(Debug)]
pub struct Site {
    /// Whose all of it is.
    pub owner: Owner,
    /// Whether the run was asked to end.
    pub interrupt: Interrupt,
    /// How long the launch that is next is waited for.
    pub patience: Patience,
    folders: Shared,
}

impl Site {
    /// That of this process, with its scratch folder.
    pub fn new(interrupt: Interrupt) -> io::Result<Self> {
        Ok(Self {
            owner: Owner::this(),
            interrupt,
            patience: Patience::default(),
            folders: Shared::this()?,
        })
    }

    /// The same for whoever cleans up: what ends the run does not end that.
    pub(crate) fn undisturbed(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            interrupt: Interrupt::never().unwrap_or_else(|_| self.interrupt.clone()),
            patience: Patience::default(),
            folders: self.folders.clone(),
        }
    }

    /// Its folders, which are there as long as it is, if nobody takes them away.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let disk = self.folders.disk.lock();
        let disk = disk.unwrap_or_else(PoisonError::into_inner);
        let disk = disk.as_ref().map(|folder| folder.path().to_owned());
        [self.scratch().to_owned()]
            .into_iter()
            .chain(disk)
            .collect()
    }

    /// Its folder in memory.
    pub(crate) fn scratch(&self) -> &Path {
        self.folders.memory.path()
    }

    /// Its folder on a disk for what is granted. Nothing else is in it, so that a disk can be
    /// mounted there.
    pub(crate) fn disk_grants(&self) -> io::Result<PathBuf> {
        let grants = self.folders.disk()?.join(GRANTS);
        match fs::create_dir(&grants) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(grants),
        }
    }

    /// A fresh and empty folder in memory; it goes with the value.
    pub fn folder(&self) -> io::Result<Grant> {
        self.folders.fresh(self.scratch())
    }

    /// A fresh and empty folder on a disk; it goes with the value.
    pub fn disk_folder(&self) -> io::Result<Grant> {
        self.folders.fresh(&self.folders.disk()?)
    }

    /// A fresh and empty folder on a disk for the root of a container, which may be mounted there; it goes
    /// with the value.
    pub(crate) fn root_on_disk(&self) -> io::Result<Grant> {
        self.folders.root(&self.folders.disk()?)
    }

    /// The same in memory.
    pub(crate) fn root_in_memory(&self) -> io::Result<Grant> {
        self.folders.root(self.scratch())
    }

    /// A name that nothing else of this lab has.
    pub fn mark(&self) -> String {
        format!("{}-{}", self.owner, self.folders.name("launch"))
    }

    /// A fresh folder on a file system that holds a copy of `files`; it goes with the
    /// value. An error names the folder.
    pub fn grant(&self, files: &Path, on: FileSystem) -> io::Result<Grant> {
        let parent = match on {
            FileSystem::Tmpfs => self.scratch().to_owned(),
            FileSystem::Disk => self.disk_grants()?,
        };
        let grant = self.folders.grant(parent.join(self.folders.name("grant")));
        fs::create_dir(&grant.path)
            .and_then(|()| copy_files(files, &grant.path))
            .map_err(|error| {
                let folder = grant.path.display();
                io::Error::new(error.kind(), format!("cannot write {folder}: {error}"))
            })?;
        Ok(grant)
    }
}

/// A fresh and empty folder in memory, for who has no site; it goes with the value.
pub(crate) fn folder() -> io::Result<Grant> {
    let folders = Shared::this()?;
    folders.fresh(folders.memory.path())
}

/// The same on a disk.
pub(crate) fn disk_folder() -> io::Result<Grant> {
    let folders = Shared::this()?;
    folders.fresh(&folders.disk()?)
}

/// The scratch folders of this process: its own from the first moment on, since nothing is
/// taken that is there before.
#[derive(Debug)]
struct Folders {
    memory: OwnFolder,
    /// The same on a disk; made when it is first asked for.
    disk: Mutex<Option<OwnFolder>>,
    made: AtomicU64,
}

impl Folders {
    fn disk(&self) -> io::Result<PathBuf> {
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match disk.take() {
            Some(folder) => folder,
            None => own(DISK_PARENT)?,
        };
        Ok(disk.insert(folder).path().to_owned())
    }

    fn name(&self, kind: &str) -> String {
        format!("{kind}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }
}

/// A share in them: they are removed with the last.
#[derive(Debug)]
struct Shared(ManuallyDrop<Arc<Folders>>);

impl Shared {
    /// In those that are there, or in fresh ones.
    fn this() -> io::Result<Self> {
        let mut those = those();
        if let Some(folders) = those.upgrade() {
            return Ok(Self(ManuallyDrop::new(folders)));
        }
        let folders = Arc::new(Folders {
            memory: own(SCRATCH_PARENT)?,
            disk: Mutex::default(),
            made: AtomicU64::new(0),
        });
        *those = Arc::downgrade(&folders);
        Ok(Self(ManuallyDrop::new(folders)))
    }

    fn fresh(&self, parent: &Path) -> io::Result<Grant> {
        let folder = self.grant(parent.join(self.name("folder")));
        fs::create_dir(&folder.path)?;
        Ok(folder)
    }

    /// A fresh folder in that of roots. That is a mount of its own: whatever is mounted below goes with it,
    /// also where the lab was killed.
    fn root(&self, parent: &Path) -> io::Result<Grant> {
        let roots = parent.join(ROOTS);
        match fs::create_dir(&roots) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => {
                made?;
                mount_bind(&roots, &roots)?;
                let private = MountPropagationFlags::PRIVATE;
                mount_change(&roots, private)?;
            }
        }
        self.fresh(&roots)
    }

    fn grant(&self, path: PathBuf) -> Grant {
        Grant {
            path,
            _in: self.clone(),
        }
    }
}

impl Deref for Shared {
    type Target = Folders;

    fn deref(&self) -> &Folders {
        &self.0
    }
}

impl Clone for Shared {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Nobody makes them anew while they are removed.
        let _those = those();
        if Arc::strong_count(&self.0) == 1 {
            let disk = self.0.disk.lock().unwrap_or_else(PoisonError::into_inner);
            let on_disk = disk.as_ref().map(OwnFolder::path);
            for folder in on_disk.into_iter().chain([self.0.memory.path()]) {
                unmount(&folder.join(ROOTS));
            }
        }
        // SAFETY: it is dropped here alone, and not used again.
        unsafe { ManuallyDrop::drop(&mut self.0) };
    }
}

/// Those that are there.
fn those() -> MutexGuard<'static, Weak<Folders>> {
    static THOSE: Mutex<Weak<Folders>> = Mutex::new(Weak::new());
    THOSE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own(parent: &str) -> io::Result<OwnFolder> {
    let name = format!("{SCRATCH_PREFIX}{}", Owner::this());
    OwnFolder::make(Path::new(parent), &name)
}

/// Unmounts whatever is mounted on a folder and below, at the latest when its last user is gone. Where
/// nothing is mounted, or the folder is a link, it does nothing.
pub(crate) fn unmount(folder: &Path) {
    let _ = rustix::mount::unmount(folder, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW);
}

/// A directory granted to one launch, removed when dropped.
#[derive(Debug)]
pub struct Grant {
    path: PathBuf,
    /// What it lies in goes after it.
    _in: Shared,
}

impl Grant {
    /// The path on the host.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
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
            let from = entry.path();
            regular::check(kind).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", from.display()))
            })?;
            fs::copy(from, &target)?;
        }
    }
    Ok(())
}
