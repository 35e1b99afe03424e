//! Building a workload for a target.

use std::path::Path;

use labrun_record::{Artifact, Target};

use super::Builder;
use super::cargo::CargoBuild;
use crate::define::{ArtifactKind, Workload};

impl Builder<'_> {
    /// Builds `workload` for `triple` unless that is done already.
    pub(super) fn compiled(
        &self,
        workload: &Workload,
        (target, triple, kind): (Target, &str, ArtifactKind),
    ) -> Result<Artifact, String> {
        let name = &workload.name;
        let exports = kind != workload.artifact_kind(target);
        // What a target is as a rule keeps the plain name.
        let other = match kind {
            _ if !exports => "",
            ArtifactKind::Bin => "-bin",
            ArtifactKind::Cdylib => "-lib",
        };
        let make = || {
            let is_wasm = triple.starts_with("wasm");
            let kept = format!("{name}{}", if is_wasm { ".wasm" } else { "" });
            let library = || library(&workload.folder);
            let (select, wanted) = match kind {
                ArtifactKind::Bin => (vec!["--bin", name], kept.clone()),
                ArtifactKind::Cdylib if is_wasm => (vec!["--lib"], format!("{}.wasm", library()?)),
                ArtifactKind::Cdylib => (vec!["--lib"], format!("lib{}.so", library()?)),
            };
            let what = format!("workload {name} for {triple}");
            let build = CargoBuild {
                select: select.into_iter().map(str::to_owned).collect(),
                ..self.cargo_build(what, &workload.folder, triple)
            };
            let file = self.with_target(&build, &wanted)?;
            let kind = format!("artifacts/{name}/{triple}{other}");
            let stored = self.store.keep(&kind, &kept, &file)?;
            Ok::<_, String>(Artifact {
                workload: name.clone(),
                target,
                triple: triple.to_owned(),
                path: stored.path,
                sha256: stored.sha256,
                bytes: stored.bytes,
                toolchain: self.toolchain.version.clone(),
                isolation: None,
                exports,
            })
        };
        let key = format!("artifact-{name}-{triple}{other}");
        let inputs = || self.workspace_inputs(triple, &workload.folder);
        Ok(Artifact {
            target,
            exports,
            ..self.store.made(&key, inputs, || self.turn(), make)?
        })
    }
}

/// The name of a package's library: `[lib] name`, or the package's with `_`.
fn library(folder: &Path) -> Result<String, String> {
    let path = folder.join("Cargo.toml");
    let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| fault(&error))?;
    let manifest: toml::Value = toml::from_str(&text).map_err(|error| fault(&error))?;
    let name = |section: &str| manifest.get(section)?.get("name")?.as_str();
    let name = name("lib").or_else(|| name("package"));
    let name = name.ok_or_else(|| fault(&"it has no name"))?;
    Ok(name.replace('-', "_"))
}
