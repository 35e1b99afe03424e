//! The manifest of another version: the same package, with other numbers for the
//! runtime's crates, and paths that hold wherever the package lies.

use std::path::Path;

use semver::Version;
use toml::{Table, Value};

use crate::define::Versions;

/// Rewrites the manifest of the package in `folder`.
pub(super) fn rewrite(
    manifest: &str,
    folder: &Path,
    versions: &Versions,
    version: &Version,
) -> Result<String, String> {
    let mut manifest: Table = toml::from_str(manifest)
        .map_err(|error| format!("Cargo.toml cannot be read: {}", error.message()))?;
    // Where it lies, it must not be taken for a member of another workspace.
    let workspace = Value::Table(Table::new());
    manifest.entry("workspace").or_insert(workspace);
    let mut missing: Vec<&str> = versions.every().collect();
    for dependencies in sections(&mut manifest) {
        for (key, dependency) in dependencies.iter_mut() {
            let name = renamed(dependency).unwrap_or(key).to_owned();
            if let Some(asked) = versions.requirement(&name, version) {
                missing.retain(|missing| *missing != name);
                match &mut *dependency {
                    Value::Table(table) => drop(table.insert("version".to_owned(), asked.into())),
                    plain => *plain = asked.into(),
                }
            }
            if let Some(Value::String(path)) = dependency.get_mut("path") {
                let there = std::fs::canonicalize(folder.join(&*path))
                    .map_err(|error| format!("Cargo.toml: {path}: {error}"))?;
                *path = there.to_string_lossy().into_owned();
            }
        }
    }
    if let Some(name) = missing.first() {
        return Err(format!(
            "runner.toml: [versions] names `{name}`, which Cargo.toml does not depend on"
        ));
    }
    toml::to_string(&manifest).map_err(|error| format!("Cargo.toml cannot be written: {error}"))
}

/// Every table of dependencies, those for some targets among them.
fn sections(manifest: &mut Table) -> Vec<&mut Table> {
    const NAMES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut found = Vec::new();
    for (key, value) in manifest.iter_mut() {
        let Value::Table(table) = value else { continue };
        if NAMES.contains(&key.as_str()) {
            found.push(table);
        } else if key == "target" {
            let targets = table.iter_mut().filter_map(|(_, of)| of.as_table_mut());
            for of_target in targets {
                let of = of_target.iter_mut();
                let of = of.filter(|(key, _)| NAMES.contains(&key.as_str()));
                found.extend(of.filter_map(|(_, value)| value.as_table_mut()));
            }
        }
    }
    found
}

/// The package behind a dependency that has another name here.
fn renamed(dependency: &Value) -> Option<&str> {
    dependency.get("package")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
        [package]
        name = "labrun-runner-rt"
        build = "../version.rs"

        [dependencies]
        anyhow = "1"
        kit = { path = "../kit" }
        rt = { version = "=7.4.2", default-features = false, features = ["a", "b"] }
        rt-types = "=7.4.2"
        outer = { package = "rt-outer", version = "=0.704.2" }

        [target.'cfg(unix)'.dependencies]
        rt = "=7.4.2"

        [dev-dependencies]
        kit = { path = "../kit", features = ["testing"] }
    "#;

    fn versions(crates: &[&str]) -> Versions {
        let crates: Vec<String> = crates.iter().map(|&name| format!("{name:?}")).collect();
        let text = format!(
            "crates = [{}]\nfollow = {{ rt-outer = \"0.{{major}}0{{minor}}\" }}",
            crates.join(", ")
        );
        toml::from_str(&text).expect("is TOML")
    }

    fn rewritten(crates: &[&str]) -> Result<Table, String> {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("rt");
        for name in ["rt", "kit"] {
            std::fs::create_dir(root.path().join(name)).expect("made");
        }
        let version = Version::new(6, 1, 3);
        let text = rewrite(MANIFEST, &folder, &versions(crates), &version)?;
        let place = root.path().canonicalize().expect("is there");
        let text = text.replace(&place.display().to_string(), "ROOT");
        Ok(toml::from_str(&text).expect("is TOML"))
    }

    #[test]
    fn the_runtimes_crates_have_the_version_and_the_rest_stays() {
        let manifest = rewritten(&["rt", "rt-types"]).expect("is rewritten");
        let dependencies = &manifest["dependencies"];
        assert_eq!(dependencies["rt"]["version"].as_str(), Some("=6.1.3"));
        let features = dependencies["rt"]["features"].as_array().map(Vec::len);
        assert_eq!(features, Some(2));
        assert_eq!(
            dependencies["rt"]["default-features"],
            Value::Boolean(false)
        );
        assert_eq!(dependencies["rt-types"].as_str(), Some("=6.1.3"));
        assert_eq!(dependencies["anyhow"].as_str(), Some("1"));
        let of_target = &manifest["target"]["cfg(unix)"]["dependencies"];
        assert_eq!(of_target["rt"].as_str(), Some("=6.1.3"));
        // Cargo then takes the one that asks for this very version of the runtime.
        assert_eq!(dependencies["outer"]["version"].as_str(), Some("0.601"));
        assert_eq!(manifest["package"]["build"].as_str(), Some("../version.rs"));
    }

    #[test]
    fn paths_hold_wherever_the_copy_lies() {
        let manifest = rewritten(&["rt"]).expect("is rewritten");
        for section in ["dependencies", "dev-dependencies"] {
            let path = manifest[section]["kit"]["path"].as_str();
            assert_eq!(path, Some("ROOT/kit"), "{section}");
        }
        assert!(manifest["workspace"].is_table());
    }

    #[test]
    fn a_crate_that_is_no_dependency_is_a_mistake() {
        let error = rewritten(&["rt", "rt-typos"]).expect_err("is a mistake");
        assert!(error.contains("`rt-typos`"), "{error}");
    }
}
