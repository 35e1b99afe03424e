//! A file that has its name only when it is whole: written beside, and renamed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A file beside the one that it is to become; removed when dropped before it is that.
#[derive(Debug)]
pub struct Partial {
    beside: PathBuf,
    path: PathBuf,
    /// What is written, and can be read back.
    pub file: File,
}

impl Partial {
    /// Begins it. A link stays one, and what may not be written is not replaced either.
    pub fn new(path: &Path) -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match File::options().write(true).open(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        loop {
            let (pid, number) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
            let beside = path.with_file_name(format!(".{name}.{pid}-{number}.partial"));
            let mut options = File::options();
            match options
                .read(true)
                .write(true)
                .create_new(true)
                .open(&beside)
            {
                // Of a process that had this number, and was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    let file = made?;
                    return Ok(Self { beside, path, file });
                }
            }
        }
    }

    /// Gives it its name, in place of what had it before, whose permissions it gets.
    pub fn keep(self) -> io::Result<()> {
        if let Ok(there) = fs::metadata(&self.path) {
            // Who may read it is no part of what it says.
            let _ = self.file.set_permissions(there.permissions());
        }
        self.file.sync_all()?;
        fs::rename(&self.beside, &self.path)?;
        // Not every file system can sync a folder; the file is whole either way.
        if let Ok(folder) = File::open(folder_of(&self.path)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Nothing has this name any more when it was kept.
        let _ = fs::remove_file(&self.beside);
    }
}

/// The folder that a file is in.
pub fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Writes a file whole or not at all: a full disk leaves the old one, or none, and never half of one.
/// What is no file (a pipe, `/dev/stdout`) is written as it is.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_special(path) {
        return fs::write(path, bytes);
    }
    let mut partial = Partial::new(path)?;
    partial.file.write_all(bytes)?;
    partial.keep()
}

/// Whether [`write_whole`] can begin there, to be known before anything that takes long; nothing is
/// left of it.
pub fn check_whole(path: &Path) -> io::Result<()> {
    if !is_special(path) {
        drop(Partial::new(path)?);
    }
    Ok(())
}

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).expect("lists").count()
    }

    #[test]
    fn what_was_there_stays_until_all_of_the_new_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.html");
        write_whole(&path, b"old").expect("writes");
        let mut partial = Partial::new(&path).expect("begins");
        partial.file.write_all(b"ne").expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), b"old");
        drop(partial);
        assert_eq!(
            (fs::read(&path).expect("reads"), entries(folder.path())),
            (b"old".to_vec(), 1)
        );
        write_whole(&path, b"new").expect("writes");
        assert_eq!(
            (fs::read(&path).expect("reads"), entries(folder.path())),
            (b"new".to_vec(), 1)
        );
    }

    #[test]
    fn links_and_permissions_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("page.html"), folder.path().join("link"));
        write_whole(&path, b"old").expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets");
        symlink("page.html", &link).expect("links");
        write_whole(&link, b"new").expect("writes");
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).expect("reads"), b"new");
        let mode = fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_file_is_written_as_it_is() {
        write_whole(Path::new("/dev/null"), b"gone").expect("writes");
        check_whole(Path::new("/dev/null")).expect("can be written");
        assert!(!fs::metadata("/dev/null").expect("is there").is_file());
        assert!(write_whole(Path::new("/dev/full"), b"lost").is_err());
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check_whole(folder.path()).is_err(), "a folder");
        assert!(check_whole(&folder.path().join("no/file")).is_err());
        assert!(check_whole(Path::new("/proc/file")).is_err());
        check_whole(&folder.path().join("file")).expect("can be written");
        assert_eq!(entries(folder.path()), 0);
    }
}
