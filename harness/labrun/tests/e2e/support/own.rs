//! A user who has programs, and no checkout: an empty folder, from which labrun is told where the lab
//! is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::lab::Lab;
use super::live::Live;
use super::ran::Ran;
use super::template;

/// A user with a folder of their own.
pub(crate) struct User {
    lab: Lab,
    folder: TempDir,
    /// What the lab held before.
    before: BTreeMap<PathBuf, Vec<u8>>,
}

impl User {
    /// One who measures with this lab.
    pub(crate) fn of(lab: Lab) -> Self {
        let folder = tempfile::tempdir_in(template::folder()).expect("makes a folder");
        Self {
            before: files(lab.path()),
            lab,
            folder,
        }
    }

    /// A path in their folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has a file.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("makes a folder");
        fs::write(&path, bytes).expect("writes a file");
        path
    }

    /// Has a copy of a program.
    pub(crate) fn program(&self, name: &str, of: &Path) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("makes a folder");
        fs::copy(of, &path).expect("copies a program");
        path
    }

    /// The program `right` of the lab, linked statically: it prints `right`.
    pub(crate) fn right(&self, name: &str) -> PathBuf {
        self.built(name, "right", "native/static")
    }

    /// A guest that was added to the lab, linked statically.
    pub(crate) fn guest(&self, name: &str) -> PathBuf {
        self.built(name, name, "native/static")
    }

    /// The same as a module.
    pub(crate) fn module(&self, name: &str) -> PathBuf {
        self.built(name, "right", "good/plain")
    }

    fn built(&self, name: &str, workload: &str, isolation: &str) -> PathBuf {
        let args = ["build", "--json", "-w", workload, "-i", isolation];
        let ran = self.lab.run(args);
        let built = ran.exit(0).json()["built"].clone();
        let mut built = built.as_array().expect("a list").iter();
        let right = built.find(|one| {
            let what = one["what"].as_str().unwrap_or_default();
            what.starts_with(&format!("{workload} for "))
        });
        let path = right.expect("it is built")["path"].clone();
        self.program(name, Path::new(path.as_str().expect("a path")))
    }

    /// Runs labrun in their folder, with variables.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        self.start(args, variables).ended()
    }

    /// Begins to measure a scenario into the folder `run`.
    pub(crate) fn begin(&self, args: &[&str]) -> Live {
        let args = [&["scenario", "--out", "run"], args].concat();
        self.start(&args, &[])
    }

    fn start(&self, args: &[&str], variables: &[(&str, &str)]) -> Live {
        let mut command = self.lab.labrun(["--lab"]);
        command.arg(self.lab.path()).args(args);
        command.current_dir(self.folder.path());
        command.envs(variables.iter().copied());
        self.lab.start(command, &self.path("run"))
    }

    /// Measures cold starts into the folder `run`, which is made anew.
    pub(crate) fn measure(&self, args: &[&str]) -> Ran {
        self.measure_with(args, &[])
    }

    /// The same with variables.
    pub(crate) fn measure_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        self.ask("cold-start", args, variables)
    }

    /// Another scenario.
    pub(crate) fn ask(&self, scenario: &str, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let _ = fs::remove_dir_all(self.path("run"));
        let args = [&["scenario", scenario, "--out", "run"], args].concat();
        self.run_with(&args, variables)
    }

    /// No file of the lab was touched, but for what it builds and the tests look at.
    #[track_caller]
    pub(crate) fn lab_is_untouched(&self) {
        assert!(files(self.lab.path()) == self.before, "the lab was changed");
    }
}

/// The files of a lab, its target folder and what labrun keeps of the user left out.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("lists a folder") {
        let entry = entry.expect("lists a folder");
        let (path, name) = (entry.path(), entry.file_name());
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), fs::read(&path).expect("reads a file"));
        }
    }
    all
}
