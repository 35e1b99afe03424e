//! Footprints.

use super::{Right, Rows, kinds};

const QUICK: [&str; 7] = [
    "native/static",
    "native/dynamic",
    "docker/runc",
    "wasmtime/cranelift-jit",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
];

const SCOPES: [(&str, &[&str]); 4] = [
    (
        "memory_idle",
        &[
            "pss",
            "private",
            "cgroup-anon",
            "cgroup-file",
            "cgroup-kernel",
        ],
    ),
    ("memory_peak", &["hwm", "cgroup"]),
    ("memory_marginal", &["pss", "private"]),
    ("memory_fixed", &["pss", "private"]),
];

pub(super) fn add(rows: &mut Rows) {
    for kind in ["noop", "allocate", "http"].into_iter().flat_map(kinds) {
        let quick = QUICK.contains(&kind.isolation) && kind.workload != "allocate";
        let right = match quick {
            false => Right::NotSelected,
            true if kind.has_target() => Right::Measured(3),
            true => Right::Unsupported,
        };
        for (metric, scopes) in SCOPES {
            for scope in scopes {
                rows.add(kind, metric, scope, right);
            }
        }
    }
}
