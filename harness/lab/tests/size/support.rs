//! What the tests stand on: programs of this machine, files of their own, and skipping.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Says that a test was skipped, and why, where a person and `scripts/test` see it.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED {test}: {reason}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}

/// Whether a program is here; if not, the test is skipped.
pub(crate) fn has(test: &str, program: &str) -> bool {
    let there = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    there
        .map_err(|error| skip(test, &format!("cannot run {program}: {error}")))
        .is_ok()
}

/// What a program prints that has to succeed.
pub(crate) fn run(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Output {
    let program = program.as_ref();
    let output = Command::new(program).args(args).output().expect("it runs");
    assert!(
        output.status.success(),
        "{} {args:?}: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// A folder that goes with the value.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("makes a folder")
}

/// A file in the folder, which may be run.
pub(crate) fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("writes it");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("may be run");
    path
}

/// This test's own program.
pub(crate) fn own_program() -> PathBuf {
    std::env::current_exe().expect("it has a path")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("plain text")
}
