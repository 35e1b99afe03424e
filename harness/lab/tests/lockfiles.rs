//! Runners are outside the workspace, each with a lockfile of its own. Where they
//! share code, they share its versions: whatever runner-kit depends on is the same
//! in every lockfile, or the same measurement would be made with different code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Name and version of everything that `package` reaches in a lockfile.
fn closure(lock: &Path, package: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(lock).expect("a lockfile");
    let lock: toml::Value = toml::from_str(&text).expect("TOML");
    let packages = lock["package"].as_array().expect("packages");
    let word =
        |package: &toml::Value, key: &str| package[key].as_str().expect("a string").to_owned();
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut waiting = vec![package.to_owned()];
    while let Some(wanted) = waiting.pop() {
        // "name", or "name version" where there are several.
        let (name, version) = wanted
            .split_once(' ')
            .map_or((wanted.as_str(), None), |(n, v)| (n, Some(v)));
        for found in packages {
            let matches =
                word(found, "name") == name && version.is_none_or(|v| word(found, "version") == v);
            if matches
                && reached
                    .entry(name.to_owned())
                    .or_default()
                    .insert(word(found, "version"))
            {
                let dependencies = found.get("dependencies").and_then(toml::Value::as_array);
                waiting.extend(
                    dependencies
                        .into_iter()
                        .flatten()
                        .filter_map(|d| d.as_str().map(str::to_owned)),
                );
            }
        }
    }
    reached
}

#[test]
fn lockfiles_agree_on_what_runner_kit_depends_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ours = closure(&root.join("Cargo.lock"), "labrun-runner-kit");
    assert!(ours.len() > 5, "the closure was found");
    let runners: Vec<PathBuf> = fs::read_dir(root.join("harness/runners"))
        .expect("runners")
        .map(|entry| entry.expect("an entry").path().join("Cargo.lock"))
        .filter(|lock| lock.exists())
        .collect();
    assert!(runners.len() >= 2);
    let mut differences = Vec::new();
    for lock in runners {
        let theirs = closure(&lock, "labrun-runner-kit");
        for (name, versions) in &ours {
            // A runner may switch on features that bring more, or leave optional parts
            // out; what both have must agree.
            if let Some(other) = theirs.get(name)
                && !versions.is_subset(other)
            {
                differences.push(format!(
                    "{name}: {versions:?} here, {other:?} in {}",
                    lock.display()
                ));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "run `cargo update -p NAME --precise VERSION`:\n{}",
        differences.join("\n")
    );
}
