//! Building a runner, and what it compiles ahead of time.

use std::path::{Path, PathBuf};

use labrun_protocol::{Command, Describe};
use labrun_record::{Artifact, Outcome};
use serde::{Deserialize, Serialize};

use super::cargo::CargoBuild;
use super::inputs::{Inputs, sha256};
use super::store::{HasFile, Store, Stored};
use super::toolchain::Toolchain;
use super::way::{self, Absence, Taken};
use crate::clock::now_ns;
use crate::define::{LabFolder, RunnerDefinition};
use crate::isolation::Failure;
use crate::isolation::runner::{Conversation, Ready, describe, guest_target};
use crate::model::Blocked;
use crate::progress::Progress;
use crate::site::Site;

/// Longest time for compiling one module ahead of time.
const PRECOMPILE_LIMIT_NS: u64 = 600_000_000_000;

/// A runner that was built, and what it said of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Built {
    stored: Stored,
    describe: Describe,
}

impl HasFile for Built {
    fn file(&self) -> (&Path, &str) {
        self.stored.file()
    }
}

impl Built {
    fn ready(self, taken: Option<&Taken>) -> Ready {
        Ready {
            program: self.stored.path,
            version: self.describe.version,
            sha256: self.stored.sha256,
            linked: taken.map(|taken| taken.digest.clone()),
        }
    }
}

fn key(definition: &RunnerDefinition) -> String {
    format!("runner-{}", definition.name)
}

fn inputs(
    lab: &LabFolder,
    toolchain: &Toolchain,
    definition: &RunnerDefinition,
    taken: Option<&Taken>,
) -> std::io::Result<String> {
    let mut inputs = Inputs::default()
        .word(&toolchain.version)
        .word(&std::env::var("RUSTFLAGS").unwrap_or_default());
    if let Some(taken) = taken {
        inputs = inputs.word(&taken.digest);
    }
    if let Some(program) = &definition.build.program {
        return Ok(inputs
            .word(&program.to_string_lossy())
            .folder(&definition.folder)?
            .digest());
    }
    Ok(inputs
        .file(&lab.path().join(".cargo/config.toml"))?
        .file(&lab.path().join("Cargo.toml"))?
        .package(lab.path(), &definition.folder)?
        .digest())
}

/// The runner, if it is built from these very sources.
pub(super) fn built(
    lab: &LabFolder,
    store: &Store,
    toolchain: &Toolchain,
    definition: &RunnerDefinition,
) -> Result<Ready, Absence> {
    let taken = way::choose(definition, |name| std::env::var_os(name))?;
    let taken = taken.as_ref();
    inputs(lab, toolchain, definition, taken)
        .ok()
        .and_then(|inputs| store.fresh::<Built>(&key(definition), &inputs))
        .map(|built| built.ready(taken))
        .ok_or_else(|| Absence::Failed("it is not built".to_owned()))
}

/// Builds a runner unless that is done already, and has it describe itself.
pub(super) fn build(
    lab: &LabFolder,
    store: &Store,
    toolchain: &Toolchain,
    site: &Site,
    definition: &RunnerDefinition,
    progress: &dyn Progress,
) -> Result<Ready, Absence> {
    let taken = way::choose(definition, |name| std::env::var_os(name))?;
    let taken = taken.as_ref();
    let name = &definition.name;
    let inputs = inputs(lab, toolchain, definition, taken)
        .map_err(|error| Absence::Failed(format!("runner {name}: {error}")))?;
    if let Some(built) = store.fresh::<Built>(&key(definition), &inputs) {
        return Ok(built.ready(taken));
    }
    let features = taken.map_or(&[][..], |taken| &taken.features);
    let program =
        compile(store, toolchain, site, definition, features, progress).map_err(Absence::Failed)?;
    let said = describe(site, definition, &program).map_err(Absence::Failed)?;
    let keep =
        |error: std::io::Error| Absence::Failed(format!("cannot keep the runner {name}: {error}"));
    let stored = if definition.build.program.is_some() {
        // A ready-made program may need the files beside it: it stays where it is.
        let bytes = std::fs::metadata(&program).map_err(keep)?.len();
        Stored {
            sha256: sha256(&program).map_err(keep)?,
            path: program,
            bytes,
        }
    } else {
        store
            .keep(
                &format!("runners/{name}/{}", said.version),
                &format!("runner-{name}"),
                &program,
            )
            .map_err(keep)?
    };
    let built = Built {
        stored,
        describe: said,
    };
    store
        .note(&key(definition), &inputs, &built)
        .map_err(keep)?;
    Ok(built.ready(taken))
}

fn compile(
    store: &Store,
    toolchain: &Toolchain,
    site: &Site,
    definition: &RunnerDefinition,
    features: &[String],
    progress: &dyn Progress,
) -> Result<PathBuf, String> {
    if let Some(program) = &definition.build.program {
        let path = definition.folder.join(program);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(format!("{} is not there", path.display()))
        };
    }
    let mut select = vec!["--bins".to_owned()];
    select.extend(features.iter().map(|name| format!("--features={name}")));
    CargoBuild {
        what: format!("runner {}", definition.name),
        package: &definition.folder,
        triple: &toolchain.host,
        select,
        target_dir: &store.cargo_target(),
        interrupt: &site.interrupt,
    }
    .run(None, progress)
}

/// Compiles `artifact` ahead of time for one configuration, unless that is done.
pub(crate) fn precompile(
    store: &Store,
    site: &Site,
    runner: &Ready,
    isolation: &str,
    artifact: &Artifact,
    progress: &dyn Progress,
) -> Result<Artifact, Blocked> {
    let fault = |reason: &str| {
        let workload = &artifact.workload;
        Blocked::new(
            Outcome::Unavailable,
            format!("{isolation} could not compile {workload} ahead of time: {reason}"),
        )
    };
    let (technology, configuration) = isolation
        .split_once('/')
        .ok_or_else(|| fault("it has no configuration"))?;
    let exports = if artifact.exports { "-lib" } else { "" };
    let key = format!(
        "precompiled-{technology}-{configuration}-{}-{}{exports}",
        artifact.workload, artifact.target
    );
    let mut inputs = Inputs::default()
        .word(&runner.sha256)
        .word(&artifact.sha256)
        .word(configuration);
    if let Some(linked) = &runner.linked {
        // The compiler may be in a library beside the program.
        inputs = inputs.word(linked);
    }
    let inputs = inputs.digest();
    if let Some(built) = store.fresh::<Artifact>(&key, &inputs) {
        return Ok(Artifact {
            exports: artifact.exports,
            ..built
        });
    }
    let what = format!(
        "compiling {} ahead of time for {isolation}",
        artifact.workload
    );
    progress.step(&what, 0, 1);
    let output = store.path(&format!(
        "precompiled/{key}/{}.{}",
        &inputs[..12],
        artifact.workload
    ));
    let made = (|| -> Result<(), Failure> {
        let io = |error: std::io::Error| Failure::failed(error.to_string());
        if let Some(folder) = output.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let target =
            guest_target(artifact.target).ok_or_else(|| Failure::failed("it is no module"))?;
        let deadline_ns = now_ns() + PRECOMPILE_LIMIT_NS;
        let mut conversation = Conversation::open(site, &runner.program)?;
        let command = Command::Precompile {
            configuration: configuration.to_owned(),
            target,
            artifact: artifact.path.clone(),
            output: output.clone(),
        };
        conversation.ask(site, &command, deadline_ns)?;
        conversation.close(site, deadline_ns)?;
        Ok(())
    })();
    progress.finish(&what);
    made.map_err(|failure| match failure {
        Failure::Outcome(outcome, reason) => Blocked::new(outcome, fault(&reason).reason),
        Failure::Interrupted => Blocked::interrupted(),
    })?;
    let bytes = std::fs::metadata(&output)
        .map_err(|error| fault(&error.to_string()))?
        .len();
    let built = Artifact {
        workload: artifact.workload.clone(),
        target: artifact.target,
        triple: artifact.triple.clone(),
        sha256: sha256(&output).map_err(|error| fault(&error.to_string()))?,
        path: output,
        bytes,
        toolchain: format!("{technology} {}", runner.version),
        isolation: Some(isolation.to_owned()),
        exports: artifact.exports,
    };
    store
        .note(&key, &inputs, &built)
        .map_err(|error| fault(&error.to_string()))?;
    Ok(built)
}
