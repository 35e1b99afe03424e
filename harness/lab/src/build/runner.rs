//! Building a runner, and what it compiles ahead of time.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use labrun_protocol::{Describe, PROTOCOL_VERSION};
use labrun_record::{Artifact, Outcome};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::Builder;
use super::inputs::Inputs;
use super::prerequisite::{self, Absence, Taken};
use super::store::{HasFile, Stored};
use super::toolchain::Variable;
use super::version::Place;
use crate::define::RunnerDefinition;
use crate::digest::sha256;
use crate::isolation::find;
use crate::isolation::runner::{Executable, Ready, describe};
use crate::isolation::{Emulator, Isolation, ToCompile};
use crate::outcome::Failure;

/// A runner that was built, and what it said of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Built {
    /// The file that is executed.
    stored: Stored,
    /// What it is given to run, where it is an interpreter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    script: Option<PathBuf>,
    describe: Describe,
}

impl HasFile for Built {
    fn file(&self) -> (&Path, &str) {
        self.stored.file()
    }
}

impl Built {
    /// One that was kept may be of another labrun's time.
    fn ready(self, taken: Option<&Taken>, emulator: Option<&Emulator>) -> Result<Ready, Absence> {
        let spoken = self.describe.protocol;
        if spoken != PROTOCOL_VERSION {
            return Err(Absence::Failed(format!(
                "it speaks protocol {spoken}, labrun {PROTOCOL_VERSION}"
            )));
        }
        Ok(Ready {
            executable: Executable {
                path: self.stored.path,
                script: self.script,
                under: emulator.cloned(),
            },
            version: self.describe.version,
            sha256: self.stored.sha256,
            linked: taken.map(|taken| taken.digest.clone()),
            starts: None,
        })
    }
}

impl Builder<'_> {
    fn key(&self, definition: &RunnerDefinition) -> String {
        format!("runner-{}{}", definition.kept_as(), self.suffix())
    }

    /// What runs a runner once it is built: nothing where that is the machine itself, or its
    /// interpreter. A program that does not run here cannot say what it is.
    fn runs(&self, definition: &RunnerDefinition) -> Result<Option<&Emulator>, Absence> {
        if definition.build.program.is_some() {
            return Ok(None);
        }
        let missing = |reason: String| Absence::PrerequisiteMissing(reason);
        let Some(arch) = self.processor.other() else {
            return Ok(None);
        };
        if !arch.has_runners() {
            let reason =
                format!("the lab's runners are not built for {arch}, but native programs are");
            return Err(missing(reason));
        }
        if !definition.build.ways.is_empty() {
            let reason = format!(
                "it links a library of this machine: build it on one that is {arch}, where that is"
            );
            return Err(missing(reason));
        }
        self.processor
            .runs()
            .map_err(|why| missing(format!("built for {arch} it has to say what it is: {why}")))
    }

    /// Where another version is built; nothing for the checkout's own.
    fn place<'d>(&self, definition: &'d RunnerDefinition) -> Option<(Place, &'d Version)> {
        let version = definition.version.as_ref()?;
        let place = Place::of(&self.store, definition.runtime(), version);
        Some((place, version))
    }

    fn runner_inputs(
        &self,
        definition: &RunnerDefinition,
        taken: Option<&Taken>,
    ) -> io::Result<String> {
        let linked = taken.map_or("", |taken| &taken.digest);
        if let Some(program) = &definition.build.program {
            // Which one it is; what is in it is held against the digest of before.
            let interpreter = definition.build.interpreter.as_deref();
            let interpreter = interpreter.and_then(|name| find::interpreter(name).ok());
            // It is run where it is, with what is beside it: not that of another checkout.
            return Ok(Inputs::default()
                .word(linked)
                .bytes(definition.folder.as_os_str().as_bytes())
                .word(&program.to_string_lossy())
                .word(&interpreter.unwrap_or_default().to_string_lossy())
                .folder(&definition.folder)?
                .digest());
        }
        let inputs = self.toolchain.inputs(variables(taken))?.word(linked);
        let mut inputs = self.toolchain.cross_inputs(inputs, &self.runner_triple())?;
        if let Some((place, version)) = self.place(definition) {
            let lockfile = place.lockfile(definition.runtime());
            inputs = inputs.word(&version.to_string()).file(&lockfile)?;
        }
        let inputs = inputs.package(self.lab.path(), &definition.folder)?;
        Ok(inputs.digest())
    }

    /// The runner, if it is built from these very sources.
    pub(super) fn built_runner(&self, definition: &RunnerDefinition) -> Result<Ready, Absence> {
        let taken = prerequisite::choose(definition, |name| std::env::var_os(name))?;
        let taken = taken.as_ref();
        if let Some(interpreter) = &definition.build.interpreter {
            find::interpreter(interpreter).map_err(Absence::PrerequisiteMissing)?;
        }
        let emulator = self.runs(definition)?;
        let inputs = self.runner_inputs(definition, taken).ok();
        inputs
            .and_then(|inputs| self.store.fresh::<Built>(&self.key(definition), &inputs))
            .ok_or_else(|| Absence::Failed("it is not built".to_owned()))?
            .ready(taken, emulator)
    }

    /// Builds a runner unless that is done already, and has it describe itself.
    pub(super) fn build_runner(&self, definition: &RunnerDefinition) -> Result<Ready, Absence> {
        if self.is_interrupted() {
            return Err(Absence::Failed("interrupted".to_owned()));
        }
        let taken = prerequisite::choose(definition, |name| std::env::var_os(name))?;
        let taken = taken.as_ref();
        let emulator = self.runs(definition)?;
        let name = &definition.name;
        // The copy of another version is written anew where the sources differ from those of the
        // checkout that built it last.
        let mut turn = None;
        let package = match (self.place(definition), &definition.versions) {
            (Some((place, version)), Some(of)) => {
                turn = Some(self.turn()?);
                place.prepare(&self.toolchain, definition, of, version)?
            }
            _ => definition.folder.clone(),
        };
        let make = || {
            let executable = self.compile_runner(definition, &package, taken, emulator)?;
            let said = describe(self.site, definition, &executable)?;
            if let Some(asked) = &definition.version
                && said.version != asked.to_string()
            {
                let said = said.version;
                return Err(Absence::Failed(format!(
                    "{name} was built as {asked}, but its program calls itself {said}: `version` \
                     of a runner has to tell what is linked"
                )));
            }
            Ok(Built {
                stored: self.keep_runner(definition, &executable.path, &said.version)?,
                script: executable.script,
                describe: said,
            })
        };
        let inputs = || self.runner_inputs(definition, taken);
        let turn = || turn.map_or_else(|| self.turn(), Ok);
        let built = self.store.made(&self.key(definition), inputs, turn, make)?;
        built.ready(taken, emulator)
    }

    fn keep_runner(
        &self,
        definition: &RunnerDefinition,
        program: &Path,
        version: &str,
    ) -> Result<Stored, String> {
        let runtime = definition.runtime();
        if definition.build.program.is_none() {
            let (kind, file) = (
                format!("runners/{runtime}/{version}"),
                format!("runner-{runtime}"),
            );
            return self.store.keep(&kind, &file, program);
        }
        // A ready-made program may need the files beside it: it stays where it is.
        let stored = sha256(program).and_then(|sha256| {
            Ok(Stored {
                sha256,
                path: program.to_owned(),
                bytes: std::fs::metadata(program)?.len(),
            })
        });
        stored.map_err(|error| format!("{}: {error}", program.display()))
    }

    fn compile_runner(
        &self,
        definition: &RunnerDefinition,
        package: &Path,
        taken: Option<&Taken>,
        emulator: Option<&Emulator>,
    ) -> Result<Executable, String> {
        if let Some(program) = &definition.build.program {
            let path = definition.folder.join(program);
            if !path.is_file() {
                return Err(format!("{} is not there", path.display()));
            }
            let Some(interpreter) = &definition.build.interpreter else {
                return Ok(Executable::of_file(path));
            };
            return Ok(Executable {
                path: find::interpreter(interpreter)?,
                script: Some(path),
                under: None,
            });
        }
        let what = format!("runner {}{}", definition.name, self.for_other());
        let triple = self.runner_triple();
        let mut build = self.cargo_build(what, package, &triple);
        build.variables = variables(taken);
        if let Some((place, _)) = self.place(definition) {
            build.target_dir = place.target();
        }
        if let Some(taken) = taken {
            let features = taken.features.iter();
            let features = features.map(|name| format!("--features={name}"));
            build.select.extend(features);
            let target = &build.target_dir;
            build.target_dir = prerequisite::target(target, &definition.name, taken)
                .map_err(|error| format!("cannot clean up {}: {error}", target.display()))?;
        }
        Ok(Executable {
            under: emulator.cloned(),
            ..Executable::of_file(self.with_target_of(&build, None)?)
        })
    }

    /// Compiles `artifact` ahead of time for one isolation, unless that is done.
    pub(super) fn precompile(
        &self,
        isolation: &dyn Isolation,
        artifact: &Artifact,
    ) -> Result<Artifact, Failure> {
        let name = isolation.name();
        let fault = |reason: &str| {
            let workload = &artifact.workload;
            Failure::new(
                Outcome::Unavailable,
                format!("{name} could not compile {workload} ahead of time: {reason}"),
            )
        };
        let by = isolation
            .program()
            .ok_or_else(|| fault(&isolation.record().reason.unwrap_or_default()))?;
        let (technology, configuration) = name
            .split_once('/')
            .ok_or_else(|| fault("it has no configuration"))?;
        let runtime = technology.split('@').next().unwrap_or(technology);
        // By its whole number: what another version is called may change with those beside it.
        let kept_as = if runtime == technology {
            technology.to_owned()
        } else {
            format!("{runtime}@{}", by.version)
        };
        let exports = if artifact.exports { "-lib" } else { "" };
        let key = format!(
            "precompiled-{kept_as}-{configuration}-{}-{}{exports}",
            artifact.workload, artifact.target
        );
        let mut inputs = Inputs::default()
            .word(&by.sha256)
            .word(&artifact.sha256)
            .word(configuration);
        if let Some(emulator) = &by.executable.under {
            // It compiles for the processor that it sees.
            inputs = inputs.word(emulator.processor());
        }
        if let Some(linked) = &by.linked {
            // The compiler may be in a library beside the program.
            inputs = inputs.word(linked);
        }
        let inputs = inputs.digest();
        if let Some(built) = self.store.fresh::<Artifact>(&key, &inputs) {
            return Ok(Artifact {
                isolation: Some(name.to_owned()),
                exports: artifact.exports,
                ..built
            });
        }
        let what = format!("compiling {} ahead of time for {name}", artifact.workload);
        self.progress.step(&what, 0, 1);
        let output = self.store.path(&format!(
            "precompiled/{key}/{}.{}",
            &inputs[..12],
            artifact.workload
        ));
        let workload = self.workload(&artifact.workload);
        let module = ToCompile {
            module: &artifact.path,
            target: artifact.target,
            is_given: workload.is_ok_and(|workload| !workload.is_ours()),
        };
        let folder = output.parent().map_or(Ok(()), std::fs::create_dir_all);
        let made = folder
            .map_err(|error| Failure::failed(error.to_string()))
            .and_then(|()| isolation.precompile(self.site, module, &output));
        self.progress.finish(&what);
        made.map_err(|failure| match failure {
            Failure::Outcome(outcome, reason) => {
                Failure::new(outcome, fault(&reason).into_reason())
            }
            Failure::Interrupted => Failure::Interrupted,
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
            toolchain: format!("{runtime} {}", by.version),
            isolation: Some(name.to_owned()),
            exports: artifact.exports,
        };
        self.store
            .note(&key, &inputs, &built)
            .map_err(|error| fault(&error.to_string()))?;
        Ok(built)
    }
}

fn variables(taken: Option<&Taken>) -> &[Variable] {
    taken.map_or(&[], |taken| std::slice::from_ref(&taken.variable))
}

/// The variable that a runner is built with here, if it is built by a way.
pub(super) fn variable(definition: &RunnerDefinition) -> Option<Variable> {
    let taken = prerequisite::choose(definition, |name| std::env::var_os(name));
    Some(taken.ok()??.variable)
}
