//! The work itself: write, sync, read back, verify.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::config::{Config, Entry};
use crate::content::Content;
use crate::digest::Digest;

/// Bytes that are written or read at once. A multiple of 8, as [`Content`] asks.
const CHUNK: usize = 64 * 1024;

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("cannot {action} {}: {error}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    #[error("{} does not contain what was written, from byte {at} on", path.display())]
    Different { path: PathBuf, at: u64 },
    #[error("{} is longer than what was written", path.display())]
    Longer { path: PathBuf },
}

/// Writes and syncs every file of `config` in `grant`, then reads and verifies each.
pub(crate) fn exercise(grant: &Path, config: &Config) -> Result<Digest, FileError> {
    let mut buffers = [vec![0; CHUNK], vec![0; CHUNK]];
    for (index, entry) in config.files.iter().enumerate() {
        let path = grant.join(&entry.name);
        write(
            &path,
            entry.bytes,
            Content::new(config.seed, index),
            &mut buffers[0],
        )?;
    }
    let mut digest = Digest::default();
    for (index, entry) in config.files.iter().enumerate() {
        let path = grant.join(&entry.name);
        let content = Content::new(config.seed, index);
        verify(&path, entry, content, &mut buffers, &mut digest)?;
    }
    Ok(digest)
}

fn write(
    path: &Path,
    bytes: u64,
    mut content: Content,
    buffer: &mut [u8],
) -> Result<(), FileError> {
    let mut file = create(path, OpenOptions::new().write(true)).map_err(failed("create", path))?;
    let mut left = bytes;
    while left > 0 {
        let chunk = &mut buffer[..piece(left)];
        content.fill(chunk);
        file.write_all(chunk).map_err(failed("write", path))?;
        left -= chunk.len() as u64;
    }
    file.sync_all().map_err(failed("sync", path))
}

/// A file that did not exist before, so that no link can lead out of the directory.
pub(crate) fn create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.create_new(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        outcome => outcome,
    }
}

fn verify(
    path: &Path,
    entry: &Entry,
    mut content: Content,
    [wanted, found]: &mut [Vec<u8>; 2],
    digest: &mut Digest,
) -> Result<(), FileError> {
    let mut file = File::open(path).map_err(failed("open", path))?;
    digest.file(&entry.name, entry.bytes);
    let mut at = 0;
    while at < entry.bytes {
        let length = piece(entry.bytes - at);
        let (wanted, found) = (&mut wanted[..length], &mut found[..length]);
        content.fill(wanted);
        file.read_exact(found).map_err(failed("read", path))?;
        if let Some(offset) = (0..length).find(|&index| wanted[index] != found[index]) {
            let at = at + offset as u64;
            return Err(FileError::Different {
                path: path.to_owned(),
                at,
            });
        }
        digest.update(found);
        at += length as u64;
    }
    match file.read(&mut found[..1]).map_err(failed("read", path))? {
        0 => Ok(()),
        _ => Err(FileError::Longer {
            path: path.to_owned(),
        }),
    }
}

/// How much of `left` bytes is done at once.
fn piece(left: u64) -> usize {
    usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK))
}

/// What an error of `action` on `path` is.
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |error| FileError::Io {
        action,
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &Path, bytes: u64) -> Result<(), FileError> {
        let entry = Entry {
            name: "a".to_owned(),
            bytes,
        };
        let mut buffers = [vec![0; CHUNK], vec![0; CHUNK]];
        let content = Content::new(1, 0);
        verify(path, &entry, content, &mut buffers, &mut Digest::default())
    }

    #[test]
    fn what_was_written_verifies_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let bytes = CHUNK as u64 + 13;
        write(&path, bytes, Content::new(1, 0), &mut vec![0; CHUNK]).unwrap();
        check(&path, bytes).unwrap();
        assert!(matches!(
            check(&path, bytes - 1),
            Err(FileError::Longer { .. })
        ));
        assert!(matches!(check(&path, bytes + 1), Err(FileError::Io { .. })));

        let mut content = fs::read(&path).unwrap();
        content[CHUNK + 5] ^= 1;
        fs::write(&path, content).unwrap();
        let at = CHUNK as u64 + 5;
        assert!(
            matches!(check(&path, bytes), Err(FileError::Different { at: found, .. }) if found == at)
        );
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::write(&outside, "untouched").unwrap();
        let path = folder.path().join("a");
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        write(&path, 10, Content::new(1, 0), &mut vec![0; CHUNK]).unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "untouched");
        check(&path, 10).unwrap();
    }
}
