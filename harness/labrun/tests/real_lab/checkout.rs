//! A copy of this lab, to which a test adds something.

use std::fs;
use std::path::{Path, PathBuf};

/// All that planning, building and measuring take from a checkout.
const PARTS: [&str; 8] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile.baseline",
    "harness",
    "reports",
    "scenarios",
    "workloads",
];

/// A copy. Its folder is always the same, so that what was compiled for it the last time is
/// there the next time.
pub(crate) struct Checkout(PathBuf);

impl Checkout {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // What an earlier test run left to be looked at.
        let _ = fs::remove_dir_all(&folder);
        for part in PARTS {
            copy(&crate::lab().join(part), &folder.join(part));
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Copies something in it.
    pub(crate) fn copy(&self, from: &str, to: &str) {
        copy(&self.0.join(from), &self.0.join(to));
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes a folder");
        fs::write(path, text).expect("writes a file");
    }

    /// Replaces what a file has once.
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        self.write(file, &text.replace(from, to));
    }
}

/// A file or a folder, without what cargo made in it.
fn copy(from: &Path, to: &Path) {
    if from.ends_with("target") {
        return;
    }
    if from.is_file() {
        fs::create_dir_all(to.parent().expect("a folder")).expect("makes a folder");
        fs::copy(from, to).expect("copies a file");
        return;
    }
    for entry in fs::read_dir(from).expect("lists a folder") {
        let name = entry.expect("an entry").file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}
