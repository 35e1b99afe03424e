//! The layers of an image as one folder: the root of a container. Owners, modes, times, links, devices
//! and extended attributes are as the layers say, and what a layer takes away of those below is gone.
//!
//! A layer may come from anybody. Every path is looked up by the kernel as if the folder were the root of
//! all (`RESOLVE_IN_ROOT`, openat2(2)): no link and no `..` in it leads to what lies outside.

mod entry;
mod inside;
mod listing;
mod whiteout;

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use crate::inspect::OpenImage;
use inside::Root;
pub(crate) use listing::listing;
use whiteout::Whiteout;

/// Unpacks an image into a folder that is made for it; `goes_on` is asked again and again, and says
/// whether the work is still wanted.
pub fn unpack(image: &OpenImage, folder: &Path, goes_on: &dyn Fn() -> bool) -> io::Result<()> {
    fs::create_dir(folder)?;
    // Where no layer says it, as engines of containers have it, whatever the umask here.
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    let root = Root::at(folder)?;
    for number in 0..image.facts.layers.len() {
        let named = |error: io::Error| {
            let layer = number + 1;
            io::Error::new(error.kind(), format!("layer {layer} of the image: {error}"))
        };
        apply(image.layer(number)?, &root, goes_on).map_err(named)?;
    }
    Ok(())
}

/// Makes a folder of a container in its root, unless it is there.
pub(crate) fn make_folder(root: &Path, folder: &Path) -> io::Result<()> {
    let folder = below(folder)?;
    Root::at(root)?.made(&folder).map(drop)
}

/// Whether there is something at a path of a container, in its root.
pub(crate) fn has(root: &Path, path: &Path) -> io::Result<bool> {
    Ok(Root::at(root)?.has(path))
}

/// Applies the tar of one layer to a root.
fn apply(tar: impl Read, root: &Root, goes_on: &dyn Fn() -> bool) -> io::Result<()> {
    let mut archive = tar::Archive::new(tar);
    // What is of this layer is not taken away by it.
    let mut own: BTreeSet<PathBuf> = BTreeSet::new();
    let mut folders = Vec::new();
    for entry in archive.entries()? {
        if !goes_on() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut entry = entry?;
        let said = entry.path_bytes().into_owned();
        let named = |error: io::Error| {
            let name = String::from_utf8_lossy(&said).into_owned();
            io::Error::new(error.kind(), format!("{}: {error}", name.escape_debug()))
        };
        let path = below(Path::new(std::ffi::OsStr::from_bytes(&said))).map_err(named)?;
        if let Some(whiteout) = Whiteout::of(&path) {
            whiteout.apply(root, &own).map_err(named)?;
            continue;
        }
        let is_folder = entry::make(&mut entry, &path, root).map_err(named)?;
        if is_folder {
            folders.push((path.clone(), entry.header().mtime().unwrap_or_default()));
        }
        own.extend(path.ancestors().map(Path::to_owned));
    }
    // Whatever is put into a folder changes its time.
    for (path, mtime) in folders {
        root.set_time(&path, mtime)?;
    }
    Ok(())
}

/// A path without `.` and `..`, below the root; one that leads out of it is refused.
fn below(path: &Path) -> io::Result<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => plain.push(part),
            Component::ParentDir => {
                if !plain.pop() {
                    return Err(io::Error::other(
                        "it leads out of the image, and is refused",
                    ));
                }
            }
            // Of old, names begin with `/` and mean the root of the image.
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests;
