//! What an image is built from, packed for the daemon, and the digest that names it.

use std::io;

use sha2::{Digest, Sha256};

/// Digest of several parts, none of which can pass for a piece of another.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |text, byte| {
            text + &format!("{byte:02x}")
        })
}

/// What the daemon builds from: the Dockerfile, and the binary under the name that the
/// Dockerfile expects. Times are zero, so that equal files give equal layers.
pub(super) fn context(dockerfile: &[u8], binary: &[u8]) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::with_capacity(binary.len() + 4096));
    for (name, mode, bytes) in [
        ("Dockerfile", 0o644, dockerfile),
        ("workload", 0o755, binary),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_mtime(0);
        tar.append_data(&mut header, name, bytes)?;
    }
    tar.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_changes_with_each_part_and_with_their_borders() {
        let one = digest(&[b"ab", b"c"]);
        assert_eq!(one.len(), 64);
        assert_ne!(one, digest(&[b"a", b"bc"]));
        assert_ne!(one, digest(&[b"ab", b"d"]));
        assert_eq!(one, digest(&[b"ab", b"c"]));
    }

    #[test]
    fn the_context_holds_what_the_dockerfile_copies() {
        let bytes = context(b"FROM scratch", b"binary").expect("packs");
        let mut archive = tar::Archive::new(&bytes[..]);
        let found: Vec<_> = archive
            .entries()
            .expect("reads")
            .map(|entry| entry.expect("whole"))
            .map(|entry| {
                (
                    entry.path().expect("a path").display().to_string(),
                    entry.header().mode().expect("a mode"),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("Dockerfile".to_owned(), 0o644),
                ("workload".to_owned(), 0o755)
            ]
        );
    }
}
