//! Removing a folder of the lab's own, and never what somebody has mounted in it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The name of the folder in which the lab mounts the roots of containers.
const ROOTS: &str = "roots";

/// Removes a folder and all in it, unless something is mounted on it or below: then nothing is removed.
pub(super) fn remove_all(folder: &Path) -> io::Result<()> {
    nothing_mounted_in(folder, &[])?;
    fs::remove_dir_all(folder)
}

/// Whether nothing is mounted on a folder or anywhere in it, but on those of the names `own` in it, where
/// the lab itself mounts; what is there may be somebody's. Below the one of roots the lab mounts too.
///
/// # Errors
/// With what is mounted there, and what to do.
pub(crate) fn nothing_mounted_in(folder: &Path, own: &[&str]) -> io::Result<()> {
    let folder = folder.canonicalize()?;
    let own: Vec<PathBuf> = own.iter().map(|name| folder.join(name)).collect();
    // A root, and what it is made of: `roots/NAME/root`.
    let is_own = |point: &PathBuf| {
        own.contains(point)
            || point
                .ancestors()
                .nth(2)
                .is_some_and(|roots| roots.ends_with(ROOTS) && own.iter().any(|own| own == roots))
    };
    let mounts = fs::read("/proc/self/mountinfo")?;
    match points(&mounts).find(|point| point.starts_with(&folder) && !is_own(point)) {
        None => Ok(()),
        Some(point) => Err(io::Error::other(format!(
            "something is mounted on {}, and nothing in it is removed: umount it",
            point.display()
        ))),
    }
}

/// The places in the text of `/proc/PID/mountinfo` (proc(5)): the fifth field of each line.
fn points(mounts: &[u8]) -> impl Iterator<Item = PathBuf> + '_ {
    let lines = mounts.split(|byte| *byte == b'\n');
    let fields = lines.filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    fields.map(|field| PathBuf::from(OsStr::from_bytes(&plain(field))))
}

/// A field without its escapes: a space, tab, newline or backslash is its octal number.
fn plain(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let number = after.get(..3).filter(|_| *first == b'\\');
        let number = number.and_then(|digits| std::str::from_utf8(digits).ok());
        let number = number.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        plain.push(number.unwrap_or(*first));
        rest = if number.is_some() { &after[3..] } else { after };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_without_their_escapes() {
        let text =
            b"36 35 98:0 / /mnt/a\\040b rw - ext3 /dev/root rw\n37 35 0:1 / /x\\134y rw - t t rw\n";
        let found: Vec<PathBuf> = points(text).collect();
        assert_eq!(found, ["/mnt/a b", "/x\\y"].map(PathBuf::from));
    }

    #[test]
    fn a_folder_with_nothing_mounted_in_it_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("own");
        fs::create_dir_all(own.join("below")).expect("makes it");
        remove_all(&own).expect("nothing is mounted");
        assert!(!own.exists());
    }

    #[test]
    fn what_is_mounted_is_named() {
        for folder in ["/", "/proc"] {
            let error = nothing_mounted_in(Path::new(folder), &[]).expect_err("is a mount");
            let named = format!("something is mounted on {folder}");
            assert!(error.to_string().contains(&named), "{error}");
        }
    }
}
