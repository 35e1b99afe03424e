//! SHA-256 of files and bytes.

use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use labrun_record::regular;

/// SHA-256 of a file, 64 hex digits.
pub fn sha256(path: &Path) -> io::Result<String> {
    regular::read(path).map(|bytes| sha256_of(&bytes))
}

/// The same of bytes.
pub fn sha256_of(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
