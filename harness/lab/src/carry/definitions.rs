//! The files of definitions that a bundle carries: enough to read them all again.

use std::io;
use std::path::{Path, PathBuf};

use crate::build::files;
use crate::define::{Definitions, Workload};

/// The folder of definitions in a bundle.
pub(super) const LAB: &str = "lab";

/// Every file, each with its path below the lab's folder.
pub(super) fn of(definitions: &Definitions) -> io::Result<Vec<(String, PathBuf)>> {
    let root = definitions.lab.path();
    let mut found = Vec::new();
    for folder in ["scenarios", "harness/commands", "harness/servers"] {
        let folder = root.join(folder);
        if folder.is_dir() {
            found.extend(files(&folder)?);
        }
    }
    for runner in definitions
        .runners
        .iter()
        .filter(|one| one.version.is_none())
    {
        if runner.build.program.is_some() {
            found.extend(files(&runner.folder)?);
        } else {
            found.push(runner.folder.join("runner.toml"));
            // It says which version of the runtime the checkout has.
            found.push(runner.folder.join("Cargo.lock"));
        }
    }
    found.push(definitions.lab.dockerfile());
    found.retain(|path| path.is_file());
    let named = |path: PathBuf| (name_in(LAB, root, &path), path);
    let mut all: Vec<(String, PathBuf)> = found.into_iter().map(named).collect();
    for workload in &definitions.workloads {
        // One that is in a folder of its own is one of the lab's in the bundle.
        let inside = format!("{LAB}/workloads/{}", workload.name);
        let files = of_workload(workload)?.into_iter();
        let named = |path: PathBuf| (name_in(&inside, &workload.folder, &path), path);
        all.extend(files.filter(|path| path.is_file()).map(named));
    }
    Ok(all)
}

/// The name in the bundle of a file in a folder that is `inside` there.
fn name_in(inside: &str, folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    format!("{inside}/{}", below.display())
}

/// The definition of a workload, the outputs that are right, what of it is given, and what it is
/// granted.
fn of_workload(workload: &Workload) -> io::Result<Vec<PathBuf>> {
    let folder = &workload.folder;
    let mut found: Vec<PathBuf> = workload
        .expected_files()
        .map(|file| folder.join(file))
        .collect();
    found.push(folder.join("workload.toml"));
    found.extend(workload.artifacts.values().map(|given| given.path.clone()));
    if let Some(granted) = workload.grant_files() {
        found.extend(every(&granted)?);
    }
    Ok(found)
}

/// Every file below a folder, hidden ones too: a guest is granted all of them.
fn every(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(every(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
