//! Every row that `all` has on this lab, written down without asking the lab.

mod cold_start;
mod memory;
mod size;
mod throughput;

use std::collections::BTreeMap;

use crate::Identity;

const NATIVE: [&str; 4] = [
    "native/static",
    "native/dynamic",
    "native/landlock",
    "bubblewrap/unshare-all",
];
const OCI: [&str; 4] = ["oci/runc", "oci/crun", "oci/youki", "oci/runsc"];
const DOCKER: [&str; 7] = [
    "docker/runc",
    "docker/runc-hostnet",
    "docker/runc-nonet",
    "docker/runc-debian",
    "docker/crun",
    "docker/youki",
    "docker/runsc",
];
const CONTAINERD: &str = "containerd/runc";
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
const WASMEDGE: [&str; 2] = ["wasmedge/interpreter", "wasmedge/aot"];

/// Command lines as they ship.
const COMMANDS: [&str; 16] = [
    "bun/run",
    "deno/run",
    "iwasm/run",
    "wasm3/run",
    "wasmedge-cli/precompiled",
    "wasmedge-cli/run",
    "wasmer-cli/precompiled",
    "wasmer-cli/run",
    "wasmer-cli/run-uncached",
    "wasmtime-cli/precompiled",
    "wasmtime-cli/run",
    "wasmtime-cli/run-uncached",
    "wazero/interpreter",
    "wazero/run",
    "wazero/run-cached",
    "wizard/run",
];

/// HTTP hosts as they ship: they have no rows but those of `http`.
const HOSTS: [&str; 7] = [
    "spin/up-cached",
    "spin/up-uncached",
    "wasmtime-serve/cached",
    "wasmtime-serve/reused",
    "wasmtime-serve/uncached",
    "workerd/fresh",
    "workerd/reused",
];
const NODE: [&str; 3] = ["node/liftoff", "node/turbofan", "node/v8"];

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

/// Whether it needs something that scripts/test may be unable to install.
pub(crate) fn may_be_missing(isolation: &str) -> bool {
    let technology = isolation.split('/').next().unwrap_or_default();
    ["docker", "oci", "bubblewrap", "containerd", "node"].contains(&technology)
        || WASMEDGE.contains(&isolation)
        || SHIMS.contains(&isolation)
        || COMMANDS.contains(&isolation)
        || HOSTS.contains(&isolation)
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
    kinds.extend(all(&OCI, "image"));
    kinds.extend(all(&DOCKER, "image"));
    kinds.extend(all(&[CONTAINERD], "image"));
    kinds.extend(all(&SHIMS, "wasip1"));
    let targets: &[_] = match workload {
        "http" => &["wasip1", "wasip2"],
        _ => &["wasip1"],
    };
    for target in targets {
        kinds.extend(all(&WASMTIME, target));
        kinds.extend(all(&WASMER, target));
        kinds.extend(all(&WASMI, target));
        kinds.extend(all(&COMMANDS, target));
        if workload == "http" {
            kinds.extend(all(&HOSTS, target));
        }
        kinds.extend(all(&NODE, target));
        kinds.extend(all(&WASMEDGE, target));
    }
    kinds
}

impl Kind {
    fn is(&self, technology: &str) -> bool {
        self.isolation.split('/').next() == Some(technology)
    }

    /// Whether it has no starts but `process`: a product as it ships, a shim.
    fn is_product(&self) -> bool {
        COMMANDS.contains(&self.isolation)
            || HOSTS.contains(&self.isolation)
            || SHIMS.contains(&self.isolation)
    }

    /// Whether it is there at all: of what is embedded only wasmtime has the component
    /// model, and a command serves nothing.
    fn has_target(&self) -> bool {
        match self.isolation.split('/').next() {
            Some("wasmtime") => true,
            Some("wasmtime-serve" | "spin") => self.target == "wasip2",
            _ if COMMANDS.contains(&self.isolation) => self.workload != "http",
            _ => self.target != "wasip2",
        }
    }
}
