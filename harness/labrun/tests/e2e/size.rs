//! The scenario `size`: what is counted is what is there.

use std::path::Path;

use serde_json::Value;

use crate::support::{Lab, Question, Ran};

fn measured(path: Option<&Path>) -> (Lab, Ran) {
    let lab =
        Lab::fixture().question(&Question::size().isolation("native/dynamic").of("right", ""));
    let live = lab.begin_of("size", |command| match path {
        Some(path) => command.env("PATH", path),
        None => command,
    });
    let ran = live.ended();
    (lab, ran)
}

fn bytes(row: &Value) -> u64 {
    assert_eq!(row["outcome"], "measured", "{row:#}");
    // A size is counted: one value, which is its own interval.
    assert_eq!(row["n"], 1, "{row:#}");
    assert_eq!(row["ci"][0], row["median"], "{row:#}");
    assert_eq!(row["ci"][1], row["median"], "{row:#}");
    row["median"].as_f64().expect("a number") as u64
}

#[test]
fn the_bytes_of_a_file_are_those_of_the_file() {
    let (lab, ran) = measured(None);
    let ran = ran.exit(0);
    let form = |form| bytes(&ran.files.native("right", "size", &[form]));
    let run = ran.files.json("run.json");
    let mut artifacts = run["artifacts"].as_array().expect("artifacts").iter();
    let artifact = artifacts
        .find(|artifact| artifact["isolation"] == "native/static")
        .unwrap_or_else(|| panic!("no artifact in {run:#}"));
    let path = lab.path().join(artifact["path"].as_str().expect("a path"));
    let file = std::fs::metadata(path).expect("the file is there").len();
    assert_eq!(form("built"), file);
    assert_eq!(artifact["bytes"], file);
    assert!(form("stripped") <= file && form("stripped") > 0);
    assert_eq!(form("shipped"), form("stripped"), "nothing is precompiled");
    assert!(form("gzip") < form("shipped"));
    // What a dynamic program needs is there already, and no part of it.
    let mut dynamic = ran.files.rows("right", "native/dynamic");
    dynamic.retain(|row| row["metric"] == "size_needed");
    assert_eq!(dynamic.len(), 1);
    assert!(bytes(&dynamic[0]) > 100_000, "at least a libc");
}

#[test]
fn without_zstd_that_row_alone_is_unavailable() {
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    let folder = Path::new(&cargo).parent().expect("it lies somewhere");
    assert!(!folder.join("zstd").exists(), "it is a toolchain's own");
    let (_lab, ran) = measured(Some(folder));
    let ran = ran.exit(0);
    let zstd = ran.files.native("right", "size", &["zstd"]);
    assert_eq!(zstd["outcome"], "unavailable", "{zstd:#}");
    let reason = zstd["reason"].as_str().expect("a reason");
    assert!(reason.contains("apt-get install zstd"), "{reason}");
    for form in ["built", "stripped", "shipped", "gzip"] {
        bytes(&ran.files.native("right", "size", &[form]));
    }
}
