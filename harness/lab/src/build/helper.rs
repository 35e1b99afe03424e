//! Building a helper: a program of the lab's own that is built apart, for what building it
//! needs beside Rust.

use std::path::Path;

use super::cargo::CargoBuild;
use super::store::{Store, Stored};
use super::toolchain::{Toolchain, Variable};
use crate::define::LabFolder;
use crate::isolation::find::on_path;
use crate::isolation::runner::Ready;
use crate::progress::Progress;
use crate::site::Site;

/// What building it needs: a program, the variable that may name it, and where it comes from.
const NEEDS: (&str, &str, &str) = ("protoc", "PROTOC", "sudo apt-get install protobuf-compiler");

/// A helper that is to be built from `harness/helpers/<name>`.
pub(super) struct Helper<'a> {
    pub(super) name: &'a str,
    pub(super) lab: &'a LabFolder,
    pub(super) store: &'a Store,
    pub(super) toolchain: &'a Toolchain,
}

impl Helper<'_> {
    fn key(&self) -> String {
        format!("helper-{}", self.name)
    }

    fn inputs(&self, needed: &Variable) -> std::io::Result<String> {
        let root = self.lab.path();
        let inputs = self.toolchain.inputs(std::slice::from_ref(needed))?;
        let inputs = inputs
            .file(Path::new(&needed.1))?
            .file(&root.join("Cargo.toml"))?
            .package(root, &self.lab.helper(self.name))?;
        Ok(inputs.digest())
    }

    /// The helper, if it is built from these very sources.
    pub(super) fn built(&self) -> Option<Ready> {
        let inputs = self.inputs(&needed().ok()?).ok()?;
        let stored = self.store.fresh::<Stored>(&self.key(), &inputs)?;
        Some(ready(stored))
    }

    /// Builds it unless that is done already.
    pub(super) fn build(&self, site: &Site, progress: &dyn Progress) -> Result<Ready, String> {
        let name = self.name;
        let needed = needed()?;
        let stored = self.store.made(
            &self.key(),
            || self.inputs(&needed),
            || self.store.turn(site, progress),
            || {
                let program = CargoBuild {
                    what: format!("helper {name}"),
                    toolchain: self.toolchain,
                    variables: std::slice::from_ref(&needed),
                    package: &self.lab.helper(name),
                    triple: &self.toolchain.host,
                    select: vec!["--bins".to_owned()],
                    target_dir: &self.store.cargo_target(),
                    interrupt: &site.interrupt,
                }
                .run(None, progress)?;
                let (kind, file) = (format!("helpers/{name}"), format!("labrun-{name}"));
                let stored = self.store.keep(&kind, &file, &program);
                stored.map_err(|error| format!("helper {name}: {error}"))
            },
        )?;
        Ok(ready(stored))
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
