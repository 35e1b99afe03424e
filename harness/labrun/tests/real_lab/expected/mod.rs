//! Every row that `all` has on this lab, written down without asking the lab.

mod cold_start;
mod memory;
mod size;
mod throughput;

use std::collections::BTreeMap;

use crate::Identity;

const NATIVE: [&str; 2] = ["native/static", "native/dynamic"];
const DOCKER: [&str; 4] = [
    "docker/runc",
    "docker/runc-hostnet",
    "docker/runc-nonet",
    "docker/runc-debian",
];
/// runwasi's shims, which no package registry has: their rows are not quick ones.
const SHIMS: [&str; 3] = [
    "containerd/wasmtime",
    "containerd/wasmedge",
    "containerd/wasmer",
];
const WASMTIME: [&str; 5] = [
    "wasmtime/cranelift-jit",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmtime/winch-jit",
    "wasmtime/pulley-aot",
];
const WASMER: [&str; 4] = [
    "wasmer/cranelift-jit",
    "wasmer/cranelift-aot",
    "wasmer/singlepass-jit",
    "wasmer/singlepass-aot",
];

const WASMI: [&str; 2] = ["wasmi/interpreter", "wasmi/interpreter-eager"];

/// What a quick run makes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// So many launches.
    Measured(u64),
    Unsupported,
    NotSelected,
}

/// Every row, and what it comes to.
pub(crate) fn expected() -> BTreeMap<Identity, Right> {
    let mut rows = Rows::default();
    cold_start::add(&mut rows);
    memory::add(&mut rows);
    size::add(&mut rows);
    throughput::add(&mut rows);
    rows.0
}

/// The rows of one workload by one isolation, as one target.
#[derive(Debug, Clone, Copy)]
struct Kind {
    workload: &'static str,
    isolation: &'static str,
    target: &'static str,
}

#[derive(Default)]
struct Rows(BTreeMap<Identity, Right>);

impl Rows {
    /// A row; `what` is its start, its scope or its parameters.
    fn add(&mut self, kind: Kind, metric: &str, what: &str, right: Right) {
        let identity = [kind.workload, kind.isolation, kind.target, metric, what];
        let identity = identity.map(str::to_owned);
        assert!(
            self.0.insert(identity.clone(), right).is_none(),
            "the test expects it twice: {identity:?}"
        );
    }
}

/// Every isolation that runs programs, with each target that it takes the workload as.
fn kinds(workload: &'static str) -> Vec<Kind> {
    let all = |isolations: &[&'static str], target| -> Vec<Kind> {
        let kind = |isolation: &&'static str| Kind {
            workload,
            isolation,
            target,
        };
        isolations.iter().map(kind).collect()
    };
    let mut kinds = all(&NATIVE, "native");
    kinds.extend(all(&DOCKER, "image"));
    kinds.extend(all(&["containerd/runc"], "image"));
    kinds.extend(all(&SHIMS, "wasip1"));
    let targets: &[_] = match workload {
        "http" => &["wasip1", "wasip2"],
        _ => &["wasip1"],
    };
    for target in targets {
        kinds.extend(all(&WASMTIME, target));
        kinds.extend(all(&WASMER, target));
        kinds.extend(all(&WASMI, target));
    }
    kinds
}

impl Kind {
    fn is(&self, technology: &str) -> bool {
        self.isolation.split('/').next() == Some(technology)
    }

    /// Whether it is there at all: only wasmtime has the component model.
    fn has_target(&self) -> bool {
        self.is("wasmtime") || self.target != "wasip2"
    }
}
