//! The lab of this repository, measured quickly through the real binary: every row of all
//! four measures is there, none failed, and the page shows each measured one in a browser.
//! Memory that a workload takes reads back as what it is, and what syncs really syncs. What
//! CONTRIBUTING.md says of adding something is done in a copy of it. scripts/nightly records it.
//!
//! labrun builds what it measures into the caller's `CARGO_TARGET_DIR`: the first time
//! that takes many minutes, later ones none.

mod arm64;
mod checkout;
mod conformance;
mod contributing;
mod expected;
mod known_memory;
mod modules;
mod nightly;
mod own;
mod page;
mod planned;
mod rows;
#[path = "../e2e/support/skip.rs"]
mod skip;
mod syncs;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

/// The identity of a row: workload, isolation, target, metric, and what of it.
type Identity = [String; 5];

/// A run of the lab.
struct Ran {
    summary: Value,
    page: PathBuf,
}

/// The lab of this repository.
fn lab() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The target folder of the caller, in which a copy of the lab finds what is compiled already.
fn target() -> &'static Path {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    folder.expect("it is in the target folder")
}

/// Held while labrun runs on this lab: one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `labrun scenario` on this lab.
fn scenario(name: &str, before: &[&str], arguments: &[&str]) -> Ran {
    scenario_of(&lab(), name, before, arguments)
}

/// Runs `labrun scenario` on a lab, behind `before` (such as `strace`), as the only run at that
/// time: what is measured here is not to be disturbed by a test beside it.
fn scenario_of(lab: &Path, name: &str, before: &[&str], arguments: &[&str]) -> Ran {
    let _one = alone();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // What an earlier test run left to be looked at.
    let _ = std::fs::remove_dir_all(&out);
    let binary = env!("CARGO_BIN_EXE_labrun");
    let (program, rest) = match before {
        [] => (binary, &[][..]),
        [program, rest @ ..] => (*program, rest),
    };
    let mut command = Command::new(program);
    command.args(rest);
    if !before.is_empty() {
        command.arg(binary);
    }
    let ran = command
        .env("CARGO_TARGET_DIR", target())
        .arg("--lab")
        .arg(lab)
        .arg("scenario")
        .args(arguments)
        .args(["--json", "--out"])
        .arg(&out)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{said}");
    let summary = serde_json::from_slice(&ran.stdout).expect("stdout is JSON alone");
    Ran {
        summary,
        page: out.join("report.html"),
    }
}

impl Ran {
    fn results(&self) -> impl Iterator<Item = &Value> {
        let results = self.summary["results"].as_array();
        results.expect("results").iter()
    }
}

/// One quick run of everything for all tests.
fn measured() -> &'static Ran {
    static RUN: OnceLock<Ran> = OnceLock::new();
    RUN.get_or_init(|| scenario("real-lab", &[], &["all", "--quick"]))
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

fn identity(row: &Value) -> Identity {
    let params = row["params"].as_object().into_iter().flatten();
    let params: Vec<String> = params
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
        .collect();
    let what = [text(row, "start"), text(row, "scope"), params.join(" ")].concat();
    let [workload, isolation, target, metric] =
        ["workload", "isolation", "target", "metric"].map(|key| text(row, key));
    [workload, isolation, target, metric, what]
}
