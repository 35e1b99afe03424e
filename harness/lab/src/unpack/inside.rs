//! Paths inside a root, looked up as if there were nothing outside of it.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Timespec, Timestamps, chmodat,
    mkdirat, open, openat, openat2, statat, unlinkat, utimensat,
};
use rustix::io::Errno;

/// The folder that stands for `/`.
pub(super) struct Root(OwnedFd);

/// A folder, opened only to name what is in it.
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Root {
    pub(super) fn at(folder: &Path) -> io::Result<Self> {
        Ok(Self(open(folder, FOLDER, Mode::empty())?))
    }

    /// A folder in it; links are followed, and lead to places in it.
    pub(super) fn folder(&self, path: &Path) -> Result<OwnedFd, Errno> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        openat2(&self.0, path, FOLDER, Mode::empty(), resolve)
    }

    /// Whether there is something at a path; links are followed, and lead to places in it.
    pub(super) fn has(&self, path: &Path) -> bool {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        openat2(&self.0, path, flags, Mode::empty(), resolve).is_ok()
    }

    /// The folder that a path lies in, made where it is not there, and the name in it. None for the root
    /// itself.
    pub(super) fn parent<'p>(&self, path: &'p Path) -> io::Result<Option<(OwnedFd, &'p OsStr)>> {
        let Some(name) = path.file_name() else {
            return Ok(None);
        };
        let parent = path.parent().unwrap_or(Path::new(""));
        Ok(Some((self.made(parent)?, name)))
    }

    /// A folder in it, made with those that it lies in where they are not there.
    pub(super) fn made(&self, path: &Path) -> io::Result<OwnedFd> {
        match self.folder(path) {
            Ok(folder) => Ok(folder),
            Err(Errno::NOENT | Errno::NOTDIR) if !path.as_os_str().is_empty() => {
                let above = self.made(path.parent().unwrap_or(Path::new("")))?;
                let name = path.file_name().unwrap_or_default();
                // A layer may put a folder where one below had a file, or a link that leads nowhere.
                remove(&above, name)?;
                mkdirat(&above, name, Mode::from_raw_mode(0o755))?;
                // Whatever the umask here.
                chmodat(&above, name, Mode::from_raw_mode(0o755), AtFlags::empty())?;
                Ok(self.folder(path)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sets the time of a folder, if it is there still.
    pub(super) fn set_time(&self, path: &Path, mtime: u64) -> io::Result<()> {
        let Ok(folder) = self.folder(path) else {
            return Ok(());
        };
        // The descriptor is for naming alone: by it the folder itself is named.
        let itself = openat(
            &folder,
            ".",
            OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        Ok(rustix::fs::futimens(&itself, &times(mtime))?)
    }
}

/// Both times of a file.
pub(super) fn times(mtime: u64) -> Timestamps {
    let at = Timespec {
        tv_sec: i64::try_from(mtime).unwrap_or_default(),
        tv_nsec: 0,
    };
    Timestamps {
        last_access: at,
        last_modification: at,
    }
}

/// Sets the time of what has a name, links not followed.
pub(super) fn set_time_of(folder: impl AsFd, name: &OsStr, mtime: u64) -> io::Result<()> {
    Ok(utimensat(
        folder,
        name,
        &times(mtime),
        AtFlags::SYMLINK_NOFOLLOW,
    )?)
}

/// Whether there is a folder of a name, which is no link.
pub(super) fn is_folder(folder: impl AsFd, name: &OsStr) -> bool {
    let found = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Directory)
}

/// Removes what has a name and all in it; what is not there is no error.
pub(super) fn remove(folder: impl AsFd, name: &OsStr) -> io::Result<()> {
    let folder = folder.as_fd();
    let removed = if is_folder(folder, name) {
        let inside = openat(
            folder,
            name,
            OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        for own in names(&inside)? {
            remove(&inside, &own)?;
        }
        unlinkat(folder, name, AtFlags::REMOVEDIR)
    } else {
        unlinkat(folder, name, AtFlags::empty())
    };
    match removed {
        Err(Errno::NOENT) => Ok(()),
        removed => Ok(removed?),
    }
}

/// The names in a folder that is open for reading.
pub(super) fn names(folder: impl AsFd) -> io::Result<Vec<std::ffi::OsString>> {
    use std::os::unix::ffi::OsStrExt as _;
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(OsStr::from_bytes(name).to_owned());
        }
    }
    Ok(names)
}

/// A path that names an open descriptor itself, for calls that take no descriptor.
pub(super) fn itself(of: impl AsFd) -> std::path::PathBuf {
    use std::os::fd::AsRawFd as _;
    format!("/proc/self/fd/{}", of.as_fd().as_raw_fd()).into()
}

/// The same descriptor's owner and mode are set by its path, since it may be for naming alone.
pub(super) fn set_owner(of: impl AsFd, uid: u64, gid: u64, mode: u32) -> io::Result<()> {
    let path = itself(of);
    let [uid, gid] = [uid, gid].map(number);
    // The owner first: giving a file to somebody takes its set-user-id bits away.
    std::os::unix::fs::chown(&path, Some(uid?), Some(gid?))?;
    Ok(chmodat(
        CWD,
        &path,
        Mode::from_raw_mode(mode & 0o7777),
        AtFlags::empty(),
    )?)
}

/// The number of a user or group.
pub(super) fn number(said: u64) -> io::Result<u32> {
    u32::try_from(said).map_err(|_| io::Error::other(format!("{said} is no owner")))
}
