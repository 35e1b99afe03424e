//! Building labrun itself for a bundle: one file that runs on any Linux of its architecture.

use std::path::PathBuf;

use super::Builder;
use super::cargo::CargoBuild;

impl Builder<'_> {
    /// A labrun that needs no library of the machine. Where the lab's folder holds no source of
    /// it, the program that runs.
    pub fn labrun(&self) -> Result<PathBuf, String> {
        let package = self.lab.path().join("harness/labrun");
        if !package.join("Cargo.toml").is_file() {
            return std::env::current_exe().map_err(|error| error.to_string());
        }
        let triple = format!("{}-unknown-linux-musl", self.toolchain.arch());
        self.toolchain.ensure_target(&triple, self.progress)?;
        CargoBuild {
            what: format!("labrun for {triple}"),
            package: &package,
            configured_by: &package,
            triple: &triple,
            select: vec!["--bin".to_owned(), "labrun".to_owned()],
            target_dir: &self.store.cargo_target(),
            interrupt: &self.site.interrupt,
        }
        .run(Some("labrun"), self.progress)
    }
}
