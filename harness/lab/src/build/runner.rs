//! Building a runner, and what it compiles ahead of time.

use std::path::{Path, PathBuf};

use labrun_protocol::{Command, Describe};
use labrun_record::{Artifact, Outcome};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::cargo::CargoBuild;
use super::inputs::{Inputs, sha256};
use super::store::{HasFile, Store, Stored};
use super::toolchain::Toolchain;
use super::version::Place;
use crate::clock::now_ns;
use crate::define::{LabFolder, RunnerDefinition};
use crate::isolation::Failure;
use crate::isolation::runner::{Conversation, Ready, describe, guest_target};
use crate::model::Blocked;
use crate::progress::Progress;
use crate::site::Site;

/// Longest time for compiling one module ahead of time.
const PRECOMPILE_LIMIT_NS: u64 = 120_000_000_000;

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
    fn ready(self) -> Ready {
        Ready {
            program: self.stored.path,
            version: self.describe.version,
            sha256: self.stored.sha256,
        }
    }
}

fn key(definition: &RunnerDefinition) -> String {
    format!("runner-{}", definition.kept_as())
}

/// Where another version is built; nothing for the checkout's own.
fn place<'a>(store: &Store, definition: &'a RunnerDefinition) -> Option<(Place, &'a Version)> {
    let version = definition.version.as_ref()?;
    Some((Place::of(store, definition.runtime(), version), version))
}

fn inputs(
    lab: &LabFolder,
    store: &Store,
    toolchain: &Toolchain,
    definition: &RunnerDefinition,
) -> std::io::Result<String> {
    let inputs = Inputs::default()
        .word(&toolchain.version)
        .word(&std::env::var("RUSTFLAGS").unwrap_or_default());
    if let Some(program) = &definition.build.program {
        return Ok(inputs
            .word(&program.to_string_lossy())
            .folder(&definition.folder)?
            .digest());
    }
    let inputs = match place(store, definition) {
        Some((place, version)) => inputs
            .word(&version.to_string())
            .file(&place.lockfile(definition.runtime()))?,
        None => inputs,
    };
    Ok(inputs
        .file(&lab.path().join(".cargo/config.toml"))?
        .file(&lab.path().join("Cargo.toml"))?
        .package(lab.path(), &definition.folder)?
        .digest())
}

/// The runner, if it is built from these very sources.
pub(crate) fn built(
    lab: &LabFolder,
    store: &Store,
    toolchain: &Toolchain,
    definition: &RunnerDefinition,
) -> Option<Ready> {
    let inputs = inputs(lab, store, toolchain, definition).ok()?;
    store
        .fresh::<Built>(&key(definition), &inputs)
        .map(Built::ready)
}

/// Builds a runner unless that is done already, and has it describe itself.
pub(crate) fn build(
    lab: &LabFolder,
    store: &Store,
    toolchain: &Toolchain,
    site: &Site,
    definition: &RunnerDefinition,
    progress: &dyn Progress,
) -> Result<Ready, String> {
    let name = &definition.name;
    let package = match (place(store, definition), &definition.versions) {
        (Some((place, version)), Some(of)) => place.prepare(definition, of, version)?,
        _ => definition.folder.clone(),
    };
    let inputs = inputs(lab, store, toolchain, definition)
        .map_err(|error| format!("runner {name}: {error}"))?;
    if let Some(built) = store.fresh::<Built>(&key(definition), &inputs) {
        return Ok(built.ready());
    }
    let program = compile(store, toolchain, site, definition, &package, progress)?;
    let said = describe(site, definition, &program)?;
    if let Some(asked) = &definition.version
        && said.version != asked.to_string()
    {
        let said = said.version;
        return Err(format!(
            "{name} was built as {asked}, but its program calls itself {said}: `version` of a \
             runner has to tell what is linked"
        ));
    }
    let keep = |error: std::io::Error| format!("cannot keep the runner {name}: {error}");
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
                &format!("runners/{}/{}", definition.runtime(), said.version),
                &format!("runner-{}", definition.runtime()),
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
    Ok(built.ready())
}

fn compile(
    store: &Store,
    toolchain: &Toolchain,
    site: &Site,
    definition: &RunnerDefinition,
    package: &Path,
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
    let place = place(store, definition);
    let target = place.map_or_else(|| store.cargo_target(), |(place, _)| place.target());
    CargoBuild {
        what: format!("runner {}", definition.name),
        package,
        configured_by: &definition.folder,
        triple: &toolchain.host,
        select: vec!["--bins".to_owned()],
        target_dir: &target,
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
    let runtime = technology.split('@').next().unwrap_or(technology);
    // By its whole number: what another version is called may change with those beside it.
    let kept_as = if runtime == technology {
        technology.to_owned()
    } else {
        format!("{runtime}@{}", runner.version)
    };
    let exports = if artifact.exports { "-lib" } else { "" };
    let key = format!(
        "precompiled-{kept_as}-{configuration}-{}-{}{exports}",
        artifact.workload, artifact.target
    );
    let inputs = Inputs::default()
        .word(&runner.sha256)
        .word(&artifact.sha256)
        .word(configuration)
        .digest();
    if let Some(built) = store.fresh::<Artifact>(&key, &inputs) {
        return Ok(Artifact {
            isolation: Some(isolation.to_owned()),
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
        toolchain: format!("{runtime} {}", runner.version),
        isolation: Some(isolation.to_owned()),
        exports: artifact.exports,
    };
    store
        .note(&key, &inputs, &built)
        .map_err(|error| fault(&error.to_string()))?;
    Ok(built)
}
