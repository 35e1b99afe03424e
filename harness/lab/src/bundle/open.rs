//! Opening a bundle: all of it is checked, and then it is a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::list::{FileEntry, List};
use super::{BundleError, folder, unpack};
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// A bundle whose every file was found to be as it was written.
#[derive(Debug)]
pub struct Opened {
    folder: PathBuf,
    list: List,
}

/// Opens a bundle. A file is unpacked into `into`, an empty folder, which is empty again if that
/// fails; a folder, which is an unpacked bundle, is used where it is, and `into` is left alone.
pub fn open(
    path: &Path,
    into: &Path,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<Opened, BundleError> {
    let metadata = fs::metadata(path).map_err(|error| BundleError::unreadable(path, error))?;
    let (folder, list) = if metadata.is_dir() {
        (path, folder::check(path, interrupt, progress)?)
    } else if metadata.is_file() {
        (into, unpack::unpack(path, into, interrupt, progress)?)
    } else {
        let why = "it is neither a file nor a folder";
        return Err(BundleError::not_a_bundle(path, why));
    };
    Ok(Opened {
        folder: folder.to_owned(),
        list,
    })
}

impl Opened {
    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The description that it was written with.
    pub fn manifest(&self) -> &Value {
        &self.list.contents
    }

    /// The version of the labrun that wrote it.
    pub fn labrun(&self) -> &str {
        &self.list.labrun
    }

    /// All of its files by their names inside, its own two left out.
    pub fn files(&self) -> &BTreeMap<String, FileEntry> {
        &self.list.files
    }
}
