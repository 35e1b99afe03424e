//! What a layer takes away of those below: a file `.wh.NAME` is for NAME, and `.wh..wh..opq` for all that
//! is in its folder (OCI image specification, layer.md).

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;

use super::inside::{Root, is_folder, names, remove};

const PREFIX: &[u8] = b".wh.";
/// What AUFS kept for itself begins so, but for the one that says that a folder is opaque.
const OF_AUFS: &[u8] = b".wh..wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

/// What is taken away.
pub(super) enum Whiteout {
    /// All that is in a folder.
    In(PathBuf),
    /// What has a path.
    At(PathBuf),
    /// Nothing: it was for AUFS alone.
    Nothing,
    /// What has no name, or is the folder itself or the one above.
    Wrong,
}

impl Whiteout {
    /// What a file of this path takes away, if it is such a file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.as_bytes();
        let of = name.strip_prefix(PREFIX)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Some(if name == OPAQUE {
            Self::In(folder.to_owned())
        } else if name.starts_with(OF_AUFS) {
            Self::Nothing
        } else if [&b""[..], b".", b".."].contains(&of) {
            Self::Wrong
        } else {
            Self::At(folder.join(OsString::from_vec(of.to_owned())))
        })
    }

    /// Takes it away, but for what is of the layer's `own`.
    pub(super) fn apply(&self, root: &Root, own: &BTreeSet<PathBuf>) -> io::Result<()> {
        let (folder, path) = match self {
            Self::Nothing => return Ok(()),
            Self::Wrong => return Err(io::Error::other("it takes away what has no name")),
            Self::In(folder) => (folder.as_path(), None),
            Self::At(path) => (path.parent().unwrap_or(Path::new("")), Some(path)),
        };
        let opened = match root.folder(folder) {
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(()),
            opened => opened?,
        };
        match path {
            Some(path) => clear(&opened, path.file_name().unwrap_or_default(), path, own),
            None => clear_inside(&opened, OsStr::new("."), folder, own),
        }
    }
}

/// Removes what has a name, but for what is of the layer's own.
fn clear(
    folder: &rustix::fd::OwnedFd,
    name: &OsStr,
    path: &Path,
    own: &BTreeSet<PathBuf>,
) -> io::Result<()> {
    if !own.contains(path) {
        return remove(folder, name);
    }
    if is_folder(folder, name) {
        return clear_inside(folder, name, path, own);
    }
    Ok(())
}

fn clear_inside(
    folder: &rustix::fd::OwnedFd,
    name: &OsStr,
    path: &Path,
    own: &BTreeSet<PathBuf>,
) -> io::Result<()> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
    let inside = openat(folder, name, flags, Mode::empty())?;
    for name in names(&inside)? {
        clear(&inside, &name, &path.join(&name), own)?;
    }
    Ok(())
}
