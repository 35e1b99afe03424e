//! `workloads/<name>/workload.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use labrun_record::Target;
use serde::Deserialize;

use super::{DefineError, read_toml};
use crate::isolation::Task;

/// Where a granted directory is inside a sandbox.
pub const GUEST_GRANT: &str = "/grant";

/// A program with one job.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name, that of its folder.
    pub name: String,
    /// One line for a person.
    pub summary: String,
    /// What it can be built for.
    pub targets: Vec<Target>,
    /// Abilities that an isolation must really have.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Which kind of cargo artifact a target is; a `bin` where nothing is said.
    #[serde(default)]
    pub artifact: BTreeMap<Target, ArtifactKind>,
    /// How it is run as a command.
    pub run: Option<Run>,
    /// How it serves HTTP.
    pub serve: Option<Serve>,
    /// What it is granted.
    pub grant: Option<GrantFiles>,
    /// Its folder.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// An ability that an isolation must really have; leaving its work out silently
/// would be fast and wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A sync of a file reaches the kernel as fsync or fdatasync.
    Fsync,
}

/// Which cargo artifact of the package a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArtifactKind {
    /// A program: a native binary, or a module that is a command.
    Bin,
    /// A library: a reactor module, or a component that exports a handler.
    Cdylib,
}

/// How a workload is run as a command.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Arguments; `{grant}` stands for the granted directory.
    #[serde(default)]
    pub args: Vec<String>,
    /// File that holds the whole of stdout.
    pub expected: PathBuf,
}

/// How a workload serves HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// Path of the request of the first result.
    pub request: String,
    /// File that holds the whole body.
    pub expected: PathBuf,
}

/// What a workload is granted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantFiles {
    /// Folder whose files are copied into a fresh directory for each launch.
    pub files: PathBuf,
}

impl Workload {
    /// Reads the workload in `folder`.
    pub fn read(folder: &Path) -> Result<Self, DefineError> {
        let path = folder.join("workload.toml");
        let mut workload: Self = read_toml(&path)?;
        folder.clone_into(&mut workload.folder);
        let fault = |reason: String| DefineError::Shape {
            path: path.clone(),
            line: 1,
            reason,
        };
        if folder
            .file_name()
            .is_none_or(|name| name != workload.name.as_str())
        {
            return Err(fault(format!(
                "name is `{}`, but its folder has another name",
                workload.name
            )));
        }
        if workload.run.is_some() == workload.serve.is_some() {
            return Err(fault(
                "it needs exactly one of [run] and [serve]".to_owned(),
            ));
        }
        // A missing file shows when the definition is read, not in mid-run.
        workload.task()?;
        if let Some(files) = workload.grant_files()
            && !files.is_dir()
        {
            return Err(fault(format!(
                "[grant] files: {} is no folder",
                files.display()
            )));
        }
        Ok(workload)
    }

    /// What a launch of it does, and the output that is correct.
    pub fn task(&self) -> Result<Task, DefineError> {
        let read = |file: &Path| {
            let path = self.folder.join(file);
            fs::read(&path).map_err(|source| DefineError::Io { path, source })
        };
        match (&self.run, &self.serve) {
            (Some(run), _) => Ok(Task::Run {
                args: run.args.clone(),
                expected: read(&run.expected)?,
            }),
            (None, Some(serve)) => Ok(Task::Serve {
                request: serve.request.clone(),
                expected: read(&serve.expected)?,
            }),
            (None, None) => Err(DefineError::Shape {
                path: self.folder.join("workload.toml"),
                line: 1,
                reason: "it needs exactly one of [run] and [serve]".to_owned(),
            }),
        }
    }

    /// The folder of the files that it is granted.
    pub fn grant_files(&self) -> Option<PathBuf> {
        self.grant
            .as_ref()
            .map(|grant| self.folder.join(&grant.files))
    }

    /// Which cargo artifact `target` is.
    pub fn artifact_kind(&self, target: Target) -> ArtifactKind {
        self.artifact
            .get(&target)
            .copied()
            .unwrap_or(ArtifactKind::Bin)
    }
}
