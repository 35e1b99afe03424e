//! A workload that takes and touches 64 MiB reads as 64 MiB more than one that does nothing,
//! in every isolation. Proportional memory (PSS) divides what processes share by how many
//! they are: another lab that runs the same runtimes meanwhile changes what is read.

use std::collections::BTreeMap;

use crate::expected::may_be_missing;
use crate::skip::skip;
use crate::{scenario, text};

/// What `allocate` takes, in bytes.
const TAKEN: f64 = 67_108_864.0;

/// Everything but what has a heap of its own beside the guest's: JavaScript's hosts (node, bun,
/// deno) differ by several MiB from one module to the next, since they compile while they run
/// and collect when they like.
const LOOKED_AT: [&str; 11] = [
    "native/*",
    "bubblewrap/*",
    "oci/*",
    "docker/*",
    "containerd/*",
    "wasmtime/*",
    "wasmer/*",
    "wasmi/*",
    "wasmedge/*",
    "wasmtime-cli/*",
    "wasmer-cli/*",
];

#[test]
fn memory_that_is_taken_reads_back() {
    let mut what = vec!["memory", "-w", "noop", "-w", "allocate", "--samples", "1"];
    what.extend(LOOKED_AT.iter().flat_map(|glob| ["-i", glob]));
    let ran = scenario("real-lab-memory", &[], &what);
    let mut read: BTreeMap<(String, String), BTreeMap<String, f64>> = BTreeMap::new();
    let mut unavailable = BTreeMap::new();
    for row in ran.results() {
        let (metric, isolation) = (text(row, "metric"), text(row, "isolation"));
        // The others have what is not the workload's, such as the page cache.
        let asked =
            text(row, "scope") == "pss" && ["memory_idle", "memory_marginal"].contains(&&*metric);
        if !asked || row["outcome"] == "not-selected" {
            continue;
        }
        if row["outcome"] == "unavailable" && may_be_missing(&isolation) {
            unavailable.insert(isolation, text(row, "reason"));
            continue;
        }
        let bytes = row["median"].as_f64().unwrap_or_else(|| panic!("{row:#}"));
        let kind = read.entry((isolation, metric)).or_default();
        kind.insert(text(row, "workload"), bytes);
    }
    // What needs nothing but this repository: native, wasmtime, wasmer, wasmi.
    assert!(read.len() >= 2 * (3 + 5 + 4 + 2), "{read:#?}");
    for (kind, of) in read {
        let off = (of["allocate"] - of["noop"]) / TAKEN - 1.0;
        println!("{} {}: {:+.2} %", kind.0, kind.1, 100.0 * off);
        assert!(off.abs() <= 0.03, "{kind:?}: {of:?}");
    }
    if let Some(reason) = unavailable.get("docker/runc") {
        skip("real-lab-memory-docker", reason);
    }
}
