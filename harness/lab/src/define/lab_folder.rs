//! Where the definitions are, and the reading of all of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::nearest::hint;
use super::trust::distrust;
use super::{Asked, DefineError, ProductDefinition, RunnerDefinition, Workload};

/// A lab, and everything that is defined in it.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// Its folder.
    pub lab: LabFolder,
    /// Every workload.
    pub workloads: Vec<Workload>,
    /// Every runner, and the other versions of it that were built.
    pub runners: Vec<RunnerDefinition>,
    /// Every product that is measured as it ships.
    pub products: Vec<ProductDefinition>,
}

impl Definitions {
    /// Reads them; other versions of runners are not known here.
    pub fn read(lab: LabFolder) -> Result<Self, DefineError> {
        Ok(Self {
            workloads: lab.workloads()?,
            runners: lab.runners()?,
            products: lab.products()?,
            lab,
        })
    }
}

/// The folder that holds `workloads`, `scenarios` and `harness/runners`.
#[derive(Debug, Clone)]
pub struct LabFolder(PathBuf);

impl LabFolder {
    /// Finds it: `given`, else the nearest folder above `from` that is one, else
    /// the one from which this labrun was built. One that was not given has to be this user's.
    pub fn find(given: Option<&Path>, from: &Path) -> Result<Self, DefineError> {
        if let Some(path) = given {
            return match fs::canonicalize(path) {
                Ok(path) if is_lab(&path) => Ok(Self(path)),
                _ => Err(DefineError::NoLab(format!(
                    "{} is no lab: it needs the folders `workloads` and `scenarios`",
                    path.display()
                ))),
            };
        }
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let found = from
            .ancestors()
            .map(Path::to_owned)
            .chain([built_from])
            .find(|path| is_lab(path))
            .and_then(|path| fs::canonicalize(path).ok());
        let Some(path) = found else {
            return Err(DefineError::NoLab(
                "no lab is here: run labrun inside its checkout, or name it with --lab DIR"
                    .to_owned(),
            ));
        };
        may_be_followed(&path).map(|()| Self(path))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Every workload, by name.
    pub fn workloads(&self) -> Result<Vec<Workload>, DefineError> {
        folders_with(&self.0.join("workloads"), "workload.toml")?
            .iter()
            .map(|folder| Workload::read(folder))
            .collect()
    }

    /// Every runner, by name.
    pub fn runners(&self) -> Result<Vec<RunnerDefinition>, DefineError> {
        folders_with(&self.0.join("harness/runners"), "runner.toml")?
            .iter()
            .map(|folder| RunnerDefinition::read(folder))
            .collect()
    }

    /// Every product that is measured as it ships: command lines, then servers, by name.
    pub fn products(&self) -> Result<Vec<ProductDefinition>, DefineError> {
        let commands = toml_files(&self.0.join("harness/commands"))?;
        let commands = commands
            .iter()
            .map(|path| ProductDefinition::read_command(path));
        let servers = folders_with(&self.0.join("harness/servers"), "server.toml")?;
        let servers = servers
            .iter()
            .map(|folder| ProductDefinition::read_server(folder));
        commands.chain(servers).collect()
    }

    /// Names of the scenarios, sorted.
    pub fn scenario_names(&self) -> Result<Vec<String>, DefineError> {
        let files = toml_files(&self.0.join("scenarios"))?.into_iter();
        let names = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    /// The scenario `name`.
    pub fn asked(&self, name: &str) -> Result<Asked, DefineError> {
        let names = self.scenario_names()?;
        if names.iter().any(|known| known == name) {
            return Asked::read(&self.0.join("scenarios"), name);
        }
        let names = names.iter().map(String::as_str);
        Err(DefineError::unknown("scenario", name, names))
    }

    /// The names of the workloads in `examples`; none where there is no such folder.
    pub fn examples(&self) -> Vec<String> {
        let all = folders_with(&self.0.join("examples"), "workload.toml").unwrap_or_default();
        let names = all.iter().filter_map(|one| one.file_name()?.to_str());
        names.map(str::to_owned).collect()
    }

    /// One of them.
    pub fn example(&self, name: &str) -> Result<Workload, DefineError> {
        let examples = self.0.join("examples");
        let folder = examples.join(name);
        if !folder.is_dir() {
            let all = self.examples();
            let all = all.iter().map(String::as_str);
            let reason = format!("there is no `{name}`{}", hint(name, all));
            return Err(DefineError::shape(&examples, reason));
        }
        Workload::read(&folder)
    }

    /// The folder of a helper's package.
    pub fn helper(&self, name: &str) -> PathBuf {
        self.0.join("harness/helpers").join(name)
    }

    /// `Dockerfile.baseline`.
    pub fn dockerfile(&self) -> PathBuf {
        self.0.join("Dockerfile.baseline")
    }
}

fn is_lab(path: &Path) -> bool {
    path.join("workloads").is_dir() && path.join("scenarios").is_dir()
}

/// What of a lab is read as a definition or built: any of it may name a program that is run.
const FOLLOWED: [&str; 8] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile.baseline",
    "examples",
    "harness",
    "scenarios",
    "workloads",
];

/// That nobody else has put it, or any of it, where it is found, and what to do where that is not so.
fn may_be_followed(lab: &Path) -> Result<(), DefineError> {
    let of_lab = distrust(lab).map(|why| (lab.to_owned(), why));
    let of_parts = || FOLLOWED.iter().find_map(|part| distrusted(&lab.join(part)));
    let Some((part, why)) = of_lab.or_else(of_parts) else {
        return Ok(());
    };
    let (lab, part) = (lab.display(), part.display());
    Err(DefineError::NoLab(format!(
        "{lab} looks like a lab, but {part} {why}: labrun would run what is defined there. If you \
         trust all of it, name it: --lab {lab}"
    )))
}

/// The first of a file or a folder with all in it that is not to be followed, and why. What is not there,
/// or leads nowhere, is not followed anyway, nor is what was built.
fn distrusted(path: &Path) -> Option<(PathBuf, String)> {
    if !path.exists() || path.ends_with("target") {
        return None;
    }
    if let Some(why) = distrust(path) {
        return Some((path.to_owned(), why));
    }
    let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    let below = is_folder.then(|| entries(path).unwrap_or_default());
    below.into_iter().flatten().find_map(|one| distrusted(&one))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, DefineError> {
    let entries = match fs::read_dir(folder) {
        // A lab without runners is one without wasm rows, not a broken one.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.and_then(|read| read.map(|entry| Ok(entry?.path())).collect()),
    };
    let mut paths: Vec<PathBuf> = entries.map_err(DefineError::io(folder))?;
    paths.sort();
    Ok(paths)
}

fn folders_with(parent: &Path, file: &str) -> Result<Vec<PathBuf>, DefineError> {
    let mut paths = entries(parent)?;
    paths.retain(|path| path.join(file).is_file());
    Ok(paths)
}

fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, DefineError> {
    let mut paths = entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    Ok(paths)
}
