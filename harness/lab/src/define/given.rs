//! `[artifacts]` of `workload.toml`: programs, modules, components and images that are there already,
//! instead of being built. What one is, is found out of its file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use labrun_record::Target;
use serde::Deserialize;

use super::trust::inside;
use crate::digest::sha256;
use crate::inspect::{
    self, Component, Elf, ImageFacts, Linkage, Module, ModuleKind, Program, World,
};

/// A file that is there already.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "PathBuf")]
pub struct Given {
    /// Where it is: relative to the folder of its workload in the definition, absolute once that was
    /// read. Of an image that a Docker daemon holds, what that calls it.
    pub path: PathBuf,
    /// SHA-256, 64 hex digits, of an image its id; empty until it was read, and of an image that a daemon
    /// holds.
    pub sha256: String,
    /// Of a native program: what it was compiled for, and how it is linked.
    pub native: Option<NativeFacts>,
    /// Of an image in a file: what that says of itself.
    pub image: Option<ImageFacts>,
}

/// What decides where a native program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeFacts {
    /// The architecture, as `std::env::consts::ARCH` calls it.
    pub arch: String,
    /// The loader that it is started by; none where it is linked statically.
    pub interpreter: Option<PathBuf>,
}

/// What a program is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is run as a command.
    Run,
    /// It answers requests.
    Serve,
}

impl From<PathBuf> for Given {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            sha256: String::new(),
            native: None,
            image: None,
        }
    }
}

/// Whether an image may be called so: `[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]`, of which tag and host alone may
/// have capital letters (the reference grammar of `distribution`).
fn is_reference(said: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let begins = said.starts_with(|c: char| c.is_ascii_alphanumeric());
    let (host, path) = said.split_once('/').unwrap_or(("", said));
    let is_host = host.contains(['.', ':']) || host == "localhost";
    let path = if is_host { path } else { said };
    let repository = path.split([':', '@']).next().unwrap_or_default();
    let is_small = !repository.contains(|c: char| c.is_ascii_uppercase());
    begins && said.chars().all(fits) && is_small && !repository.is_empty()
}

impl Given {
    /// The last part of its path.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// What a Docker daemon calls it, if it is an image that is in no file.
    pub fn reference(&self) -> Option<String> {
        let is_held = self.image.is_none() && self.native.is_none() && self.sha256.is_empty();
        is_held.then(|| self.path.display().to_string())
    }

    /// An image: a file or folder, or else what a daemon calls it, which no definition asks.
    fn look_at_image(&mut self, folder: &Path) -> Result<(), String> {
        let said = self.path.display().to_string();
        let is_file = said.starts_with(['/', '.']) || folder.join(&self.path).exists();
        if !is_file {
            return if is_reference(&said) {
                Ok(())
            } else {
                Err(format!(
                    "{said:?} is neither a file nor the name of an image, which is of small letters, digits, `.`, `_`, \
                     `-` and `/`, with `:tag` or `@sha256:...` behind it"
                ))
            };
        }
        self.path = inside(folder, &self.path)?;
        let facts = inspect::image_archive(&self.path).map_err(|why| why.to_string())?;
        self.sha256.clone_from(&facts.id);
        self.image = Some(facts);
        Ok(())
    }

    /// Looks for it in `folder`, and at what it is; what nothing here could run is refused.
    pub(super) fn look(
        &mut self,
        folder: &Path,
        target: Target,
        purpose: Purpose,
    ) -> Result<(), String> {
        if target == Target::Image {
            return self.look_at_image(folder);
        }
        self.path = inside(folder, &self.path)?;
        let found = inspect::program(&self.path).map_err(|why| why.to_string())?;
        let facts = fits(found, target, purpose);
        let wrong = |why: String| format!("{}: {why}", self.path.display());
        self.native = facts.map_err(wrong)?;
        let permissions = fs::metadata(&self.path).map(|found| found.permissions().mode());
        if self.native.is_some() && permissions.is_ok_and(|mode| mode & 0o111 == 0) {
            let how = format!("chmod +x {}", self.path.display());
            return Err(wrong(format!("it may not be executed: {how}")));
        }
        let digest = sha256(&self.path);
        self.sha256 = digest.map_err(|error| wrong(error.to_string()))?;
        Ok(())
    }
}

/// What decides where a program runs, if it is one for this target and purpose.
fn fits(program: Program, target: Target, purpose: Purpose) -> Result<Option<NativeFacts>, String> {
    match (target, program) {
        (Target::Native, Program::Elf(elf)) => Ok(Some(facts(elf))),
        (Target::Wasip1, Program::Module(module)) => module_fits(&module, purpose).map(|()| None),
        (Target::Wasip2, Program::Component(component)) => {
            component_fits(&component, purpose).map(|()| None)
        }
        (_, program) => Err(format!(
            "it is {}, and no artifact for {target}: give it as {}, in one line by {}",
            described(&program),
            target_of(&program),
            match target_of(&program) {
                Target::Native => "--native",
                _ => "--wasm",
            }
        )),
    }
}

fn facts(elf: Elf) -> NativeFacts {
    NativeFacts {
        arch: elf.arch,
        interpreter: match elf.linkage {
            Linkage::Static => None,
            Linkage::Dynamic { interpreter, .. } => Some(interpreter),
        },
    }
}

/// The target that a program is an artifact of.
pub fn target_of(program: &Program) -> Target {
    match program {
        Program::Elf(_) => Target::Native,
        Program::Module(_) => Target::Wasip1,
        Program::Component(_) => Target::Wasip2,
    }
}

fn described(program: &Program) -> &'static str {
    match program {
        Program::Elf(_) => "a native program",
        Program::Module(_) => "a WebAssembly module",
        Program::Component(_) => "a WebAssembly component",
    }
}

fn module_fits(module: &Module, purpose: Purpose) -> Result<(), String> {
    if let Some(foreign) = module.foreign() {
        return Err(foreign);
    }
    match (&module.kind, purpose) {
        (ModuleKind::Command, Purpose::Run) | (ModuleKind::Reactor, Purpose::Serve) => Ok(()),
        (ModuleKind::Command, Purpose::Serve) => Err(
            "it is a command (it exports `_start`), which answers no requests: a module that serves \
             exports `_initialize`, `handler_alloc` and `handler_respond`; leave --http or [serve] \
             out to run it"
                .to_owned(),
        ),
        (ModuleKind::Reactor, Purpose::Run) => Err(
            "it is a reactor (a library), and no command: it exports no `_start`; build it as a \
             program"
                .to_owned(),
        ),
        (ModuleKind::Neither, _) => Err(
            "it exports neither `_start` nor `_initialize`: no WASI host starts it; build it for \
             wasm32-wasip1 as a program"
                .to_owned(),
        ),
    }
}

/// The WASI that hosts of components have.
const WASI: &str = "0.2.";

fn component_fits(component: &Component, purpose: Purpose) -> Result<(), String> {
    if let World::Cli { version } | World::Http { version } = &component.world
        && !version.starts_with(WASI)
    {
        return Err(format!(
            "it is for WASI {version}, and those that run components here are hosts of WASI {WASI}x: \
             build it for that"
        ));
    }
    let mut exports = component.exports.iter();
    let is_command = exports.any(|name| name.starts_with("wasi:cli/run@"));
    match (&component.world, purpose) {
        // It may be both.
        (World::Http { .. }, Purpose::Run) if is_command => Ok(()),
        (World::Cli { .. }, Purpose::Run) | (World::Http { .. }, Purpose::Serve) => Ok(()),
        (World::Cli { .. }, Purpose::Serve) => Err(
            "it is a command (wasi:cli/run), which answers no requests: leave --http or [serve] out \
             to run it"
                .to_owned(),
        ),
        (World::Http { .. }, Purpose::Run) => Err(
            "it answers requests (wasi:http/incoming-handler), and is no command: say what it is \
             asked for, by --http PATH or [serve]"
                .to_owned(),
        ),
        (World::Other { exports }, _) => Err(format!(
            "its world is none that is served: it exports {}, and labrun runs wasi:cli/run and asks \
             wasi:http/incoming-handler",
            exports.join(", ")
        )),
    }
}
