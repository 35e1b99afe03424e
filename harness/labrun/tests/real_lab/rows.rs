//! Every isolation and workload has its rows, and none of them failed.

use std::collections::BTreeMap;

use crate::skip::skip;
use crate::{Identity, identity, measured, results, text};

const WASMTIME: [&str; 5] = [
    "cranelift-jit",
    "cranelift-aot",
    "pooling-aot",
    "winch-jit",
    "pulley-aot",
];
const WASMER: [&str; 4] = [
    "cranelift-jit",
    "cranelift-aot",
    "singlepass-jit",
    "singlepass-aot",
];
const DOCKER: [&str; 4] = ["runc", "runc-hostnet", "runc-nonet", "runc-debian"];

/// What `--quick` takes.
const QUICK: [&str; 9] = [
    "native/static",
    "native/dynamic",
    "docker/runc",
    "docker/runc-hostnet",
    "wasmtime/cranelift-jit",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
    "wasmer/singlepass-jit",
];

/// Every row that the scenario has, and whether its isolation can do it at all.
fn expected() -> BTreeMap<Identity, bool> {
    let mut rows = BTreeMap::new();
    for workload in ["add", "file-io", "http"] {
        let mut add = |isolation: &str, target: &str, starts: &[&str], supported: bool| {
            for start in starts {
                let mut metrics = vec!["time_to_first_result", "teardown"];
                metrics.extend((*start == "loaded").then_some("instantiate_warm"));
                for metric in metrics {
                    let row = [workload, isolation, target, start, metric];
                    rows.insert(row.map(str::to_owned), supported);
                }
            }
        };
        for linking in ["static", "dynamic"] {
            add(&format!("native/{linking}"), "native", &["process"], true);
        }
        for configuration in DOCKER {
            let isolation = format!("docker/{configuration}");
            add(&isolation, "image", &["process"], true);
        }
        let starts = ["process", "resident", "loaded"];
        let component = workload == "http";
        for configuration in WASMTIME {
            let isolation = format!("wasmtime/{configuration}");
            add(&isolation, "wasip1", &starts, true);
            if component {
                add(&isolation, "wasip2", &starts, true);
            }
        }
        for configuration in WASMER {
            let isolation = format!("wasmer/{configuration}");
            // It does not sync, and has no component model.
            add(&isolation, "wasip1", &starts, workload != "file-io");
            if component {
                add(&isolation, "wasip2", &starts, false);
            }
        }
    }
    rows
}

#[test]
fn every_isolation_has_its_rows_and_none_failed() {
    let expected = expected();
    let mut unavailable = None;
    for row in results() {
        let identity = identity(row);
        let supported = *expected
            .get(&identity)
            .unwrap_or_else(|| panic!("a row that nobody expects: {identity:?}"));
        let isolation = identity[1].as_str();
        let outcome = text(row, "outcome");
        if outcome == "unavailable" && isolation.starts_with("docker/") {
            unavailable = Some(text(row, "reason"));
            continue;
        }
        let right = match (QUICK.contains(&isolation), supported) {
            (false, _) => "not-selected",
            (true, false) => "unsupported",
            (true, true) => "measured",
        };
        assert_eq!(outcome, right, "{row:#}");
        if outcome == "measured" {
            assert_eq!(row["n"], 10, "{row:#}");
            assert!(row["ci"].is_array() && !row["artifact_sha256"].is_null());
        } else {
            assert_ne!(text(row, "reason"), "", "{row:#}");
        }
    }
    assert_eq!(results().count(), expected.len(), "every row, once");
    if let Some(reason) = unavailable {
        skip("real-lab-docker", &reason);
    }
}

#[test]
fn the_run_is_marked_as_an_indication() {
    assert_eq!(measured().summary["indicative"], true);
    assert_eq!(measured().summary["scenario"], "cold-start");
    assert!(measured().summary["interrupted"].is_null());
}
