//! What was built, kept by digest, and the stamps that say from what.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use labrun_record::Artifact;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::turn::Turn;
use crate::digest::sha256;
use crate::owner::Owner;
use crate::progress::Progress;
use crate::site::Site;

/// What became of sources that are not those of the build any more.
pub(super) const CHANGED_MEANWHILE: &str = "was changed while it was built";

/// The folder of everything that labrun has built.
#[derive(Debug, Clone)]
pub struct Store(PathBuf);

/// What was built from which inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stamp<T> {
    inputs: String,
    built: T,
}

/// A file in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl Store {
    /// The store in `<target folder>/labrun`; the target folder is
    /// `CARGO_TARGET_DIR`, or `target` in the lab.
    pub fn of(lab: &Path) -> Self {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .filter(|dir| !dir.is_empty())
            .map(PathBuf::from);
        let target = target.unwrap_or_else(|| lab.join("target"));
        Self(
            std::path::absolute(&target)
                .unwrap_or(target)
                .join("labrun"),
        )
    }

    /// One in a folder, for tests.
    #[cfg(test)]
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Cargo's own target folder for what labrun builds: apart from the one that
    /// labrun itself is built in, so that neither build disturbs the other.
    pub fn cargo_target(&self) -> PathBuf {
        self.0.join("cargo")
    }

    /// The cargo home of the lab's own.
    pub(crate) fn cargo_home(&self) -> PathBuf {
        self.0.join("cargo-home")
    }

    /// A path in the store.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Waits until no other lab builds into this store.
    pub(crate) fn turn(&self, site: &Site, progress: &dyn Progress) -> Result<Turn, String> {
        Turn::take(&self.0.join("building"), &site.interrupt, progress)
    }

    /// What `key` is built to from its inputs: what was kept of them, or what `make` builds in
    /// its turn.
    pub(crate) fn made<T, E>(
        &self,
        key: &str,
        inputs: impl Fn() -> io::Result<String>,
        turn: impl FnOnce() -> Result<Turn, String>,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + HasFile,
        E: From<String>,
    {
        let fault = |error: io::Error| E::from(format!("{key}: {error}"));
        let before = inputs().map_err(fault)?;
        if let Some(built) = self.fresh(key, &before) {
            return Ok(built);
        }
        let _turn = turn()?;
        // Another lab may have built it in the meantime.
        if let Some(built) = self.fresh(key, &before) {
            return Ok(built);
        }
        let built = make()?;
        if inputs().map_err(fault)? != before {
            return Err(E::from(format!(
                "what it is built from {CHANGED_MEANWHILE} ({key}): build it again"
            )));
        }
        self.note(key, &before, &built).map_err(fault)?;
        Ok(built)
    }

    /// What `key` was built to, if it was built from these inputs and its file is
    /// still there.
    pub fn fresh<T: DeserializeOwned + HasFile>(&self, key: &str, inputs: &str) -> Option<T> {
        let text = fs::read_to_string(self.stamp(key, inputs)).ok()?;
        let stamp: Stamp<T> = serde_json::from_str(&text).ok()?;
        // The digest that a run records is that of the file which it runs.
        let (path, digest) = stamp.built.file();
        let there = || sha256(path).is_ok_and(|found| found == digest);
        (stamp.inputs == inputs && there()).then_some(stamp.built)
    }

    /// The file with this digest, whatever it was built from, if it is still there.
    pub fn kept(&self, digest: &str) -> Option<PathBuf> {
        let stamps = entries(&self.path("stamps")).flat_map(|key| entries(&key));
        let mut paths = stamps.filter_map(|stamp| {
            let text = fs::read_to_string(stamp).ok()?;
            let stamp: Stamp<Value> = serde_json::from_str(&text).ok()?;
            let built = stamp.built;
            // Of a runner there is more to tell than its file.
            let file = built.get("stored").unwrap_or(&built);
            let path = (file["sha256"] == digest).then(|| file["path"].as_str());
            Some(PathBuf::from(path??))
        });
        paths.find(|path| sha256(path).is_ok_and(|found| found == digest))
    }

    /// Notes what `key` was built to.
    pub fn note<T: Serialize>(&self, key: &str, inputs: &str, built: &T) -> io::Result<()> {
        let stamp = serde_json::to_vec_pretty(&Stamp {
            inputs: inputs.to_owned(),
            built,
        })?;
        replace(&self.stamp(key, inputs), |beside| fs::write(beside, stamp))
    }

    /// Removes what there is under these names in the store, files and folders.
    pub fn remove(&self, names: impl IntoIterator<Item = String>) -> io::Result<()> {
        for name in names {
            let path = self.path(&name);
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.or_else(|error| match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })?;
        }
        Ok(())
    }

    /// The names in a folder of the store that begin with `prefix`, with the folder's.
    pub fn beginning_with(&self, folder: &str, prefix: &str) -> Vec<String> {
        let names = entries(&self.path(folder));
        let names = names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let names = names.filter(|name| name.starts_with(prefix));
        names.map(|name| format!("{folder}/{name}")).collect()
    }

    /// Copies a built file to `kind/<first digits of its digest>/<name>`.
    pub fn keep(&self, kind: &str, name: &str, built: &Path) -> Result<Stored, String> {
        let keep = || -> io::Result<Stored> {
            let sha256 = sha256(built)?;
            let path = self.0.join(kind).join(&sha256[..12]).join(name);
            // One that was damaged since is written again.
            if !self::sha256(&path).is_ok_and(|found| found == sha256) {
                replace(&path, |beside| fs::copy(built, beside))?;
            }
            let bytes = fs::metadata(&path)?.len();
            Ok(Stored {
                path,
                sha256,
                bytes,
            })
        };
        keep().map_err(|error| format!("cannot keep {}: {error}", built.display()))
    }

    /// One for each state of the inputs: two checkouts that share a store, or a branch that is
    /// switched back to, find what was built of them.
    fn stamp(&self, key: &str, inputs: &str) -> PathBuf {
        self.0
            .join("stamps")
            .join(key)
            .join(format!("{inputs:.16}.json"))
    }
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// Has `write` make a file or a link beside `path`, which then takes its place at once: two labs
/// may write the same thing, and whoever reads it finds it whole.
pub(crate) fn replace<T>(
    path: &Path,
    write: impl FnOnce(&Path) -> io::Result<T>,
) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}.partial", Owner::this()));
    let written = write(&beside).and_then(|_| fs::rename(&beside, path));
    // A disk that is full is not to be filled by what nobody has use for.
    written.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// What has a file in the store.
pub trait HasFile {
    /// Its path and digest.
    fn file(&self) -> (&Path, &str);
}

impl HasFile for Artifact {
    fn file(&self) -> (&Path, &str) {
        (&self.path, &self.sha256)
    }
}

impl HasFile for Stored {
    fn file(&self) -> (&Path, &str) {
        (&self.path, &self.sha256)
    }
}
