//! Times to the first result.

use super::{Right, Rows, kinds};

const QUICK: [&str; 17] = [
    "native/static",
    "native/dynamic",
    "native/landlock",
    "bubblewrap/unshare-all",
    "oci/runc",
    "docker/runc",
    "docker/runc-hostnet",
    "wasmtime/cranelift-jit",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
    "wasmer/singlepass-jit",
    "wasmi/interpreter",
    "wasmtime-cli/run",
    "wasmtime-serve/cached",
    "workerd/reused",
    "node/v8",
];

pub(super) fn add(rows: &mut Rows) {
    for kind in ["add", "file-io", "http"].into_iter().flat_map(kinds) {
        // wasmer never syncs, which this workload does.
        let syncs = !(kind.is("wasmer") && kind.workload == "file-io");
        let right = match QUICK.contains(&kind.isolation) {
            false => Right::NotSelected,
            true if kind.has_target() && syncs => Right::Measured(10),
            true => Right::Unsupported,
        };
        let starts: &[_] = if kind.target.starts_with("wasi") && !kind.is_product() {
            &["process", "resident", "loaded"]
        } else {
            &["process"]
        };
        for start in starts {
            rows.add(kind, "time_to_first_result", start, right);
            rows.add(kind, "teardown", start, right);
        }
        if starts.contains(&"loaded") {
            rows.add(kind, "instantiate_warm", "loaded", right);
        }
    }
}
