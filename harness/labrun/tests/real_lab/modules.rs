//! A module is the same bytes whoever builds it, and wherever: from another checkout, into another store,
//! with another home. Those that have crates of others in them are looked at, since messages of panics
//! name the files that they are from.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::{alone, lab, target};

/// Workloads with crates of others in them. What runs modules as they are, and is not built here.
const ASKED: [&str; 8] = [
    "-w",
    "json",
    "-w",
    "file-io",
    "-w",
    "add",
    "-i",
    "wasmtime-cli/run",
];

/// What was built of modules, by what it is, with its digest.
fn built(lab: &Path, store: &Path, home: Option<&Path>) -> BTreeMap<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labrun"));
    command.arg("--lab").arg(lab).args(["build", "--json"]);
    command.args(ASKED).env("CARGO_TARGET_DIR", store);
    if let Some(home) = home {
        // Where a user's own cargo and rustup are stays said: another user has them elsewhere, and the same.
        let own = std::env::var_os("HOME").unwrap_or_default();
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let there = std::env::var_os(name);
            command.env(
                name,
                there.unwrap_or_else(|| Path::new(&own).join(folder).into()),
            );
        }
        command.env("HOME", home);
    }
    let ran = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{said}");
    let json: Value = serde_json::from_slice(&ran.stdout).expect("stdout is JSON alone");
    let all = json["built"].as_array().expect("a list").iter();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    all.map(|one| (text(one, "what"), text(one, "sha256")))
        .filter(|(what, _)| what.contains("for wasm32"))
        .collect()
}

#[test]
fn a_module_is_the_same_bytes_from_another_checkout_by_another_user() {
    let _one = alone();
    let here = built(&lab(), target(), None);
    for workload in ["json", "file-io", "add"] {
        let what = format!("{workload} for wasm32-wasip1");
        assert!(here.contains_key(&what), "{here:?}");
    }
    let copy = Checkout::new("real-lab-modules");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let path = |name: &str| elsewhere.path().join(name);
    let home = path("a user's home");
    std::fs::create_dir(&home).expect("makes a folder");
    let there = built(copy.path(), &path("another store"), Some(&home));
    assert_eq!(there, here);
}
