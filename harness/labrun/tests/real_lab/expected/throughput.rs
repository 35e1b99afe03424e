//! Steady state: calls, kernels, files and servers.

use super::{Kind, NODE, Right, Rows, WASMEDGE, WASMER, WASMI, WASMTIME, kinds};

const QUICK: [&str; 6] = [
    "native/static",
    "native/dynamic",
    "docker/runc",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
];

/// What the isolation answers with where nothing else is in the way.
fn right(kind: Kind, selected: bool) -> Right {
    match selected && QUICK.contains(&kind.isolation) {
        false => Right::NotSelected,
        true if kind.has_target() => Right::Measured(3),
        true => Right::Unsupported,
    }
}

pub(super) fn add(rows: &mut Rows) {
    calls(rows);
    for workload in ["sha256", "json", "matmul", "matmul-simd"] {
        let (work, has_bytes) = match workload {
            "sha256" => ("op=hash", true),
            "json" => ("op=parse-print", true),
            _ => ("op=multiply", false),
        };
        for kind in kinds(workload) {
            // A pool computes no faster.
            let selected = workload != "matmul-simd" && kind.isolation != "wasmtime/pooling-aot";
            let right = right(kind, selected);
            rows.add(kind, "operations_per_second", work, right);
            if has_bytes {
                rows.add(kind, "bytes_per_second", work, right);
            }
        }
    }
    files(rows);
    servers(rows);
}

/// Calls across the boundary, which need no program.
fn calls(rows: &mut Rows) {
    let wasm = WASMTIME.into_iter().chain(WASMER).chain(WASMI);
    let wasm = wasm.chain(WASMEDGE).chain(NODE);
    let wasm = wasm.map(|isolation| (isolation, "wasip1"));
    for (isolation, target) in wasm.chain([("native/in-process", "native")]) {
        let kind = Kind {
            workload: "add",
            isolation,
            target,
        };
        let right = match isolation {
            "native/in-process" => Right::Measured(3),
            _ => right(kind, isolation != "wasmtime/pooling-aot"),
        };
        rows.add(kind, "calls_per_second", "export=add", right);
        rows.add(kind, "operations_per_second", "export=add_loop", right);
    }
}

fn files(rows: &mut Rows) {
    let ways = [
        ("sequential-read", "block=64 KiB cache=warm file=64 MiB"),
        (
            "sequential-write",
            "block=64 KiB cache=write-back file=64 MiB",
        ),
        ("random-read", "block=4 KiB cache=warm file=64 MiB"),
        ("random-write", "block=4 KiB cache=write-back file=64 MiB"),
        ("small-files", "block=4 KiB cache=warm"),
        ("fsync", "block=4 KiB cache=synced file=1 MiB"),
    ];
    for kind in kinds("file-io") {
        for (op, params) in ways {
            for fs in ["tmpfs", "disk"] {
                let quick = fs == "tmpfs" && ["sequential-read", "small-files"].contains(&op);
                let right = right(kind, quick && kind.isolation != "wasmtime/pooling-aot");
                let what = format!("{params} fs={fs} op={op}");
                rows.add(kind, "operations_per_second", &what, right);
                rows.add(kind, "bytes_per_second", &what, right);
            }
        }
    }
}

fn servers(rows: &mut Rows) {
    for kind in kinds("http") {
        let networks: &[_] = match kind.isolation {
            "docker/runc" | "docker/runc-debian" => &["published", "container"],
            "docker/runc-nonet" | "bubblewrap/unshare-all" => &["veth"],
            _ if kind.is("docker") && kind.isolation != "docker/runc-hostnet" => {
                &["published", "container"]
            }
            _ if kind.is("oci") || kind.is("containerd") => &["veth"],
            _ => &["host"],
        };
        let policies: &[_] = if kind.target.starts_with("wasi") {
            &["fresh", "reused"]
        } else {
            &["reused"]
        };
        let right = right(kind, true);
        for network in networks {
            for policy in policies {
                let of = format!("connections=16 network={network}");
                let closed = format!("{of} pace=closed policy={policy}");
                rows.add(kind, "requests_per_second", &closed, right);
                for percentile in ["p50", "p99"] {
                    let what = format!("{of} percentile={percentile} policy={policy} rate=50%");
                    rows.add(kind, "latency", &what, right);
                }
            }
        }
    }
}
