//! `harness/runners/<name>/runner.toml`: what a runner can do, so that one that is
//! not built, or cannot be built here, is still listed, matched and reported.

use std::path::{Path, PathBuf};

use labrun_record::{Setting, Start, Target, Tier};
use semver::Version;
use serde::Deserialize;

use super::document::{check_name, read_toml_with_text};
use super::fault::{Fault, at};
use super::setting::settings;
use super::trust::{is_below, is_program};
use super::{DefineError, Need, Versions};

/// A runner: one program that drives one wasm runtime.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunnerDefinition {
    /// The technology, the part before the slash in an isolation.
    pub name: String,
    /// One line for a person.
    pub summary: String,
    /// The class of its boundary.
    pub tier: Tier,
    /// How it is built.
    #[serde(default)]
    pub build: Build,
    /// Which crates are the runtime, where it can be built with other versions of them.
    pub versions: Option<Versions>,
    /// Its configurations.
    #[serde(rename = "configuration")]
    pub configurations: Vec<Configuration>,
    /// What it cannot do, each with the reason.
    #[serde(default)]
    pub unsupported: Vec<Unsupported>,
    /// Its folder.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The version of the runtime that was asked for, where it is not the checkout's own.
    #[serde(skip)]
    pub version: Option<Version>,
    /// Other names of the technology that are understood, such as `wasmtime@48`.
    #[serde(skip)]
    pub also: Vec<String>,
}

/// How a runner is built.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// What building needs beyond Rust, in words.
    #[serde(default)]
    pub needs: Vec<String>,
    /// A ready-made program in the folder, instead of a cargo package.
    pub program: Option<PathBuf>,
    /// What the ready-made program is started with, looked up on `PATH` before any clock:
    /// its own first line would have another process do that in each start.
    pub interpreter: Option<String>,
    /// Ways to build it, of which one has to be open here; none where nothing has to be there.
    #[serde(default, rename = "way")]
    pub ways: Vec<BuildPrerequisite>,
    /// How to open one of them, for a person.
    pub mend: Option<String>,
}

/// A way to build a runner. It is open where a variable is set; of several the first is taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildPrerequisite {
    /// The variable of the environment.
    pub variable: String,
    /// What has to be in the folder that the variable names: of each list one file.
    #[serde(default)]
    pub files: Vec<Vec<PathBuf>>,
    /// Features of the package that are switched on.
    #[serde(default)]
    pub features: Vec<String>,
}

/// One configuration of a runtime.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The part after the slash in an isolation.
    pub name: String,
    /// One line for a person.
    pub summary: String,
    /// What it runs.
    pub targets: Vec<Target>,
    /// Which starts it has.
    pub starts: Vec<Start>,
    /// Whether it compiles ahead of time, outside every clock.
    #[serde(default)]
    pub precompile: bool,
    /// Whatever is tuned, each with its reason.
    #[serde(default, rename = "setting", deserialize_with = "settings")]
    pub settings: Vec<Setting>,
}

/// What a runtime cannot do: a target, or a need of a workload.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsupported {
    /// The target that it cannot run.
    pub target: Option<Target>,
    /// The ability that it lacks.
    pub need: Option<Need>,
    /// Which of its configurations; all where none is named.
    #[serde(default)]
    pub configurations: Vec<String>,
    /// One sentence for a person.
    pub reason: String,
}

impl RunnerDefinition {
    /// Reads the runner in `folder`.
    pub fn read(folder: &Path) -> Result<Self, DefineError> {
        let path = folder.join("runner.toml");
        let (mut runner, text): (Self, String) = read_toml_with_text(&path)?;
        folder.clone_into(&mut runner.folder);
        runner
            .check()
            .map_err(|fault| DefineError::faulty(&path, &text, fault))?;
        Ok(runner)
    }

    /// What is wrong with it, if something is.
    fn check(&self) -> Result<(), Fault> {
        let ready_made = self.build.program.is_some();
        if self.build.interpreter.is_some() && !ready_made {
            let reason = "it has an `interpreter`, and no `program` for it";
            return Err(at(&["build", "interpreter"])(reason));
        }
        if let Some(program) = self.build.program.as_ref().filter(|path| !is_below(path)) {
            let reason = format!(
                "program: {} is not in the runner's folder",
                program.display()
            );
            return Err(at(&["build", "program"])(reason));
        }
        let interpreter = self.build.interpreter.as_ref();
        if let Some(name) = interpreter.filter(|name| !is_program(name)) {
            let reason = format!(
                "interpreter: `{name}` is no name of a program: it is looked for on PATH, and has no `/`"
            );
            return Err(at(&["build", "interpreter"])(reason));
        }
        check_name("folder", self.folder.file_name(), &self.name)?;
        let versions = self.versions.as_ref();
        match versions.and_then(|versions| versions.mistake(ready_made)) {
            Some(mistake) => Err(at(&["versions"])(mistake)),
            None => Ok(()),
        }
    }

    /// The runtime, whichever version of it: what its folder is called, and what the program
    /// calls itself.
    pub fn runtime(&self) -> &str {
        if self.version.is_none() {
            return &self.name;
        }
        self.name.split('@').next().unwrap_or_default()
    }

    /// What it is kept under in the store: a name that does not depend on which other
    /// versions there are.
    pub(crate) fn kept_as(&self) -> String {
        match &self.version {
            None => self.name.clone(),
            Some(version) => format!("{}@{version}", self.runtime()),
        }
    }

    /// Names of its isolations.
    pub fn isolations(&self) -> impl Iterator<Item = String> {
        self.configurations
            .iter()
            .map(|configuration| format!("{}/{}", self.name, configuration.name))
    }
}
