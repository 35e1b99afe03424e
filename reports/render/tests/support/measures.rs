//! The identities of made-up runs of memory, size and throughput.

use std::collections::BTreeMap;

use labrun_record::{Metric, Part, Plan, Reference, Row, Run, Target, Tier};

use super::identity::{DOCKER, NATIVE, WASM};

/// `(isolation, tier, target)` of everything that a workload runs on.
fn isolations(component: bool) -> Vec<(&'static str, Tier, Target)> {
    let native = NATIVE.iter().map(|n| (*n, Tier::Process, Target::Native));
    let docker = DOCKER.iter().map(|n| (*n, Tier::Namespaces, Target::Image));
    let wasm = WASM.iter().map(|n| (*n, Tier::WasmSandbox, Target::Wasip1));
    let components = WASM
        .iter()
        .filter(|n| component && n.starts_with("wasmtime"))
        .map(|n| (*n, Tier::WasmSandbox, Target::Wasip2));
    native.chain(docker).chain(wasm).chain(components).collect()
}

fn params(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = pairs
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    owned.collect()
}

fn row(
    workload: &str,
    (isolation, tier, target): (&str, Tier, Target),
    metric: Metric,
    scope: Option<&str>,
    own: &[(&str, &str)],
) -> Row {
    Row {
        workload: workload.into(),
        target,
        isolation: isolation.into(),
        tier,
        arch: "x86_64".into(),
        metric,
        start: None,
        scope: scope.map(Into::into),
        params: params(own),
    }
}

pub fn memory() -> Vec<Row> {
    let mut rows = Vec::new();
    for workload in ["noop", "add", "http"] {
        for isolation in isolations(workload == "http") {
            for scope in [
                "pss",
                "cgroup",
                "private",
                "cgroup-anon",
                "cgroup-file",
                "cgroup-kernel",
            ] {
                rows.push(row(
                    workload,
                    isolation,
                    Metric::MemoryIdle,
                    Some(scope),
                    &[],
                ));
            }
            for scope in ["hwm", "cgroup"] {
                rows.push(row(
                    workload,
                    isolation,
                    Metric::MemoryPeak,
                    Some(scope),
                    &[],
                ));
            }
            let instances = if isolation.1 == Tier::Namespaces {
                "1..8"
            } else {
                "1..64"
            };
            for scope in ["pss", "cgroup", "private"] {
                for metric in [Metric::MemoryMarginal, Metric::MemoryFixed] {
                    let own = [("instances", instances)];
                    rows.push(row(workload, isolation, metric, Some(scope), &own));
                }
            }
        }
    }
    rows
}

pub fn size() -> Vec<Row> {
    let mut rows = Vec::new();
    for workload in ["noop", "add", "http"] {
        for isolation in isolations(workload == "http") {
            for form in ["built", "shipped", "gzip", "zstd"] {
                rows.push(row(
                    workload,
                    isolation,
                    Metric::Size,
                    None,
                    &[("form", form)],
                ));
            }
            if isolation.1 == Tier::Namespaces {
                for layer in ["1 base", "2 ours"] {
                    let own = [("form", "layer"), ("layer", layer)];
                    rows.push(row(workload, isolation, Metric::Size, None, &own));
                }
            }
        }
    }
    for isolation in isolations(false) {
        let what: &[&str] = match isolation.1 {
            Tier::Namespaces => &["daemon", "base"],
            Tier::Process => &["libraries"],
            _ => &["runtime", "libraries"],
        };
        for what in what {
            rows.push(row(
                "noop",
                isolation,
                Metric::SizeNeeded,
                None,
                &[("what", what)],
            ));
        }
    }
    rows
}

pub fn throughput() -> Vec<Row> {
    let mut rows = Vec::new();
    let in_process = ("native/in-process", Tier::Process, Target::Native);
    let wasm = |r: &(&str, Tier, Target)| r.1 == Tier::WasmSandbox;
    rows.push(row("add", in_process, Metric::CallsPerSecond, None, &[]));
    for isolation in isolations(false) {
        if wasm(&isolation) {
            rows.push(row("add", isolation, Metric::CallsPerSecond, None, &[]));
        }
        let own = [("loop", "in-guest")];
        rows.push(row(
            "add",
            isolation,
            Metric::OperationsPerSecond,
            None,
            &own,
        ));
        for kernel in ["sha256", "json", "matmul", "matmul-simd"] {
            rows.push(row(
                kernel,
                isolation,
                Metric::OperationsPerSecond,
                None,
                &[],
            ));
        }
        rows.push(row("sha256", isolation, Metric::BytesPerSecond, None, &[]));
        for (op, fs, block, cache) in [
            ("read-sequential", "tmpfs", "64 KiB", "warm"),
            ("read-random", "tmpfs", "4 KiB", "warm"),
            ("write", "disk", "64 KiB", "warm"),
            ("write-fsync", "disk", "4 KiB", "none"),
            ("read-sequential", "disk", "64 KiB", "dropped"),
        ] {
            let own = [
                ("op", op),
                ("fs", fs),
                ("file", "16 MiB"),
                ("block", block),
                ("cache", cache),
            ];
            for metric in [Metric::OperationsPerSecond, Metric::BytesPerSecond] {
                rows.push(row("file-io", isolation, metric, None, &own));
            }
        }
    }
    for isolation in isolations(true) {
        let policies: &[&str] = if wasm(&isolation) {
            &["fresh", "reused"]
        } else {
            &["reused"]
        };
        for policy in policies {
            http(&mut rows, isolation, policy);
        }
    }
    rows
}

fn http(rows: &mut Vec<Row>, isolation: (&str, Tier, Target), policy: &str) {
    if ![
        "native/static",
        "docker/runc",
        "wasmtime/pooling-aot",
        "wasmer/cranelift-aot",
    ]
    .contains(&isolation.0)
    {
        return;
    }
    let networks: &[Option<&str>] = if isolation.1 == Tier::Namespaces {
        &[Some("published"), Some("container")]
    } else {
        &[None]
    };
    for network in networks {
        let with = |more: &[(&'static str, &'static str)]| {
            let own: Vec<(&str, &str)> = [("policy", policy), ("connections", "64")]
                .into_iter()
                .chain(network.map(|n| ("network", n)))
                .chain(more.iter().copied())
                .collect();
            own
        };
        let closed = with(&[("pace", "closed")]);
        rows.push(row(
            "http",
            isolation,
            Metric::RequestsPerSecond,
            None,
            &closed,
        ));
        for rate in ["25%", "50%", "75%"] {
            for percentile in ["p50", "p99", "p999"] {
                let own = with(&[("rate", rate), ("percentile", percentile)]);
                rows.push(row("http", isolation, Metric::Latency, None, &own));
            }
        }
    }
}

/// What the metrics of these three are compared with.
pub fn references() -> Vec<Reference> {
    let reference =
        |metric, workload: Option<&str>, isolation: &str, own: &[(&str, &str)]| Reference {
            metric,
            isolation: isolation.into(),
            start: None,
            workload: workload.map(Into::into),
            to_workload: None,
            params: params(own),
        };
    let metrics = Metric::ALL.into_iter().filter(|m| {
        ![
            Metric::TimeToFirstResult,
            Metric::Teardown,
            Metric::InstantiateWarm,
            Metric::CallsPerSecond,
            Metric::Latency,
            Metric::RequestsPerSecond,
        ]
        .contains(m)
    });
    let mut all: Vec<Reference> = metrics
        .map(|m| reference(m, None, "native/static", &[]))
        .collect();
    all.push(reference(
        Metric::CallsPerSecond,
        Some("add"),
        "native/in-process",
        &[],
    ));
    for metric in [Metric::Latency, Metric::RequestsPerSecond] {
        all.push(reference(
            metric,
            Some("http"),
            "native/static",
            &[("policy", "reused")],
        ));
    }
    all
}

/// Several parts as one run: the parts' rows one after another.
pub fn joined(mut run: Run, parts: Vec<(&str, &str, Vec<Row>)>) -> Run {
    run.rows.clear();
    run.scenario = "all".into();
    run.id = "20261123T020000Z-all-vm".into();
    run.question = "What does an isolation cost?".into();
    run.command = ["labrun", "scenario", "all"].map(Into::into).into();
    for (scenario, question, rows) in parts {
        run.parts.push(Part {
            scenario: scenario.into(),
            question: question.into(),
            plan: Plan {
                min_samples: if scenario == "cold-start" { 30 } else { 10 },
                ..run.plan.clone()
            },
            first_row: run.rows.len(),
            rows: rows.len(),
        });
        run.rows.extend(rows);
    }
    run
}
