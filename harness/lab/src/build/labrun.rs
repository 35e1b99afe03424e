//! Building labrun itself for a bundle: one file that runs on any Linux of its architecture.

use std::path::PathBuf;

use super::Builder;
use super::cargo::CargoBuild;
use super::store::Stored;

impl Builder<'_> {
    /// A labrun that needs no library of the machine. Where the lab's folder holds no source of
    /// it, the program that runs.
    pub fn labrun(&self) -> Result<PathBuf, String> {
        let root = self.lab.path();
        let package = root.join("harness/labrun");
        if !package.join("Cargo.toml").is_file() {
            return std::env::current_exe().map_err(|error| error.to_string());
        }
        let (store, toolchain) = (&self.store, &self.toolchain);
        let triple = format!("{}-unknown-linux-musl", toolchain.arch());
        let inputs = || {
            let inputs = toolchain.inputs(&[])?.word(&triple);
            let inputs = inputs.file(&root.join("Cargo.lock"))?;
            let inputs = inputs.file(&root.join("Cargo.toml"))?;
            Ok(inputs.package(root, &package)?.digest())
        };
        let compile = || {
            toolchain.ensure_target(&triple, self.progress)?;
            let built = CargoBuild {
                what: format!("labrun for {triple}"),
                toolchain,
                variables: &[],
                package: &package,
                triple: &triple,
                select: vec!["--bin".to_owned(), "labrun".to_owned()],
                target_dir: &store.cargo_target(),
                interrupt: &self.site.interrupt,
            }
            .run(Some("labrun"), self.progress)?;
            let kept = store.keep(&format!("labrun/{triple}"), "labrun", &built);
            kept.map_err(|error| format!("cannot keep labrun: {error}"))
        };
        let turn = || store.turn(self.site, self.progress);
        let key = format!("labrun-{triple}");
        let stored: Stored = store.made(&key, inputs, turn, compile)?;
        Ok(stored.path)
    }
}
