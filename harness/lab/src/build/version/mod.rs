//! Other versions of a runtime, beside the one that the checkout has. Each is a generated
//! copy of the runner's package in the store, with a lockfile and a target folder of its
//! own; nothing in the checkout changes.
//!
//! `<store>/versions/wasmtime@47.0.4/`:
//! * `source/wasmtime/`: the package; beside it what the runners share
//! * `target/`: cargo's
//! * `listed`: it was built once, so that it is an isolation like any other

mod asked;
mod copy;
mod lock;
mod manifest;
mod naming;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use super::store::Store;
use super::toolchain::Toolchain;
use crate::define::{RunnerDefinition, Versions};

pub use asked::{AskedVersion, VersionError};

/// What a version is built from, and where.
#[derive(Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// That of a version in the store.
    pub(crate) fn of(store: &Store, runtime: &str, version: &Version) -> Self {
        Self(store.path(&format!("versions/{runtime}@{version}")))
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> PathBuf {
        self.0.join("target")
    }

    /// Its lockfile.
    pub(crate) fn lockfile(&self, runtime: &str) -> PathBuf {
        self.source(runtime).join("Cargo.lock")
    }

    fn source(&self, runtime: &str) -> PathBuf {
        self.0.join("source").join(runtime)
    }

    fn mark(&self) -> PathBuf {
        self.0.join("listed")
    }

    /// Whether there is anything of it, such as what a lab that was killed has left.
    pub(crate) fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Whether it is listed.
    pub(crate) fn is_listed(&self) -> bool {
        self.mark().is_file()
    }

    /// From now on it is listed.
    pub(crate) fn list(&self) -> io::Result<()> {
        fs::write(self.mark(), "")
    }

    /// Removes all of it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        // Not listed first: a removal that breaks off leaves no half of a version.
        for removed in [fs::remove_file(self.mark()), fs::remove_dir_all(&self.0)] {
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes the copy of a runner's package what it has to be for `version`; gives its
    /// folder. The lockfile is made anew where the runner's own, or what it asks for, is
    /// another one than before.
    pub(crate) fn prepare(
        &self,
        toolchain: &Toolchain,
        definition: &RunnerDefinition,
        versions: &Versions,
        version: &Version,
    ) -> Result<PathBuf, String> {
        let fault = |error: io::Error| format!("cannot copy the runner's package: {error}");
        let package = self.source(definition.runtime());
        copy::package(&definition.folder, &package).map_err(fault)?;
        let own = definition.folder.join("Cargo.toml");
        let own = fs::read_to_string(&own).map_err(fault)?;
        let written = manifest::rewrite(&own, &definition.folder, versions, version)
            .map_err(|reason| format!("{}: {reason}", definition.folder.display()))?;
        lock::ensure(toolchain, &package, &written, definition, versions, version)?;
        Ok(package)
    }
}

/// The runners, and after each the versions of it that were built.
pub fn with_versions(store: &Store, runners: Vec<RunnerDefinition>) -> Vec<RunnerDefinition> {
    let mut all = Vec::new();
    for mut own in runners {
        let Some(versions) = &own.versions else {
            all.push(own);
            continue;
        };
        let current = current(&own, versions);
        let listed = listed(store, &own.name);
        let every: Vec<&Version> = current.iter().chain(&listed).collect();
        if let Some(current) = &current {
            own.also = naming::also(&own.name, current);
        }
        let others = listed.iter().map(|version| {
            let name = naming::name(&own.name, version, &every);
            of(&own, version, name)
        });
        let others: Vec<RunnerDefinition> = others.collect();
        all.push(own);
        all.extend(others);
    }
    all
}

/// The definition of another version of `own` with its name among the versions that there are.
pub(crate) fn version_of(
    own: &RunnerDefinition,
    version: &Version,
    runners: &[RunnerDefinition],
) -> RunnerDefinition {
    let versions = own.versions.as_ref();
    let current = versions.and_then(|versions| current(own, versions));
    let same = runners.iter().filter(|other| other.runtime() == own.name);
    let others = same.filter_map(|other| other.version.as_ref());
    let every: Vec<&Version> = current.iter().chain(others).chain([version]).collect();
    of(own, version, naming::name(&own.name, version, &every))
}

/// The definition of another version of `own`, before it has its place among others.
pub(crate) fn unnamed(own: &RunnerDefinition, version: &Version) -> RunnerDefinition {
    of(own, version, format!("{}@{version}", own.name))
}

fn of(own: &RunnerDefinition, version: &Version, name: String) -> RunnerDefinition {
    let mut other = own.clone();
    other.also = naming::also(&own.name, version);
    for configuration in &mut other.configurations {
        let summary = &configuration.summary;
        configuration.summary = format!("{} {version}: {summary}", own.name);
    }
    other.name = name;
    other.version = Some(version.clone());
    other
}

/// The version that the checkout has: that of its lockfile.
pub(crate) fn current(own: &RunnerDefinition, versions: &Versions) -> Option<Version> {
    let found = lock::locked(&own.folder.join("Cargo.lock"), versions.crates.first()?);
    found.ok()?.first().cloned()
}

/// The versions of a runtime that are listed, in their order.
pub(crate) fn listed(store: &Store, runtime: &str) -> Vec<Version> {
    let Ok(entries) = fs::read_dir(store.path("versions")) else {
        return Vec::new();
    };
    let version = |path: &Path| {
        let (own, version) = path.file_name()?.to_str()?.split_once('@')?;
        let version = Version::parse(version).ok().filter(|_| own == runtime)?;
        let place = Place::of(store, runtime, &version);
        place.is_listed().then_some(version)
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut versions: Vec<Version> = paths.filter_map(|path| version(&path)).collect();
    versions.sort();
    versions
}
