//! The copy of a runner's package, and of what the runners share beside it.

use std::fs;
use std::io;
use std::path::Path;

use crate::build::inputs::files;

/// What is written by others in the copy.
const OWN: [&str; 3] = ["Cargo.toml", "Cargo.lock", super::lock::FROM];

/// Makes `to` hold the files of the package `from`, and its parent the sources that lie
/// beside `from`. What is the same already is left alone, so that cargo does not build it
/// again, and two labs do not disturb each other.
pub(super) fn package(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for path in files(from)? {
        let inside = path.strip_prefix(from).unwrap_or(&path);
        if !is_own(inside) {
            same(&path, &to.join(inside))?;
        }
    }
    for path in files(to)? {
        let inside = path.strip_prefix(to).unwrap_or(&path);
        if !is_own(inside) && !from.join(inside).exists() {
            fs::remove_file(&path)?;
        }
    }
    if let (Some(beside), Some(to)) = (from.parent(), to.parent()) {
        for entry in fs::read_dir(beside)? {
            let entry = entry?;
            if Path::new(&entry.file_name())
                .extension()
                .is_some_and(|end| end == "rs")
            {
                same(&entry.path(), &to.join(entry.file_name()))?;
            }
        }
    }
    Ok(())
}

fn is_own(inside: &Path) -> bool {
    OWN.iter().any(|own| Path::new(own) == inside)
}

fn same(from: &Path, to: &Path) -> io::Result<()> {
    write(to, &fs::read(from)?)
}

/// Writes a file unless it has these contents already.
pub(super) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_what_the_package_has_and_no_more() {
        let root = tempfile::tempdir().expect("a folder");
        let at = |name: &str| root.path().join(name);
        let put = |name: &str, text: &str| write(&at(name), text.as_bytes()).expect("written");
        put("runners/one/src/main.rs", "fn main() {}");
        put("runners/one/src/old.rs", "");
        put("runners/one/Cargo.toml", "[package]");
        put("runners/one/target/x", "built");
        put("runners/shared.rs", "fn f() {}");
        package(&at("runners/one"), &at("to/one")).expect("copied");
        assert!(at("to/one/src/old.rs").exists() && at("to/shared.rs").exists());
        // The manifest is written by another.
        assert!(!at("to/one/Cargo.toml").exists() && !at("to/one/target").exists());

        put("to/one/Cargo.lock", "locked");
        fs::remove_file(at("runners/one/src/old.rs")).expect("removed");
        put("runners/one/src/main.rs", "fn main() { }");
        package(&at("runners/one"), &at("to/one")).expect("copied");
        assert!(!at("to/one/src/old.rs").exists() && at("to/one/Cargo.lock").exists());
        let text = fs::read_to_string(at("to/one/src/main.rs")).expect("read");
        assert_eq!(text, "fn main() { }");
    }
}
