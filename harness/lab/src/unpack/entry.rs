//! One entry of a layer, made in the root: a file of any kind, with its owner, mode, time and extended
//! attributes. What was there of another kind is replaced; a folder keeps what is in it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, XattrFlags, chownat, linkat, makedev, mkdirat, mknodat,
    openat, setxattr, symlinkat,
};
use rustix::process::{Gid, Uid};
use tar::{Entry, EntryType};

use super::inside::{Root, is_folder, itself, number, remove, set_owner, set_time_of};

/// What extended attributes are called in a tar.
const XATTR: &str = "SCHILY.xattr.";

/// Makes it; gives whether it is a folder.
pub(super) fn make<R: Read>(
    entry: &mut Entry<'_, R>,
    path: &Path,
    root: &Root,
) -> io::Result<bool> {
    let kind = entry.header().entry_type();
    let attributes = attributes(entry)?;
    let header = entry.header();
    let old = header.as_old();
    let uid = number_in(&old.uid, || header.uid())?;
    let gid = number_in(&old.gid, || header.gid())?;
    let mode = number_in(&old.mode, || header.mode())?;
    let mtime = header.mtime().unwrap_or_default();
    let Some((parent, name)) = root.parent(path)? else {
        // The root itself.
        if kind.is_dir() {
            let folder = root.folder(path)?;
            set_owner(&folder, uid, gid, mode)?;
        }
        return Ok(kind.is_dir());
    };
    if kind.is_dir() && is_folder(&parent, name) {
        let folder = opened(&parent, name, OFlags::PATH)?;
        set_owner(&folder, uid, gid, mode)?;
        set(&folder, &attributes)?;
        return Ok(true);
    }
    if kind.is_pax_global_extensions() {
        return Ok(false);
    }
    remove(&parent, name)?;
    match kind {
        EntryType::Directory => {
            mkdirat(&parent, name, Mode::from_raw_mode(0o700))?;
        }
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
            let file = openat(
                &parent,
                name,
                flags | OFlags::CLOEXEC,
                Mode::from_raw_mode(0o600),
            )?;
            io::copy(entry, &mut File::from(file))?;
        }
        EntryType::Symlink => {
            symlinkat(link(entry)?.as_slice(), &parent, name)?;
            let (uid, gid) = (Uid::from_raw(number(uid)?), Gid::from_raw(number(gid)?));
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            chownat(&parent, name, Some(uid), Some(gid), flags)?;
            set_time_of(&parent, name, mtime)?;
            return Ok(false);
        }
        EntryType::Link => {
            let to = super::below(Path::new(OsStr::from_bytes(&link(entry)?)))?;
            let gone = || io::Error::other("it is a link to what is not there");
            let folder = to.parent().unwrap_or(Path::new(""));
            let folder = root.folder(folder).map_err(|_| gone())?;
            let to = to.file_name().ok_or_else(gone)?;
            linkat(&folder, to, &parent, name, AtFlags::empty()).map_err(|_| gone())?;
            // Owner, mode and time are those of the file that it is.
            return Ok(false);
        }
        EntryType::Char | EntryType::Block | EntryType::Fifo => {
            node(entry, kind, &parent, name)?;
        }
        other => {
            return Err(io::Error::other(format!(
                "it is of a kind ({:?}) that no layer has",
                char::from(other.as_byte())
            )));
        }
    }
    // For naming alone: a pipe would wait for a writer, and a device is not to be touched.
    let itself = opened(&parent, name, OFlags::PATH)?;
    set_owner(&itself, uid, gid, mode)?;
    set(&itself, &attributes)?;
    set_time_of(&parent, name, mtime)?;
    Ok(kind.is_dir())
}

/// The number in a field, which is 0 where nothing is written in it, as whoever writes an archive of his
/// own may leave it.
fn number_in<T: Default>(field: &[u8], read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    if field.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return Ok(T::default());
    }
    read()
}

fn opened(
    parent: &rustix::fd::OwnedFd,
    name: &OsStr,
    how: OFlags,
) -> io::Result<rustix::fd::OwnedFd> {
    let flags = how | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(parent, name, flags, Mode::empty())?)
}

fn link<R: Read>(entry: &Entry<'_, R>) -> io::Result<Vec<u8>> {
    let to = entry.link_name_bytes().filter(|to| !to.is_empty());
    let to = to.ok_or_else(|| io::Error::other("it is a link to nothing"))?;
    Ok(to.into_owned())
}

fn node<R: Read>(
    entry: &Entry<'_, R>,
    kind: EntryType,
    parent: &rustix::fd::OwnedFd,
    name: &OsStr,
) -> io::Result<()> {
    let header = entry.header();
    let device = || -> io::Result<_> {
        let (major, minor) = (header.device_major()?, header.device_minor()?);
        let none = || io::Error::other("it is a device without a number");
        Ok(makedev(major.ok_or_else(none)?, minor.ok_or_else(none)?))
    };
    let (kind, device) = match kind {
        EntryType::Char => (FileType::CharacterDevice, device()?),
        EntryType::Block => (FileType::BlockDevice, device()?),
        _ => (FileType::Fifo, 0),
    };
    let made = mknodat(parent, name, kind, Mode::from_raw_mode(0o600), device);
    made.map_err(|error| io::Error::other(format!("cannot make a device: {error}")))
}

/// The extended attributes of an entry. Of those, a program's capabilities decide what it may do.
fn attributes<R: Read>(entry: &mut Entry<'_, R>) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut attributes = Vec::new();
    let Some(extensions) = entry.pax_extensions()? else {
        return Ok(attributes);
    };
    for extension in extensions {
        let extension = extension?;
        let Ok(key) = extension.key() else { continue };
        if let Some(name) = key.strip_prefix(XATTR) {
            attributes.push((name.to_owned(), extension.value_bytes().to_owned()));
        }
    }
    Ok(attributes)
}

fn set(of: &rustix::fd::OwnedFd, attributes: &[(String, Vec<u8>)]) -> io::Result<()> {
    for (name, value) in attributes {
        // Those of the overlay that they were saved from mean nothing here, and would mislead the next.
        if name.starts_with("trusted.overlay.") {
            continue;
        }
        match setxattr(itself(of), name.as_str(), value, XattrFlags::empty()) {
            // As engines of containers do: not every file system has them.
            Ok(()) | Err(rustix::io::Errno::NOTSUP) => {}
            Err(error) => return Err(io::Error::other(format!("attribute {name}: {error}"))),
        }
    }
    Ok(())
}
