//! Building a helper: a program of the lab's own that is built apart, for what building it
//! needs beside Rust.

use super::cargo::CargoBuild;
use super::inputs::Inputs;
use super::store::{Store, Stored};
use super::toolchain::Toolchain;
use crate::define::LabFolder;
use crate::isolation::docker::installed;
use crate::isolation::runner::{Executable, Ready};
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

    fn inputs(&self) -> std::io::Result<String> {
        let root = self.lab.path();
        let inputs = Inputs::default()
            .word(&self.toolchain.version)
            .word(&std::env::var("RUSTFLAGS").unwrap_or_default())
            .file(&root.join(".cargo/config.toml"))?
            .file(&root.join("Cargo.toml"))?
            .package(root, &self.lab.helper(self.name))?;
        Ok(inputs.digest())
    }

    /// The helper, if it is built from these very sources.
    pub(super) fn built(&self) -> Option<Ready> {
        let inputs = self.inputs().ok()?;
        let stored = self.store.fresh::<Stored>(&self.key(), &inputs)?;
        Some(ready(stored))
    }

    /// Builds it unless that is done already.
    pub(super) fn build(&self, site: &Site, progress: &dyn Progress) -> Result<Ready, String> {
        let name = self.name;
        let fault = |error: std::io::Error| format!("helper {name}: {error}");
        let inputs = self.inputs().map_err(fault)?;
        if let Some(stored) = self.store.fresh::<Stored>(&self.key(), &inputs) {
            return Ok(ready(stored));
        }
        let (program, variable, mend) = NEEDS;
        if std::env::var_os(variable).is_none() && !installed(program) {
            return Err(format!("building it needs {program}; install it: {mend}"));
        }
        let program = CargoBuild {
            what: format!("helper {name}"),
            package: &self.lab.helper(name),
            configured_by: &self.lab.helper(name),
            triple: &self.toolchain.host,
            select: vec!["--bins".to_owned()],
            target_dir: &self.store.cargo_target(),
            interrupt: &site.interrupt,
        }
        .run(None, progress)?;
        let stored = self
            .store
            .keep(
                &format!("helpers/{name}"),
                &format!("labrun-{name}"),
                &program,
            )
            .map_err(fault)?;
        self.store
            .note(&self.key(), &inputs, &stored)
            .map_err(fault)?;
        Ok(ready(stored))
    }
}

fn ready(stored: Stored) -> Ready {
    Ready {
        executable: Executable {
            path: stored.path,
            script: None,
        },
        linked: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sha256: stored.sha256,
    }
}
