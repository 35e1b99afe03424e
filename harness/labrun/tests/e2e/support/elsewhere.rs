//! A machine that has a bundle and nothing else: the lab is gone, and no compiler is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::bundle::{self, Contents};
use lab::interrupt::Interrupt;
use lab::progress::Silent;
use serde_json::Value;
use tempfile::TempDir;

use super::lab::Lab;
use super::live::Live;
use super::ran::Ran;
use super::template;

/// The folder in which a bundle lies where no lab is.
pub(crate) struct Elsewhere {
    lab: Lab,
    #[expect(dead_code, reason = "held, so that it goes with the test")]
    away: TempDir,
}

/// The files of a bundle, by their names inside, and whether each may be run.
pub(crate) type Files = BTreeMap<String, (Vec<u8>, bool)>;

impl Elsewhere {
    /// Bundles by `labrun bundle ... --out b.tar.zst`, and takes the lab away.
    pub(crate) fn with(lab: Lab, args: &[&str]) -> Self {
        let args = [&["bundle", "--out", "b.tar.zst"], args].concat();
        lab.run(args).exit(0).stdout_has("b.tar.zst");
        let away = tempfile::tempdir_in(template::folder()).expect("makes a folder");
        let gone = away.path().join("lab");
        fs::rename(lab.path(), &gone).expect("takes the lab away");
        fs::create_dir_all(lab.path().join("nothing")).expect("makes folders");
        fs::copy(gone.join("b.tar.zst"), lab.path().join("b.tar.zst")).expect("carries it");
        Self { lab, away }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        self.lab.path()
    }

    /// The bundle.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.path().join("b.tar.zst")
    }

    /// labrun with no program on `PATH`.
    pub(crate) fn labrun(&self, args: &[&str]) -> Command {
        let mut command = self.lab.labrun(args);
        command.env("PATH", self.path().join("nothing"));
        command.env("CARGO_TARGET_DIR", self.path().join("no-target"));
        command.env("CARGO_HOME", self.path().join("no-cargo"));
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.start(self.labrun(args)).ended()
    }

    /// Measures into the folder `out`, which is there afterwards if a run is.
    pub(crate) fn measure(&self, out: &str, args: &[&str]) -> Ran {
        let args = [&["scenario", "--out", out], args].concat();
        let command = self.labrun(&args);
        self.lab.start(command, &self.path().join(out)).ended()
    }

    /// Starts a command of [`labrun`](Self::labrun) that writes to the folder `run`.
    pub(crate) fn start(&self, command: Command) -> Live {
        self.lab.start(command, &self.path().join("run"))
    }

    /// Unpacks the bundle into a folder.
    pub(crate) fn unpack(&self, folder: &str) -> bundle::Opened {
        let into = self.path().join(folder);
        fs::create_dir(&into).expect("makes a folder");
        let never = Interrupt::never().expect("makes one");
        bundle::open(&self.bundle(), &into, &never, &Silent).expect("opens the bundle")
    }

    /// Writes the bundle `name` with what `edit` makes of files and contents: whole, with right
    /// digests.
    pub(crate) fn altered(&self, name: &str, edit: impl FnOnce(&mut Files, &mut Value)) {
        let opened = self.unpack(&format!("of-{name}"));
        let files = opened.files().iter().map(|(name, entry)| {
            let bytes = fs::read(opened.folder().join(name)).expect("reads a file");
            (name.clone(), (bytes, entry.executable))
        });
        let (mut files, mut contents): (Files, _) = (files.collect(), opened.manifest().clone());
        // Nothing here runs it, and it is nearly all of a bundle.
        files.insert("labrun".to_owned(), (b"labrun".to_vec(), true));
        edit(&mut files, &mut contents);
        let mut written = Contents::new();
        for (name, (bytes, executable)) in files {
            let added = written.add_bytes(&name, bytes, executable);
            added.expect("adds a file");
        }
        let never = Interrupt::never().expect("makes one");
        let written = written.write(&self.path().join(name), &contents, &never, &Silent);
        written.expect("writes the bundle");
    }
}
