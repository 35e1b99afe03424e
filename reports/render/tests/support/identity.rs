//! The identities and the records of the made-up run.

use std::collections::BTreeMap;

use labrun_record::{
    Artifact, Calibration, CgroupVersion, Fingerprint, IsolationRecord, METHOD_VERSION, Metric,
    Outcome, Plan, Reference, Row, Run, SCHEMA_VERSION, Setting, Start, Target, Tier,
};

pub const NATIVE: [&str; 2] = ["native/static", "native/dynamic"];
pub const DOCKER: [&str; 4] = [
    "docker/runc",
    "docker/runc-hostnet",
    "docker/runc-nonet",
    "docker/runc-debian",
];
pub const WASM: [&str; 9] = [
    "wasmtime/cranelift-jit",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmtime/winch-jit",
    "wasmtime/pulley-aot",
    "wasmer/cranelift-jit",
    "wasmer/cranelift-aot",
    "wasmer/singlepass-jit",
    "wasmer/singlepass-aot",
];

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for workload in ["add", "file-io", "http"] {
        for name in NATIVE {
            both(
                &mut rows,
                workload,
                name,
                Tier::Process,
                Target::Native,
                Start::Process,
            );
        }
        for name in DOCKER {
            both(
                &mut rows,
                workload,
                name,
                Tier::Namespaces,
                Target::Image,
                Start::Process,
            );
        }
        for name in WASM {
            for target in [Target::Wasip1, Target::Wasip2] {
                if target == Target::Wasip2 && workload != "http" {
                    continue;
                }
                for start in [Start::Process, Start::Resident, Start::Loaded] {
                    both(&mut rows, workload, name, Tier::WasmSandbox, target, start);
                }
                rows.push(row(
                    workload,
                    name,
                    Tier::WasmSandbox,
                    target,
                    Metric::InstantiateWarm,
                    Start::Loaded,
                ));
            }
        }
    }
    rows
}

fn both(rows: &mut Vec<Row>, workload: &str, name: &str, tier: Tier, target: Target, start: Start) {
    for metric in [Metric::TimeToFirstResult, Metric::Teardown] {
        rows.push(row(workload, name, tier, target, metric, start));
    }
}

fn row(
    workload: &str,
    name: &str,
    tier: Tier,
    target: Target,
    metric: Metric,
    start: Start,
) -> Row {
    Row {
        workload: workload.into(),
        target,
        isolation: name.into(),
        tier,
        arch: "x86_64".into(),
        metric,
        start: Some(start),
        scope: None,
        params: BTreeMap::new(),
    }
}

pub fn run(rows: Vec<Row>) -> Run {
    let reference = |metric| Reference {
        metric,
        isolation: "native/static".into(),
        start: Some(Start::Process),
        workload: None,
        to_workload: None,
        params: BTreeMap::new(),
    };
    Run {
        schema_version: SCHEMA_VERSION,
        method_version: METHOD_VERSION,
        lab_version: "0.1.0 (d10be23)".into(),
        id: "20261123T020000Z-cold-start-vm".into(),
        scenario: "cold-start".into(),
        question: "How long until a new isolate does useful work?".into(),
        started: "2026-11-23T02:00:00Z".into(),
        command: ["labrun", "scenario", "cold-start", "--isolation", "*/*"]
            .map(Into::into)
            .into(),
        seed: 42,
        indicative: false,
        plan: Plan {
            min_samples: 30,
            max_samples: 300,
            pilot: true,
            half_width: 0.05,
            time_budget_s: 1200.0,
            timeout_s: 10.0,
            warmup: 3,
            warm_repeats: 1000,
            margin: 0.05,
        },
        machine: Fingerprint {
            host: "vm".into(),
            arch: "x86_64".into(),
            cpu: "AMD EPYC".into(),
            cores: 2,
            memory_bytes: 25_279_000_000,
            kernel: "6.18.44".into(),
            os: "Debian GNU/Linux 12 (bookworm)".into(),
            governor: None,
            cpu_quota_milli: None,
            hypervisor: Some("kvm".into()),
            cgroup: CgroupVersion::V1,
            transparent_hugepages: Some("madvise".into()),
            emulated: false,
        },
        machine_class: "x86_64/amd-epyc/2c/24g/linux-6.18/kvm".into(),
        emulator: None,
        references: vec![
            reference(Metric::TimeToFirstResult),
            reference(Metric::Teardown),
        ],
        parts: Vec::new(),
        calibration: vec![
            calibration(
                "pipe_round_trip",
                Some("wasmtime"),
                8_100.0,
                "a line to the runner and back",
            ),
            calibration(
                "pipe_round_trip",
                Some("wasmer"),
                8_400.0,
                "a line to the runner and back",
            ),
            calibration(
                "spawn_floor",
                None,
                118_000.0,
                "posix_spawn of a program that exits at once",
            ),
            calibration(
                "connect_interval",
                None,
                200_000.0,
                "resolution of http: a connect every 200 \u{b5}s",
            ),
        ],
        build: None,
        artifacts: artifacts(),
        isolations: NATIVE
            .iter()
            .map(|n| isolation(n, Tier::Process, "Linux 6.18.44"))
            .chain(
                DOCKER
                    .iter()
                    .map(|n| isolation(n, Tier::Namespaces, "20.10.24")),
            )
            .chain(WASM.iter().map(|n| {
                let version = if n.starts_with("wasmtime") {
                    "48.0.8"
                } else {
                    "7.4.2"
                };
                isolation(n, Tier::WasmSandbox, version)
            }))
            .collect(),
        rows,
        interrupted: None,
        spent: None,
        replay: None,
        resolution: None,
        blocks: Vec::new(),
        left_out: Vec::new(),
        given: Vec::new(),
        inputs: BTreeMap::new(),
        loads: Vec::new(),
        damaged: Vec::new(),
        has_lost: false,
    }
}

fn calibration(name: &str, technology: Option<&str>, median_ns: f64, note: &str) -> Calibration {
    Calibration {
        name: name.into(),
        technology: technology.map(Into::into),
        median_ns,
        n: 1000,
        note: note.into(),
    }
}

fn isolation(name: &str, tier: Tier, version: &str) -> IsolationRecord {
    let missing = name == "docker/runc-debian";
    let settings = if name == "wasmtime/pooling-aot" {
        vec![Setting {
            name: "allocation_strategy".into(),
            value: "pooling".into(),
            reason: "reuses mapped slots, as a server that starts many instances would".into(),
        }]
    } else {
        vec![]
    };
    IsolationRecord {
        name: name.into(),
        tier,
        version: Some(version.into()).filter(|_| !missing),
        sha256: (tier == Tier::WasmSandbox).then(|| "3f".repeat(32)),
        settings,
        outcome: if missing {
            Outcome::Unavailable
        } else {
            Outcome::Measured
        },
        reason: missing
            .then(|| "no debootstrap on this machine: `apt-get install debootstrap`".into()),
    }
}

fn artifacts() -> Vec<Artifact> {
    let mut artifacts = Vec::new();
    for (w, workload) in ["add", "file-io", "http"].into_iter().enumerate() {
        for (t, (target, triple)) in [
            (Target::Native, "x86_64-unknown-linux-musl"),
            (Target::Native, "x86_64-unknown-linux-gnu"),
            (Target::Wasip1, "wasm32-wasip1"),
            (Target::Image, "labrun/baseline:runc"),
        ]
        .into_iter()
        .enumerate()
        {
            artifacts.push(Artifact {
                workload: workload.into(),
                target,
                triple: triple.into(),
                path: "target".into(),
                sha256: format!("{:02x}", w * 16 + t + 160).repeat(32),
                bytes: 412_000 + 1_000 * (w * 10 + t) as u64,
                toolchain: "rustc 1.95.0".into(),
                isolation: None,
                exports: false,
            });
        }
    }
    artifacts
}
