//! TOML: workloads, runners, products, and scenarios, which are planned too.
//!
//! An input begins with a line that says which file of the lab it takes the place of.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lab::catalog::profiles;
use lab::define::{Asked, Definitions, LabFolder, ProductDefinition, RunnerDefinition, Workload};
use lab::glob::glob_set;
use lab::isolation::Profile;
use lab::plan::{Plan, RunOptions};
use lab::select::{Names, Selection};
use tempfile::TempDir;

use crate::corpus::{folder, repository};
use crate::feed::feed;

/// Isolations that differ in what can be planned for them. All of them would take a hundred times
/// as long, and be nothing new.
const ISOLATIONS: [&str; 9] = [
    "native/static",
    "native/in-process",
    "bubblewrap/unshare-all",
    "docker/runc",
    "docker/runc-debian",
    "containerd/runc",
    "wasmtime/pooling-aot",
    "wasmer-cli/precompiled",
    "wasmtime-serve/reused",
];

#[test]
fn scenarios_are_planned_or_refused() {
    let lab = Lab::new();
    let files = lab.files("scenarios/");
    feed("scenarios", 50, inputs(&files), |input| {
        let Some((file, text)) = file_of(input, &files) else {
            return;
        };
        let path = lab.path().join(file);
        fs::write(&path, text).expect("writes a definition");
        let name = path.file_stem().and_then(|name| name.to_str());
        if let Ok(asked) = lab.folder.asked(name.expect("a name")) {
            for plan in [false, true]
                .iter()
                .filter_map(|quick| lab.plan(&asked, *quick))
            {
                assert!(plan.cases().all(|(_, case)| !case.rows.is_empty()));
            }
        }
        // Others may name it as a part.
        fs::write(&path, &files[file]).expect("writes it as it was");
    });
}

#[test]
fn definitions_are_read_or_refused() {
    let lab = Lab::new();
    let mut files = lab.files("");
    files.retain(|file, _| !file.starts_with("scenarios/"));
    feed("definitions", 150, inputs(&files), |input| {
        let Some((file, text)) = file_of(input, &files) else {
            return;
        };
        let path = lab.path().join(file);
        fs::write(&path, text).expect("writes a definition");
        let folder = path.parent().expect("it is in a folder");
        match path.file_name().and_then(|name| name.to_str()) {
            Some("workload.toml") => {
                if let Ok(read) = Workload::read(folder) {
                    for steady in &read.steady {
                        let _ = read.batches(steady, u32::MAX);
                    }
                }
            }
            Some("runner.toml") => {
                if let Ok(read) = RunnerDefinition::read(folder) {
                    profiles(&[read], &[]);
                }
            }
            Some("server.toml") => {
                if let Ok(read) = ProductDefinition::read_server(folder) {
                    profiles(&[], &[read]);
                }
            }
            _ => {
                if let Ok(read) = ProductDefinition::read_command(&path) {
                    profiles(&[], &[read]);
                }
            }
        }
    });
}

fn inputs(files: &BTreeMap<String, Vec<u8>>) -> Vec<Vec<u8>> {
    let input = |(file, text): (&String, &Vec<u8>)| [file.as_bytes(), b"\n", text].concat();
    files.iter().map(input).collect()
}

/// The file that an input takes the place of.
fn file_of<'a>(
    input: &'a [u8],
    files: &'a BTreeMap<String, Vec<u8>>,
) -> Option<(&'a str, &'a [u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let (first, text) = (&input[..end], &input[end + 1..]);
    let known = files.keys().find(|file| file.as_bytes() == first);
    let file = known.or_else(|| files.keys().next())?;
    Some((file.as_str(), text))
}

/// A copy of this repository's definitions, whose files may be written over.
pub(crate) struct Lab {
    root: TempDir,
    pub(crate) folder: LabFolder,
    /// As they are in the repository, of [`ISOLATIONS`] alone.
    pub(crate) workloads: Vec<Workload>,
    pub(crate) profiles: Vec<Profile>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let root = folder();
        for part in [
            "scenarios",
            "workloads",
            "harness/commands",
            "harness/runners",
            "harness/servers",
        ] {
            copy(&repository().join(part), &root.path().join(part));
        }
        let folder = LabFolder::find(Some(root.path()), root.path()).expect("it is a lab");
        let read = Definitions::read(folder.clone()).expect("its definitions");
        let mut profiles = profiles(&read.runners, &read.products);
        profiles.retain(|profile| ISOLATIONS.contains(&profile.name.as_str()));
        assert_eq!(profiles.len(), ISOLATIONS.len());
        Self {
            root,
            folder,
            workloads: read.workloads,
            profiles,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Its definitions below a folder, by their paths inside.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for path in tomls(&self.path().join(below)) {
            let inside = path.strip_prefix(self.path()).expect("it is inside");
            let text = fs::read(&path).expect("reads a definition");
            found.insert(inside.to_str().expect("plain text").to_owned(), text);
        }
        found
    }

    /// The plan of a run of some scenarios; none where a glob of theirs is none.
    pub(crate) fn plan(&self, asked: &Asked, quick: bool) -> Option<Plan> {
        let selection = Selection {
            quick,
            ..Selection::default()
        };
        let names = Names::of(&[], &self.profiles);
        let selected = selection.resolve(&asked.scenarios, &names).ok()?;
        let globs = asked.scenarios.iter().map(|one| glob_set(&one.isolations));
        let globs: Vec<_> = globs.collect::<Option<_>>()?;
        let parts = asked.scenarios.iter().zip(globs).zip(&selected);
        Some(lab::plan::plan(&lab::plan::Asked {
            scenario: &asked.name,
            question: &asked.question,
            parts: parts
                .map(|((one, globs), selected)| (one, globs, selected))
                .collect(),
            workloads: &self.workloads,
            profiles: &self.profiles,
            arch: std::env::consts::ARCH,
            options: &RunOptions {
                quick,
                ..RunOptions::default()
            },
        }))
    }
}

fn tomls(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("lists a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(tomls(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found
}

/// Copies a folder without its packages: their sources and manifests are nothing of a definition.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("makes a folder");
    for entry in fs::read_dir(from).expect("lists a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if path.is_dir() {
            if !["src", "target", "tests", "benches"]
                .iter()
                .any(|other| name == *other)
            {
                copy(&path, &to.join(name));
            }
        } else if name != "Cargo.toml" {
            fs::copy(&path, to.join(name)).expect("copies a file");
        }
    }
}
