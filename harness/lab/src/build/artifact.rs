//! Building a workload for a target.

use std::path::{Path, PathBuf};

use labrun_record::{Artifact, Target};

use super::cargo::CargoBuild;
use super::store::Store;
use super::toolchain::Toolchain;
use crate::define::{ArtifactKind, LabFolder, Workload};
use crate::progress::Progress;
use crate::site::Site;

/// Builds `workload` for `triple` unless that is done already.
pub(crate) fn build(
    lab: &LabFolder,
    store: &Store,
    toolchain: &Toolchain,
    site: &Site,
    workload: &Workload,
    (target, triple, kind): (Target, &str, ArtifactKind),
    progress: &dyn Progress,
) -> Result<Artifact, String> {
    // What a target is as a rule keeps the plain name.
    let exports = kind != workload.artifact_kind(target);
    let other = match kind {
        _ if !exports => "",
        ArtifactKind::Bin => "-bin",
        ArtifactKind::Cdylib => "-lib",
    };
    let artifact = store.made(
        &format!("artifact-{}-{triple}{other}", workload.name),
        || inputs(lab, toolchain, workload, triple),
        || store.turn(site, progress),
        || {
            toolchain.ensure_target(triple, progress)?;
            let built = compile(store, toolchain, site, workload, (triple, kind), progress)?;
            let name = if triple.starts_with("wasm") {
                format!("{}.wasm", workload.name)
            } else {
                workload.name.clone()
            };
            let kept_as = format!("artifacts/{}/{triple}{other}", workload.name);
            let stored = store.keep(&kept_as, &name, &built);
            let stored =
                stored.map_err(|error| format!("cannot keep {}: {error}", built.display()))?;
            Ok::<_, String>(Artifact {
                workload: workload.name.clone(),
                target,
                triple: triple.to_owned(),
                path: stored.path,
                sha256: stored.sha256,
                bytes: stored.bytes,
                toolchain: toolchain.version.clone(),
                isolation: None,
                exports,
            })
        },
    )?;
    Ok(Artifact {
        target,
        exports,
        ..artifact
    })
}

fn compile(
    store: &Store,
    toolchain: &Toolchain,
    site: &Site,
    workload: &Workload,
    (triple, kind): (&str, ArtifactKind),
    progress: &dyn Progress,
) -> Result<PathBuf, String> {
    let (select, file) = match kind {
        ArtifactKind::Bin => {
            let wasm = if triple.starts_with("wasm") {
                ".wasm"
            } else {
                ""
            };
            (
                vec!["--bin".to_owned(), workload.name.clone()],
                format!("{}{wasm}", workload.name),
            )
        }
        ArtifactKind::Cdylib => (
            vec!["--lib".to_owned()],
            if triple.starts_with("wasm") {
                format!("{}.wasm", library(&workload.folder)?)
            } else {
                format!("lib{}.so", library(&workload.folder)?)
            },
        ),
    };
    CargoBuild {
        what: format!("workload {} for {triple}", workload.name),
        toolchain,
        variables: &[],
        package: &workload.folder,
        triple,
        select,
        target_dir: &store.cargo_target(),
        interrupt: &site.interrupt,
    }
    .run(Some(&file), progress)
}

fn inputs(
    lab: &LabFolder,
    toolchain: &Toolchain,
    workload: &Workload,
    triple: &str,
) -> std::io::Result<String> {
    Ok(toolchain
        .inputs(&[])?
        .word(triple)
        .file(&lab.path().join("Cargo.lock"))?
        .file(&lab.path().join("Cargo.toml"))?
        .package(lab.path(), &workload.folder)?
        .digest())
}

/// The name of a package's library: `[lib] name`, or the package's with `_`.
fn library(folder: &Path) -> Result<String, String> {
    let path = folder.join("Cargo.toml");
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let manifest: toml::Value =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = |section: &str| {
        manifest
            .get(section)?
            .get("name")?
            .as_str()
            .map(str::to_owned)
    };
    name("lib")
        .or_else(|| name("package").map(|name| name.replace('-', "_")))
        .ok_or_else(|| format!("{}: it has no name", path.display()))
}
