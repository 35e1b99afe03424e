//! `/file/NAME`: a file of the granted directory, and nothing outside of it.

use std::fs;
use std::io;
use std::path::Path;

use crate::Response;

/// Largest file, in bytes, that is served.
const LIMIT: u64 = 64 << 20;

/// Answers with the file `name` of the directory `files`.
pub(crate) fn answer(name: &str, files: &Path) -> Response {
    if !is_plain(name) {
        return Response::error(
            400,
            "a file name has letters, digits, '-', '_' and '.', and starts with no '.'",
        );
    }
    match read(&files.join(name)) {
        Ok(Some(content)) => Response::ok(content_type(name), content),
        Ok(None) => Response::error(404, "there is no such file"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Response::error(404, "there is no such file")
        }
        Err(error) => Response::error(500, &format!("cannot read the file: {error}")),
    }
}

/// Whether `name` can mean nothing but a file in the directory itself.
fn is_plain(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && name.len() <= 255 && !name.starts_with('.') && name.bytes().all(known)
}

/// The content of a regular file. A symbolic link is not followed: it could lead
/// out of the directory, which a sandbox would refuse and a process would not.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Ok(None);
    }
    if metadata.len() > LIMIT {
        return Err(io::Error::other(format!("it is over {LIMIT} bytes")));
    }
    fs::read(path).map(Some)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => "text/plain; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_with_its_type() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "hello").unwrap();
        let response = answer("a.txt", folder.path());
        assert_eq!((response.status, &response.body[..]), (200, &b"hello"[..]));
        assert_eq!(
            response.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
    }

    #[test]
    fn what_is_not_a_file_is_404() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        for name in ["missing", "folder", "link"] {
            assert_eq!(answer(name, folder.path()).status, 404, "{name}");
        }
    }

    #[test]
    fn traversal_is_400() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "/etc/passwd",
            "..%2fx",
            "%2e%2e",
            "a\\b",
            "a\0",
            ".hidden",
            "é",
        ] {
            assert_eq!(answer(name, folder.path()).status, 400, "{name}");
        }
    }
}
