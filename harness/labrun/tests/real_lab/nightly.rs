//! `scripts/nightly` on this lab, with a bare repository: nights that come one after another, and
//! nights that end at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{alone, lab, target};

/// A night of little: what is measured is not the question here.
const NIGHT: [&str; 9] = [
    "--scenario",
    "cold-start",
    "--no-bundle",
    "-w",
    "add",
    "-i",
    "native/static",
    "-r",
    "6",
];

/// A bare repository, and folders beside it.
struct Nights(TempDir);

impl Nights {
    fn new() -> Self {
        let nights = Self(tempfile::tempdir().expect("makes a folder"));
        let made = Command::new("git")
            .args(["init", "--quiet", "--bare"])
            .arg(nights.path("nights.git"))
            .status();
        assert!(made.expect("git runs").success(), "a repository is made");
        nights
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A night with a clone of its own.
    fn night(&self, clone: &str) -> Output {
        Command::new(lab().join("scripts/nightly"))
            .env("LABRUN", env!("CARGO_BIN_EXE_labrun"))
            .env("CARGO_TARGET_DIR", target())
            .env_remove("LABRUN_LAB")
            .env_remove("GITHUB_ACTIONS")
            .env("GITHUB_STEP_SUMMARY", self.path("summary.md"))
            .arg("--remote")
            .arg(self.path("nights.git"))
            .arg("--history")
            .arg(self.path(clone))
            .arg("--runs")
            .arg(self.path("runs"))
            .args(NIGHT)
            .output()
            .expect("it starts")
    }

    /// The runs, and the checks, that are in the repository.
    fn pushed(&self) -> [usize; 2] {
        let listed = Command::new("git")
            .arg("--git-dir")
            .arg(self.path("nights.git"))
            .args(["ls-tree", "-r", "--name-only", "labrun-data"])
            .output()
            .expect("git runs");
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        ["runs/", "checks/"]
            .map(|part| listed.lines().filter(|name| name.starts_with(part)).count())
    }
}

fn assert_fine(night: &Output) {
    let said = String::from_utf8_lossy(&night.stderr);
    assert_eq!(night.status.code(), Some(0), "{said}");
}

fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("reads a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[test]
fn a_second_clone_has_the_nights_of_both() {
    let _one = alone();
    let nights = Nights::new();
    assert_fine(&nights.night("first"));
    assert_eq!(nights.pushed(), [1, 1]);
    assert_fine(&nights.night("second"));
    assert_eq!(nights.pushed(), [2, 2]);
    let here = ["runs", "checks"].map(|part| files(&nights.path("second").join(part)));
    assert_eq!(here, [2, 2]);
    let summary = fs::read_to_string(nights.path("summary.md")).expect("reads");
    assert_eq!(summary.matches("## Night ").count(), 2, "{summary}");
}

/// Each has seen an empty repository, so that whichever is not the first is refused.
#[test]
fn nights_that_end_at_once_are_all_recorded() {
    let _one = alone();
    let nights = Nights::new();
    let at_once: Vec<Output> = std::thread::scope(|scope| {
        let begun = ["a", "b", "c"].map(|clone| {
            let nights = &nights;
            scope.spawn(move || nights.night(clone))
        });
        begun
            .into_iter()
            .map(|night| night.join().expect("it ends"))
            .collect()
    });
    at_once.iter().for_each(assert_fine);
    assert_eq!(nights.pushed(), [3, 3]);
}
