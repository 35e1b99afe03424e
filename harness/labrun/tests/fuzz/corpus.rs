//! Valid inputs, and those that were once too much.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What `corpus/NAME` holds.
pub(crate) fn kept(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    read_all(&folder.join(name))
}

/// The files of a folder, which may not be there, by name.
pub(crate) fn read_all(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: &PathBuf| fs::read(path).expect("reads a file of the corpus");
    paths.iter().map(read).collect()
}

/// A folder that goes with the value: in memory where it can be, since a disk is written to each time
/// that a file is written over.
pub(crate) fn folder() -> tempfile::TempDir {
    let in_memory = tempfile::Builder::new()
        .prefix("fuzz-")
        .tempdir_in("/dev/shm");
    let folder = in_memory.or_else(|_| tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")));
    folder.expect("makes a folder")
}
