//! SHA-256 of files.

use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// SHA-256 of a file, 64 hex digits.
pub fn sha256(path: &Path) -> io::Result<String> {
    Ok(hex(&Sha256::digest(fs::read(path)?)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
