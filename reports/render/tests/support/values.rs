//! What each launch of the made-up run came to: values around the figures of a small virtual machine.

use labrun_record::{Metric, Outcome, Phases, Row, Run, Sample, Start, Target, Tier};

use super::{Noise, levels};

pub(super) fn samples(run: &Run, launches: u32) -> Vec<Sample> {
    let mut noise = Noise::new(7);
    let mut samples = Vec::new();
    for (index, row) in run.rows.iter().enumerate() {
        if let Some((outcome, reason)) = not_measured(row) {
            samples.push(line(index, 0, outcome, None, Some(reason)));
            continue;
        }
        let slow = row.tier == Tier::Namespaces;
        let n = match row.metric {
            metric if metric.is_exact() => 1,
            _ if slow => launches.min(40),
            _ if row.start.is_none() => launches.min(30),
            _ => launches,
        };
        let (median, sigma) = around(row);
        for block in 0..n {
            let mut value = median * (sigma * noise.normal()).exp();
            if row.start.is_none() {
                // A slope may be a little under nothing.
                value += if row.metric == Metric::MemoryMarginal {
                    900.0 * noise.normal()
                } else {
                    0.0
                };
            } else if noise.uniform() < 0.03 {
                value *= 1.0 + noise.uniform();
            }
            if row.isolation == "wasmer/singlepass-aot"
                && row.workload == "add"
                && noise.uniform() < 0.4
            {
                value *= 1.5;
            }
            if row.isolation == "native/dynamic" && row.workload == "file-io" {
                value *= 1.0 + 0.3 * f64::from(block) / f64::from(n);
            }
            samples.push(line(
                index,
                block,
                Outcome::Measured,
                Some((row, value)),
                None,
            ));
        }
    }
    samples
}

pub fn line(
    index: usize,
    block: u32,
    outcome: Outcome,
    measured: Option<(&Row, f64)>,
    reason: Option<&str>,
) -> Sample {
    Sample {
        row: index,
        block,
        seq: block * 400 + index as u32,
        at_ns: u64::from(block) * 1_000_000_000,
        outcome,
        value: measured.map(|(_, value)| value.round()),
        phases: measured.map_or_else(Phases::default, |(row, value)| phases(row, value.round())),
        reason: reason.map(Into::into),
        doubt: None,
        side: None,
        points: Vec::new(),
        answered: Vec::new(),
        rate: measured.and_then(|(row, _)| levels::offered(row)),
        histogram: measured.and_then(|(row, value)| levels::histogram(row, value)),
    }
}

fn not_measured(row: &Row) -> Option<(Outcome, &'static str)> {
    if let Some(why) = levels::not_measured(row) {
        return Some(why);
    }
    match (row.isolation.as_str(), row.target, row.workload.as_str()) {
        (i, Target::Wasip2, _) if i.starts_with("wasmer") => Some((
            Outcome::Unsupported,
            "wasmer 7.4 has no component model, so it cannot run a wasip2 component",
        )),
        ("docker/runc-debian", ..) => Some((
            Outcome::Unavailable,
            "no debootstrap on this machine: `apt-get install debootstrap`, then `labrun build`",
        )),
        ("docker/runc-nonet", _, "http") => Some((
            Outcome::Unsupported,
            "without a network there is nothing to serve http on",
        )),
        ("wasmer/singlepass-jit", _, "file-io") => Some((
            Outcome::Failed,
            "launch 12 of 30: the guest trapped: out of bounds <memory> access & \"more\"",
        )),
        ("wasmtime/winch-jit", _, "add") => Some((
            Outcome::Mismatch,
            "expected 42, the output was 41 (16 bytes more)",
        )),
        _ => None,
    }
}

/// Median (ns) and sigma of the logarithm.
pub fn around(row: &Row) -> (f64, f64) {
    if row.start.is_none() {
        return levels::around(row);
    }
    if row.metric == Metric::InstantiateWarm {
        let pooling = row.isolation == "wasmtime/pooling-aot";
        let wasmer = row.isolation.starts_with("wasmer");
        return (
            if wasmer {
                303e3
            } else if pooling {
                1.4e3
            } else {
                9.7e3
            },
            0.03,
        );
    }
    let http = row.workload == "http";
    let base = match (row.isolation.as_str(), row.start) {
        ("native/static", _) => 152e3,
        ("native/dynamic", _) => 670e3,
        ("docker/runc", _) => 178e6,
        ("docker/runc-hostnet", _) => 141e6,
        ("docker/runc-nonet", _) => 128e6,
        ("docker/runc-debian", _) => 192e6,
        (i, Some(Start::Process)) => match i {
            "wasmtime/cranelift-jit" => 34e6,
            "wasmtime/winch-jit" => 9.1e6,
            "wasmtime/pooling-aot" => 1.74e6,
            "wasmtime/pulley-aot" => 1.9e6,
            "wasmer/cranelift-aot" => 2.6e6,
            "wasmer/singlepass-aot" => 2.7e6,
            "wasmer/cranelift-jit" => 41e6,
            "wasmer/singlepass-jit" => 12e6,
            _ => 1.69e6,
        },
        (i, Some(Start::Resident)) => match i {
            "wasmtime/cranelift-jit" => 31e6,
            "wasmtime/winch-jit" => 7.2e6,
            "wasmer/cranelift-jit" => 37e6,
            "wasmer/singlepass-jit" => 9.5e6,
            i if i.starts_with("wasmer") => 890e3,
            _ => 310e3,
        },
        (i, _) if i.starts_with("wasmer") => 410e3,
        ("wasmtime/pooling-aot", _) => 24e3,
        ("wasmtime/pulley-aot", _) => 61e3,
        _ => 36e3,
    };
    let scale = match row.workload.as_str() {
        "file-io" => 1.35,
        "http" if row.start == Some(Start::Process) => 2.1,
        "http" => 1.8,
        _ => 1.0,
    };
    let component = if row.target == Target::Wasip2 {
        1.4
    } else {
        1.0
    };
    let teardown = if row.metric == Metric::Teardown {
        0.22
    } else {
        1.0
    };
    let sigma = if http { 0.09 } else { 0.05 };
    (base * scale * component * teardown, sigma)
}

fn phases(row: &Row, value: f64) -> Phases {
    if row.metric != Metric::TimeToFirstResult {
        return Phases::default();
    }
    let jit = row.isolation.ends_with("jit");
    let loading = if jit { "compile" } else { "load" };
    let shares: Vec<(&str, f64)> = match (row.tier, row.start) {
        (Tier::Process, _) => vec![("spawn", 0.7), ("call", 0.27), ("unattributed", 0.03)],
        (Tier::Namespaces, _) => vec![
            ("create", 0.2),
            ("network", 0.18),
            ("start", 0.5),
            ("call", 0.1),
            ("unattributed", 0.02),
        ],
        (_, Some(Start::Loaded)) => {
            vec![("instantiate", 0.3), ("call", 0.5), ("unattributed", 0.2)]
        }
        (_, Some(Start::Resident)) => vec![
            (loading, if jit { 0.9 } else { 0.6 }),
            ("instantiate", 0.05),
            ("call", 0.04),
            ("unattributed", 0.01),
        ],
        _ if jit => vec![
            ("spawn", 0.03),
            ("runtime", 0.02),
            (loading, 0.9),
            ("instantiate", 0.02),
            ("call", 0.02),
            ("unattributed", 0.01),
        ],
        _ => vec![
            ("spawn", 0.45),
            ("runtime", 0.12),
            (loading, 0.22),
            ("instantiate", 0.06),
            ("call", 0.1),
            ("unattributed", 0.05),
        ],
    };
    let all: f64 = shares.iter().map(|s| s.1).sum();
    shares
        .into_iter()
        .map(|(n, s)| (n, (value * s / all).round()))
        .collect()
}
