//! Reading what has to be a regular file. A named pipe would be waited for without end, and a device may
//! have none.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Opens it; whatever else has that name is an error that says what it is.
pub fn open(path: &Path) -> io::Result<File> {
    // To open a device may do something already.
    check(fs::metadata(path)?.file_type())?;
    // Should it be a pipe by now, it is not waited for; of a regular file that changes nothing.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)?;
    check(file.metadata()?.file_type())?;
    Ok(file)
}

/// All bytes of it.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All of it, as text.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// That something is a regular file; else what it is.
pub fn check(kind: FileType) -> io::Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {}, and no regular file", name(kind)),
    ))
}

/// That a folder holds nothing but folders, links and regular files, as deep as it goes; else what is in it.
/// Links are not followed.
pub fn check_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            check_all(&path)?;
        } else if !kind.is_symlink() {
            let named = |error: io::Error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            };
            check(kind).map_err(named)?;
        }
    }
    Ok(())
}

/// What something is called that is no regular file.
pub fn name(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_is_no_regular_file_is_named_and_never_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").expect("writes");
        assert_eq!(read_to_string(&path("file")).expect("reads"), "text");
        let made = std::process::Command::new("mkfifo")
            .arg(path("pipe"))
            .status();
        assert!(made.expect("mkfifo runs").success());
        let _socket = UnixListener::bind(path("socket")).expect("listens");
        std::os::unix::fs::symlink(path("pipe"), path("link")).expect("links");
        for (name, what) in [
            ("pipe", "a named pipe"),
            ("link", "a named pipe"),
            ("", "a folder"),
        ] {
            let error = read(&path(name)).expect_err(name).to_string();
            assert!(error.starts_with(&format!("it is {what}")), "{error}");
        }
        let device = read(Path::new("/dev/zero")).expect_err("has no end");
        assert!(device.to_string().contains("a device"), "{device}");
        assert!(read(&path("socket")).is_err() && read(&path("gone")).is_err());
    }

    #[test]
    fn what_is_deep_in_a_folder_is_named_with_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("one/two");
        std::fs::create_dir_all(&deep).expect("makes it");
        std::fs::write(deep.join("file"), "text").expect("writes");
        // Where a link leads to is not looked at: as a link it is copied.
        std::os::unix::fs::symlink("/dev/zero", deep.join("link")).expect("links");
        check_all(folder.path()).expect("all of it can be copied");
        let _socket = UnixListener::bind(deep.join("socket")).expect("listens");
        let error = check_all(folder.path()).expect_err("it cannot").to_string();
        assert!(
            error.ends_with("one/two/socket: it is a socket, and no regular file"),
            "{error}"
        );
        check_all(&folder.path().join("gone")).expect_err("it is not there");
    }
}
