//! Building a helper: a program of the lab's own that is built apart, for what building it
//! needs beside Rust.

use std::path::Path;
use std::slice;

use super::Builder;
use super::cargo::CargoBuild;
use super::store::Stored;
use super::toolchain::Variable;
use crate::catalog::Drivers;
use crate::define::Definitions;
use crate::isolation::find::on_path;
use crate::isolation::runner::Ready;
use crate::isolation::{COUNTER, Driver};
use crate::outcome::Failure;

/// What building it needs: a program, the variable that may name it, and where it comes from.
const NEEDS: (&str, &str, &str) = ("protoc", "PROTOC", "sudo apt-get install protobuf-compiler");

impl Builder<'_> {
    fn helper_key(&self, name: &str) -> String {
        format!("helper-{name}{}", self.suffix())
    }

    fn helper_inputs(&self, name: &str, needed: &Variable) -> std::io::Result<String> {
        let inputs = self.toolchain.inputs(slice::from_ref(needed))?;
        let inputs = self.toolchain.cross_inputs(inputs, &self.runner_triple())?;
        let inputs = inputs.file(Path::new(&needed.1))?;
        let inputs = inputs.package(self.lab.path(), &self.lab.helper(name))?;
        Ok(inputs.digest())
    }

    /// The helper of `harness/helpers/<name>`, if it is built from these very sources.
    pub(super) fn built_helper(&self, name: &str) -> Option<Ready> {
        let inputs = self.helper_inputs(name, &needed().ok()?).ok()?;
        self.store.fresh(&self.helper_key(name), &inputs).map(ready)
    }

    /// Builds it unless that is done already.
    pub(super) fn build_helper(&self, name: &str) -> Result<Ready, String> {
        let needed = needed()?;
        let inputs = || self.helper_inputs(name, &needed);
        let make = || {
            let package = self.lab.helper(name);
            let triple = self.runner_triple();
            let what = format!("helper {name}{}", self.for_other());
            let build = CargoBuild {
                variables: slice::from_ref(&needed),
                ..self.cargo_build(what, &package, &triple)
            };
            let program = self.with_target_of(&build, None)?;
            let (kept_as, file) = (format!("helpers/{name}"), format!("labrun-{name}"));
            self.store.keep(&kept_as, &file, &program)
        };
        let built = self
            .store
            .made(&self.helper_key(name), inputs, || self.turn(), make);
        built.map(ready)
    }

    /// The plugin by which qemu counts instructions: a library of this machine's own, as qemu is.
    pub fn counter(&self) -> Result<Ready, Failure> {
        self.counter_of(&self.toolchain.host, "")
    }

    /// The same as a library of the machines that it builds for, where those are others than this one:
    /// there qemu is a program of theirs.
    pub fn counter_there(&self) -> Option<Result<Ready, Failure>> {
        self.processor.other()?;
        Some(self.counter_of(&self.runner_triple(), &self.suffix()))
    }

    fn counter_of(&self, triple: &str, suffix: &str) -> Result<Ready, Failure> {
        let package = self.lab.helper(COUNTER);
        if !package.join("Cargo.toml").is_file() {
            let package = package.display();
            return Err(Failure::unavailable(format!("the lab has no {package}")));
        }
        let inputs = || {
            let inputs = self.toolchain.inputs(&[])?;
            let inputs = self.toolchain.cross_inputs(inputs, triple)?;
            Ok(inputs.package(self.lab.path(), &package)?.digest())
        };
        let make = || {
            let what = if suffix.is_empty() {
                String::new()
            } else {
                self.for_other()
            };
            let build = CargoBuild {
                select: vec!["--lib".to_owned()],
                ..self.cargo_build(format!("helper {COUNTER}{what}"), &package, triple)
            };
            let file = "liblabrun_instructions.so";
            let library = self.with_target(&build, file)?;
            self.store
                .keep(&format!("helpers/{COUNTER}"), file, &library)
        };
        let key = format!("helper-{COUNTER}{suffix}");
        let built = self.store.made(&key, inputs, || self.turn(), make);
        built
            .map(ready)
            .map_err(|reason: String| self.unbuilt(reason))
    }

    /// [`drivers`](Self::drivers), and what counts instructions, where any are counted.
    pub fn drivers_and_counter(
        &self,
        definitions: &Definitions,
        wanted: &dyn Fn(&str) -> bool,
        is_counted: bool,
    ) -> Drivers {
        let mut drivers = self.drivers(definitions, wanted);
        if is_counted {
            drivers.insert(Driver::Helper(COUNTER.to_owned()), self.counter());
        }
        drivers
    }
}

/// The program that building a helper needs, by the variable that names it.
pub(super) fn needed() -> Result<Variable, String> {
    let (program, variable, mend) = NEEDS;
    let named = std::env::var(variable)
        .ok()
        .filter(|value| !value.is_empty());
    let found = on_path(&[named.as_deref().unwrap_or(program)])
        .map_err(|reason| format!("building it needs {program}: {reason}; install it: {mend}"))?;
    Ok((variable.to_owned(), found.into_os_string()))
}

fn ready(stored: Stored) -> Ready {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ready::of_file(stored.path, version, stored.sha256)
}
