//! What a build depends on, as one digest: equal digest, nothing to build.
//!
//! Contents count, not times, so that a fresh clone with a kept store builds
//! nothing, and reading all sources takes milliseconds.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use labrun_record::regular;

/// Collects what a build depends on.
#[derive(Debug, Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// A word: a version, a flag.
    #[must_use]
    pub(crate) fn word(self, word: &str) -> Self {
        self.bytes(word.as_bytes())
    }

    /// A word that need not be text: a path.
    #[must_use]
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Variables, with their names.
    pub(crate) fn variables<'a>(
        self,
        variables: impl Iterator<Item = (&'a String, &'a OsString)>,
    ) -> Self {
        variables.fold(self, |inputs, (name, value)| {
            inputs.word(name).bytes(value.as_bytes())
        })
    }

    /// A file's contents; a missing file counts as that.
    pub(crate) fn file(self, path: &Path) -> io::Result<Self> {
        match regular::read(path) {
            Ok(contents) => Ok(self.bytes(&contents)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(self.word("missing")),
            Err(error) => Err(error),
        }
    }

    /// Every file below a folder, with its name; build output is left out.
    pub(crate) fn folder(mut self, folder: &Path) -> io::Result<Self> {
        for path in files(folder)? {
            let name = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            self = self.word(&name).file(&path)?;
        }
        Ok(self)
    }

    /// A cargo package and every package that it reaches by path, with the manifest of the
    /// checkout in `root`, which has what they share.
    pub(crate) fn package(self, root: &Path, folder: &Path) -> io::Result<Self> {
        let mut this = self.file(&root.join("Cargo.toml"))?;
        for package in packages(root, folder)?.into_keys() {
            this = this.folder(&package)?;
            // Sources that packages of one parent share lie beside them.
            if let Some(parent) = package.parent().filter(|parent| *parent != root) {
                for shared in sorted(parent)? {
                    // Its name, not where it is: another clone of the same is no other.
                    let (path, name) = (shared.path(), shared.file_name());
                    if path.extension().is_some_and(|extension| extension == "rs") {
                        this = this.word(&name.to_string_lossy()).file(&path)?;
                    }
                }
            }
        }
        Ok(this)
    }

    /// The digest, 64 hex digits.
    pub(crate) fn digest(self) -> String {
        format!("{:x}", self.0.finalize())
    }
}

/// Every file below a folder, sorted; build output and hidden files are left out.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in sorted(folder)? {
        if is_left_out(&entry.file_name()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// What is in a folder, by name.
fn sorted(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    Ok(entries)
}

/// Whether a file or folder of this name is build output, or hidden.
pub(super) fn is_left_out(name: &OsStr) -> bool {
    name == "target" || name.as_bytes().starts_with(b".")
}

/// Every package of the checkout that the one in `folder` is compiled with, itself among them:
/// folders and names. Those by which its workspace patches others are.
pub(crate) fn packages(root: &Path, folder: &Path) -> io::Result<BTreeMap<PathBuf, String>> {
    let mut all = BTreeMap::new();
    reach(root, folder, &mut all)?;
    let mut patched = (folder, manifest(folder)?);
    let shared = manifest_or_empty(root)?;
    if patched.1.get("workspace").is_none() && shared.get("workspace").is_some() {
        patched = (root, shared);
    }
    let (base, of) = patched;
    let sources = of.get("patch").and_then(toml::Value::as_table);
    let sources = sources.into_iter().flat_map(toml::Table::values);
    for patch in sources
        .filter_map(toml::Value::as_table)
        .flat_map(toml::Table::values)
    {
        if let Some(path) = patch.get("path").and_then(toml::Value::as_str) {
            reach(root, &base.join(path), &mut all)?;
        }
    }
    Ok(all)
}

/// Adds `folder` and all path dependencies of its manifest.
fn reach(root: &Path, folder: &Path, all: &mut BTreeMap<PathBuf, String>) -> io::Result<()> {
    let folder = fs::canonicalize(folder)?;
    if all.contains_key(&folder) {
        return Ok(());
    }
    let manifest = manifest(&folder)?;
    let name = manifest
        .get("package")
        .and_then(|of| of.get("name")?.as_str());
    all.insert(folder.clone(), name.unwrap_or_default().to_owned());
    let shared = manifest_or_empty(root)?;
    let shared = shared.get("workspace").and_then(|w| w.get("dependencies"));
    for section in ["dependencies", "build-dependencies"] {
        let of_targets = manifest.get("target").and_then(toml::Value::as_table);
        let sections = of_targets
            .into_iter()
            .flat_map(toml::Table::values)
            .chain([&manifest]);
        let dependencies = sections
            .filter_map(|part| part.get(section)?.as_table())
            .flatten();
        for (name, dependency) in dependencies {
            if let Some(path) = dependency.get("path").and_then(toml::Value::as_str) {
                reach(root, &folder.join(path), all)?;
            } else if dependency.get("workspace").is_some()
                && let Some(path) = shared.and_then(|s| s.get(name)?.get("path")?.as_str())
            {
                reach(root, &root.join(path), all)?;
            }
        }
    }
    Ok(())
}

fn manifest(folder: &Path) -> io::Result<toml::Value> {
    let text = fs::read_to_string(folder.join("Cargo.toml"))?;
    toml::from_str(&text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn manifest_or_empty(folder: &Path) -> io::Result<toml::Value> {
    if folder.join("Cargo.toml").exists() {
        manifest(folder)
    } else {
        Ok(toml::Value::Table(toml::Table::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_count_and_output_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let digest = || {
            Inputs::default()
                .folder(folder.path())
                .expect("reads")
                .digest()
        };
        fs::write(folder.path().join("a"), "1").expect("written");
        let before = digest();
        fs::create_dir(folder.path().join("target")).expect("made");
        fs::write(folder.path().join("target/x"), "1").expect("written");
        assert_eq!(digest(), before);
        fs::write(folder.path().join("a"), "2").expect("written");
        assert_ne!(digest(), before);
    }

    #[test]
    fn where_a_lab_is_does_not_count() {
        let digest = || {
            let root = tempfile::tempdir().expect("a folder");
            let package = root.path().join("workloads/one");
            fs::create_dir_all(&package).expect("made");
            for (file, text) in [
                ("workloads/shared.rs", "fn f() {}"),
                ("workloads/b.rs", ""),
                ("workloads/one/Cargo.toml", "[package]\nname='one'\n"),
            ] {
                fs::write(root.path().join(file), text).expect("written");
            }
            let inputs = Inputs::default().package(root.path(), &package);
            inputs.expect("reads").digest()
        };
        assert_eq!(digest(), digest());
    }

    #[test]
    fn a_dependency_by_path_counts() {
        let root = tempfile::tempdir().expect("a folder");
        for (name, manifest) in [
            (
                "user",
                "[package]\nname='user'\n[dependencies]\nused={path='../used'}\n\
                 [patch.crates-io]\npatch={path='../patch'}\n",
            ),
            ("patch", "[package]\nname='patch'\n"),
            ("used", "[package]\nname='used'\n"),
        ] {
            fs::create_dir(root.path().join(name)).expect("made");
            fs::write(root.path().join(name).join("Cargo.toml"), manifest).expect("written");
        }
        let user = root.path().join("user");
        let digest = || {
            Inputs::default()
                .package(root.path(), &user)
                .expect("reads")
                .digest()
        };
        let before = digest();
        fs::write(root.path().join("used/lib.rs"), "fn f() {}").expect("written");
        assert_ne!(digest(), before);
        let before = digest();
        fs::write(root.path().join("patch/lib.rs"), "fn f() {}").expect("written");
        assert_ne!(digest(), before);
        let names = packages(root.path(), &user).expect("reads");
        let names: Vec<String> = names.into_values().collect();
        assert_eq!(names, ["patch", "used", "user"]);
    }
}
