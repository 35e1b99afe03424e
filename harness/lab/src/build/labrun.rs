//! Building labrun itself for a bundle: one file that runs on any Linux of its architecture.

use std::path::PathBuf;

use labrun_record::Target;

use super::Builder;
use super::cargo::CargoBuild;
use crate::isolation::Linking;
use crate::plan::artifact_triple;

impl Builder<'_> {
    /// A labrun that needs no library of the machine. Where the lab's folder holds no source of
    /// it, the program that runs; none where that is of another architecture than is built for.
    pub fn labrun(&self) -> Result<Option<PathBuf>, String> {
        let package = self.lab.path().join("harness/labrun");
        if !package.join("Cargo.toml").is_file() {
            let own = std::env::current_exe().map_err(|error| error.to_string())?;
            return Ok(self.processor.other().is_none().then_some(own));
        }
        let triple = artifact_triple(self.arch(), Target::Native, Linking::Static);
        let make = || {
            let build = CargoBuild {
                select: vec!["--bin".to_owned(), "labrun".to_owned()],
                ..self.cargo_build(format!("labrun for {triple}"), &package, &triple)
            };
            let file = self.with_target(&build, "labrun")?;
            let kept_as = format!("labrun/{triple}");
            self.store.keep(&kept_as, "labrun", &file)
        };
        let key = format!("labrun-{triple}");
        let inputs = || self.workspace_inputs(&triple, &package);
        let stored = self.store.made(&key, inputs, || self.turn(), make)?;
        Ok(Some(stored.path))
    }
}
