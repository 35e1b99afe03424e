//! An unpacked bundle, which is used where it is: everything in it is held against its list.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::list::List;
use super::steps::Steps;
use super::{BundleError, DIGEST, LIST, LIST_LIMIT};
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// Checks it. No link is followed, since none may be there. What somebody has put beside the
/// bundle's own files and folders (a run, say) is nothing of it, and is passed over.
pub(super) fn check(
    bundle: &Path,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<List, BundleError> {
    let list = List::parse(bundle, &own(bundle, LIST)?, &own(bundle, DIGEST)?)?;
    let mut steps = Steps::new("bundle checked, MiB", list.bytes(), interrupt, progress);
    let mut missing: BTreeSet<&str> = list.files.keys().map(String::as_str).collect();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = bundle.join(&folder);
        let unreadable = |error| BundleError::unreadable(&path, error);
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| {
                let what = format!("{}: its name is not UTF-8", entry.path().display());
                BundleError::refused(bundle, what)
            })?;
            let name = format!("{folder}{name}");
            if folder.is_empty() && !list.begins(&name) {
                continue;
            }
            let metadata = entry.metadata().map_err(unreadable)?;
            if metadata.is_dir() {
                let name = format!("{name}/");
                if !list.files.keys().any(|file| file.starts_with(&name)) {
                    let what = format!("{name:?} is not in {LIST}");
                    return Err(BundleError::altered(bundle, what));
                }
                folders.push(name);
            } else if name != LIST && name != DIGEST {
                check_file(bundle, &name, &metadata, &list, &mut steps)?;
                missing.remove(&*name);
            }
        }
    }
    List::check_all_found(bundle, missing.first().copied())?;
    Ok(list)
}

/// One of the two files that say what all others are.
fn own(bundle: &Path, name: &str) -> Result<Vec<u8>, BundleError> {
    let path = bundle.join(name);
    let missing = || BundleError::not_a_bundle(bundle, format!("{name} is missing"));
    let metadata = fs::symlink_metadata(&path).map_err(|_| missing())?;
    if !metadata.is_file() {
        return Err(BundleError::refused(bundle, format!("{name} is no file")));
    }
    if metadata.len() > LIST_LIMIT {
        let what = format!("{name} has more than {LIST_LIMIT} bytes");
        return Err(BundleError::refused(bundle, what));
    }
    fs::read(&path).map_err(|error| BundleError::unreadable(&path, error))
}

fn check_file(
    bundle: &Path,
    name: &str,
    metadata: &Metadata,
    list: &List,
    steps: &mut Steps<'_>,
) -> Result<(), BundleError> {
    if !metadata.is_file() {
        let what = format!("{name:?} is neither a file nor a folder");
        return Err(BundleError::refused(bundle, what));
    }
    let executable = metadata.mode() & 0o100 != 0;
    list.check_file(bundle, name, metadata.len(), executable)?;
    let path = bundle.join(name);
    let unreadable = |error: io::Error| BundleError::unreadable(&path, error);
    let mut file = File::open(&path).map_err(unreadable)?;
    let read = steps.pass(&mut file, unreadable, |_| Ok(()))?;
    list.check_digest(bundle, name, &read)
}
