//! The lab of this repository, measured quickly through the real binary: every row is
//! there, none failed, and the page shows each measured one in a browser.
//!
//! labrun builds what it measures into the caller's `CARGO_TARGET_DIR`: the first time
//! that takes many minutes, later ones none.

mod page;
mod rows;
#[path = "../e2e/kit/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The identity of a row, as far as rows of this scenario differ.
type Identity = [String; 5];

struct Measured {
    summary: Value,
    page: PathBuf,
}

/// One quick run for all tests.
fn measured() -> &'static Measured {
    static RUN: OnceLock<Measured> = OnceLock::new();
    RUN.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real-lab");
        // What an earlier test run left to be looked at.
        let _ = std::fs::remove_dir_all(&out);
        let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let ran = Command::new(env!("CARGO_BIN_EXE_labrun"))
            .arg("--lab")
            .arg(lab)
            .args(["scenario", "cold-start", "--quick", "--json", "--out"])
            .arg(&out)
            .output()
            .expect("labrun starts");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{said}");
        let summary = serde_json::from_slice(&ran.stdout).expect("stdout is JSON alone");
        Measured {
            summary,
            page: out.join("report.html"),
        }
    })
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

fn results() -> impl Iterator<Item = &'static Value> {
    let results = measured().summary["results"].as_array();
    results.expect("results").iter()
}

fn identity(row: &Value) -> Identity {
    ["workload", "isolation", "target", "start", "metric"].map(|key| text(row, key))
}
