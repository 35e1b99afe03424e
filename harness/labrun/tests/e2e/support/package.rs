//! Guests: cargo packages without dependencies, each in a folder of its own.

use std::fs;
use std::path::Path;

/// What a guest has to print, or to answer.
pub(crate) const RIGHT: &str = "right\n";

/// Writes the folder of a workload: its package and its `workload.toml`.
pub(crate) fn write(folder: &Path, name: &str, targets: &str, how: &str, source: &str) {
    let files = [
        (
            "Cargo.toml",
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n"
            ),
        ),
        (
            "Cargo.lock",
            format!("version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"0.0.0\"\n"),
        ),
        (
            "workload.toml",
            format!(
                "name = \"{name}\"\nsummary = \"a guest of the tests\"\ntargets = {targets}\n\n{how}\nexpected = \"expected.txt\"\n"
            ),
        ),
        ("expected.txt", RIGHT.to_owned()),
        ("src/main.rs", source.to_owned()),
    ];
    fs::create_dir_all(folder.join("src")).expect("makes a package");
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("writes a package");
    }
}
