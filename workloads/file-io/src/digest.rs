//! The one line that the workload prints.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Grows with each file that is read back: over its name, its length and its bytes.
#[derive(Default)]
pub(crate) struct Digest {
    hash: Sha256,
    files: u64,
    bytes: u64,
}

impl Digest {
    /// Begins the next file.
    pub(crate) fn file(&mut self, name: &str, bytes: u64) {
        self.hash.update(name.as_bytes());
        self.hash.update([0]);
        self.hash.update(bytes.to_le_bytes());
        self.files += 1;
        self.bytes += bytes;
    }

    /// Goes on with bytes of that file.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.hash.clone().finalize() {
            write!(out, "{byte:02x}")?;
        }
        write!(out, " {} files {} bytes", self.files, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_the_known_digest() {
        assert_eq!(
            Digest::default().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 files 0 bytes"
        );
    }

    #[test]
    fn it_is_the_hash_of_name_length_and_bytes() {
        let mut digest = Digest::default();
        digest.file("a", 3);
        digest.update(b"xyz");
        let mut other = Digest::default();
        other.update(b"a\0\x03\0\0\0\0\0\0\0xyz");
        let hex = |digest: &Digest| digest.to_string()[..64].to_owned();
        assert_eq!(hex(&digest), hex(&other));
        assert!(digest.to_string().ends_with(" 1 files 3 bytes"));
    }
}
