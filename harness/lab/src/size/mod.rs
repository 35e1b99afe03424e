//! Exact byte counts of what was built: stripped, compressed, an image by its layers, and
//! what has to be there already. It knows nothing of rows or scenarios.
//!
//! Nothing measured here is executed, and nothing is written to disk.

mod content;
mod daemon;
mod elf;
mod gzip;
mod image;
mod ldconfig;
mod libraries;
mod saved;
mod wasm;
mod zstd;

use std::io;
use std::path::{Path, PathBuf};

use crate::outcome::Failure;

pub use content::Content;
pub use daemon::{containerd_side, docker_side};
pub use elf::strip_elf;
pub use gzip::{GZIP_LEVEL, gzip_bytes};
pub use image::{ImageSize, archive_size, image_size};
pub use libraries::{is_elf, shared_libraries};
pub use saved::{LAYER_GZIP_LEVEL, Layer, Saved, binary_layer, read_saved};
pub use wasm::strip_wasm;
pub use zstd::{ZSTD_LEVEL, Zstd};

/// That a file cannot be read.
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot read {}: {error}", path.display()))
}

/// That a file is not what it should be.
fn malformed(path: &Path, what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(format!("{} is not {what}: {error}", path.display()))
}

/// A file that has to be there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// What it is called: `libc.so.6`, `dockerd`.
    pub name: String,
    /// The file itself, symbolic links followed.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its version, where whoever uses it says so.
    pub version: Option<String>,
}

impl Needed {
    /// The file behind a path.
    fn at(name: &str, path: &Path) -> Result<Self, Failure> {
        let found = std::fs::canonicalize(path)
            .and_then(|path| std::fs::metadata(&path).map(|metadata| (path, metadata.len())));
        let (path, bytes) = found.map_err(|error| unreadable(path, &error))?;
        Ok(Self {
            name: name.to_owned(),
            path,
            bytes,
            version: None,
        })
    }
}

/// The files of a folder, those of its folders left out.
pub fn folder_bytes(folder: &Path) -> Result<u64, Failure> {
    let unreadable = |error: io::Error| unreadable(folder, &error);
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let metadata = entry.and_then(|entry| entry.metadata());
        let metadata = metadata.map_err(unreadable)?;
        if metadata.is_file() {
            bytes += metadata.len();
        }
    }
    Ok(bytes)
}

/// The whole of a file that is not empty.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    if bytes.is_empty() {
        return Err(Failure::failed(format!("{} is empty", path.display())));
    }
    Ok(bytes)
}
