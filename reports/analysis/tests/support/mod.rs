//! Made-up launches and runs for the tests: seeded, so that every run sees the same.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::collections::BTreeMap;

use labrun_record::{
    CgroupVersion, Fingerprint, IsolationRecord, METHOD_VERSION, Metric, Outcome, Phases, Plan,
    Reference, Row, Run, SCHEMA_VERSION, Sample, Start, Target, Tier,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

pub mod replayed;
pub mod simulated;
pub mod two_runs;

/// Noise with a fixed seed.
pub struct Noise(Xoshiro256PlusPlus);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Standard normal (Box & Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// `n` lognormal values around `median`.
    pub fn lognormal(&mut self, n: usize, median: f64, sigma: f64) -> Vec<f64> {
        (0..n)
            .map(|_| median * (sigma * self.normal()).exp())
            .collect()
    }
}

pub fn row(isolation: &str, tier: Tier, target: Target, start: Start) -> Row {
    Row {
        workload: "add".into(),
        target,
        isolation: isolation.into(),
        tier,
        arch: "x86_64".into(),
        metric: Metric::TimeToFirstResult,
        start: Some(start),
        scope: None,
        params: BTreeMap::new(),
    }
}

/// A run of two rows: the reference `native/static`, then `wasmtime/cranelift-aot`.
pub fn run() -> Run {
    Run {
        schema_version: SCHEMA_VERSION,
        method_version: METHOD_VERSION,
        lab_version: "0.1.0".into(),
        id: "made-up".into(),
        scenario: "cold-start".into(),
        question: "How long until a new one does useful work?".into(),
        started: "2026-11-23T02:00:00Z".into(),
        command: vec!["labrun".into(), "scenario".into(), "cold-start".into()],
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
            transparent_hugepages: None,
            emulated: false,
        },
        machine_class: "x86_64/amd-epyc/2c/24g/linux-6.18/kvm".into(),
        emulator: None,
        references: vec![Reference {
            metric: Metric::TimeToFirstResult,
            isolation: "native/static".into(),
            start: Some(Start::Process),
            workload: None,
            to_workload: None,
            params: std::collections::BTreeMap::new(),
        }],
        parts: Vec::new(),
        calibration: vec![],
        build: None,
        artifacts: vec![],
        isolations: vec![IsolationRecord {
            name: "wasmtime/cranelift-aot".into(),
            tier: Tier::WasmSandbox,
            version: Some("48.0.8".into()),
            sha256: None,
            settings: vec![],
            outcome: Outcome::Measured,
            reason: None,
        }],
        rows: vec![
            row(
                "native/static",
                Tier::Process,
                Target::Native,
                Start::Process,
            ),
            row(
                "wasmtime/cranelift-aot",
                Tier::WasmSandbox,
                Target::Wasip1,
                Start::Process,
            ),
        ],
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

pub fn sample(row: usize, block: u32, outcome: Outcome, value: Option<f64>) -> Sample {
    Sample {
        row,
        block,
        seq: block,
        at_ns: 0,
        outcome,
        value,
        phases: Phases::default(),
        reason: (outcome != Outcome::Measured).then(|| format!("because {outcome}")),
        doubt: None,
        side: None,
        points: Vec::new(),
        answered: Vec::new(),
        rate: None,
        histogram: None,
    }
}

/// A line a value, a block each.
pub fn lines(row: usize, values: &[f64]) -> Vec<Sample> {
    (0..)
        .zip(values)
        .map(|(block, value)| sample(row, block, Outcome::Measured, Some(*value)))
        .collect()
}
