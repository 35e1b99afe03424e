//! The lockfile of another version: the runner's own, in which cargo changes what the
//! other version needs, and nothing else.

use std::fs;
use std::path::Path;
use std::process::Output;

use semver::Version;

use super::copy::write;
use crate::build::cargo::told;
use crate::build::toolchain::Toolchain;
use crate::define::{RunnerDefinition, Versions};

/// The runner's own lockfile from which the copy's was made.
pub(super) const FROM: &str = "Cargo.lock.from";

/// Writes the manifest of the copy in `package`, and makes its lockfile if it has none that
/// was made from the same.
pub(super) fn ensure(
    toolchain: &Toolchain,
    package: &Path,
    manifest: &str,
    definition: &RunnerDefinition,
    versions: &Versions,
    version: &Version,
) -> Result<(), String> {
    let runtime = definition.runtime();
    let fault = |error: std::io::Error| format!("cannot make the lockfile: {error}");
    let own = fs::read(definition.folder.join("Cargo.lock")).map_err(fault)?;
    let (toml, lock, from) = (
        package.join("Cargo.toml"),
        package.join("Cargo.lock"),
        package.join(FROM),
    );
    let same = |path: &Path, text: &[u8]| fs::read(path).is_ok_and(|found| found == text);
    if same(&toml, manifest.as_bytes()) && same(&from, &own) && lock.is_file() {
        return Ok(());
    }
    write(&toml, manifest.as_bytes()).map_err(fault)?;
    write(&lock, &own).map_err(fault)?;
    // `--workspace` resolves again what the manifest no longer agrees with, and leaves the
    // rest as it was pinned.
    let updated = cargo(toolchain, &["update", "--workspace"], Some(&toml))?;
    if !updated.status.success() {
        let said = told(&String::from_utf8_lossy(&updated.stderr));
        let newest = newest(toolchain, versions, version);
        return Err(format!(
            "cargo finds no {runtime} {version} that fits:\n{said}{newest}"
        ));
    }
    for name in &versions.crates {
        let found = locked(&lock, name)?;
        if found != [version.clone()] {
            let found: Vec<String> = found.iter().map(Version::to_string).collect();
            return Err(format!(
                "cargo took {name} {}, and not {version} alone: does [versions] in runner.toml \
                 name every crate of the runtime?",
                found.join(" and ")
            ));
        }
    }
    // Last, since it says that the others are right.
    write(&from, &own).map_err(fault)
}

/// What crates.io has of the same major, if cargo knows.
fn newest(toolchain: &Toolchain, versions: &Versions, version: &Version) -> String {
    let Some(first) = versions.crates.first() else {
        return String::new();
    };
    let Version { major, .. } = version;
    let asked = format!("{first}@{major}");
    let Ok(output) = cargo(toolchain, &["info", "--color", "never", &asked], None) else {
        return String::new();
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("version: "));
    let newest = line.and_then(|line| line.split_whitespace().next());
    let newest = newest.filter(|newest| *newest != version.to_string());
    newest.map_or_else(String::new, |newest| {
        format!("\nthe newest {first} {major} is {newest}")
    })
}

fn cargo(toolchain: &Toolchain, args: &[&str], manifest: Option<&Path>) -> Result<Output, String> {
    let mut command = toolchain.cargo(&[])?;
    command.args(args);
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
    }
    command
        .output()
        .map_err(|error| format!("cargo does not start: {error}; https://rustup.rs"))
}

/// The versions of a package in a lockfile, in their order.
pub(super) fn locked(lock: &Path, package: &str) -> Result<Vec<Version>, String> {
    #[derive(serde::Deserialize)]
    struct Lock {
        #[serde(default)]
        package: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let fault = |reason: String| format!("{}: {reason}", lock.display());
    let text = fs::read_to_string(lock).map_err(|error| fault(error.to_string()))?;
    let lock: Lock = toml::from_str(&text).map_err(|error| fault(error.to_string()))?;
    let own = lock.package.iter().filter(|one| one.name == package);
    let mut versions: Vec<Version> = own
        .filter_map(|one| Version::parse(&one.version).ok())
        .collect();
    versions.sort();
    Ok(versions)
}
