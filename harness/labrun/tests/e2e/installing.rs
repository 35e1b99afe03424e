//! `scripts/install-products` removes and replaces files in its folder: only in one of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::folder;

/// Runs it for npm's products where there is no npm, so that nothing is fetched.
fn install(into: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/install-products");
    let tools = tempfile::tempdir_in(folder()).expect("makes a folder");
    for tool in ["bash", "mkdir", "ls"] {
        let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
        let found = found
            .iter()
            .find(|path| path.is_file())
            .expect("it is here");
        std::os::unix::fs::symlink(found, tools.path().join(tool)).expect("links");
    }
    Command::new(tools.path().join("bash"))
        .arg(script)
        .arg("npm")
        .env("PATH", tools.path())
        .env("LABRUN_PRODUCTS", into)
        .output()
        .expect("runs")
}

#[test]
fn a_folder_that_somebody_uses_is_refused_as_it_is() {
    let mine = tempfile::tempdir_in(folder()).expect("makes a folder");
    fs::write(mine.path().join("log"), "what I noted").expect("writes");
    fs::create_dir(mine.path().join("target")).expect("makes a folder");
    let ran = install(mine.path());
    let told = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.contains("was not made by this script"), "{told}");
    let log = fs::read_to_string(mine.path().join("log")).expect("reads");
    assert_eq!(log, "what I noted");
    assert!(!mine.path().join("bin").exists());
}

#[test]
fn one_that_is_empty_or_its_own_is_used() {
    let parent = tempfile::tempdir_in(folder()).expect("makes a folder");
    let fresh = parent.path().join("not/yet/there");
    for into in [parent.path().join("empty"), fresh.clone(), fresh] {
        if into.ends_with("empty") {
            fs::create_dir(&into).expect("makes a folder");
        }
        let ran = install(&into);
        let told = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{told}");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(said.trim(), into.join("bin").to_string_lossy());
        assert!(into.join(".labrun-products").is_file());
    }
}
