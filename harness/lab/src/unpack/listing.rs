//! What a root holds, as one digest: of each file its path, kind, owner, mode, size and time. It says
//! whether a root is still as it was unpacked, without reading all of it.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The digest of what is in a folder.
pub(crate) fn listing(folder: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    add(&mut hash, folder, folder)?;
    Ok(format!("{:x}", hash.finalize()))
}

fn add(hash: &mut Sha256, root: &Path, path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    let name = path
        .strip_prefix(root)
        .unwrap_or(path)
        .as_os_str()
        .as_bytes();
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name);
    for number in [
        u64::from(found.mode()),
        u64::from(found.uid()),
        u64::from(found.gid()),
        found.rdev(),
        // A folder's depends on the file system.
        if found.is_dir() { 0 } else { found.size() },
        found.mtime().cast_unsigned(),
    ] {
        hash.update(number.to_le_bytes());
    }
    if found.is_dir() {
        let mut inside: Vec<_> = fs::read_dir(path)?.collect::<io::Result<_>>()?;
        inside.sort_by_key(fs::DirEntry::file_name);
        for entry in inside {
            add(hash, root, &entry.path())?;
        }
    }
    Ok(())
}
