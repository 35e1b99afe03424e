//! The guest `right`, built once for all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::lab::Lab;
use super::package;
use super::runner::{GOOD_JOB, Runner};

/// A folder for all that the tests make, inside cargo's target folder.
pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e");
    fs::create_dir_all(&folder).expect("makes a folder");
    folder
}

/// Writes the guest that does its job.
pub(super) fn write_right(lab: &Path) {
    let source = "fn main() {\n    println!(\"right\");\n}\n";
    let targets = r#"["native", "wasip1"]"#;
    package::write(
        &lab.join("workloads/right"),
        "right",
        targets,
        "[run]",
        source,
    );
}

/// A target folder in which `right` is built for every target: once for all tests.
fn template() -> PathBuf {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET
        .get_or_init(|| {
            let target = folder().join("template");
            let lab = Lab::unbuilt().runner(&Runner::new("good", GOOD_JOB));
            let mut build = lab.labrun(["build", "-i", "native/*", "-i", "good/*"]);
            build.env("CARGO_TARGET_DIR", &target);
            lab.start(build, lab.path()).ended().exit(0);
            target
        })
        .clone()
}

/// Notes in the target folder `to` that `right` is built: the stamps of artifacts name
/// their files.
pub(super) fn copy_stamps(to: &Path) {
    let (from, to) = (template().join("labrun/stamps"), to.join("labrun/stamps"));
    for key in entries(&from) {
        let name = key.file_name().expect("a name");
        // An older labrun kept a stamp as a file, which a kept target folder may still have.
        if name.to_string_lossy().starts_with("artifact-") && key.is_dir() {
            fs::create_dir_all(to.join(name)).expect("makes a folder");
            for stamp in entries(&key) {
                let copy = to.join(name).join(stamp.file_name().expect("a name"));
                fs::copy(&stamp, copy).expect("copies a stamp");
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("lists a folder");
    let entries = entries.map(|entry| entry.expect("lists a folder").path());
    entries.collect()
}
