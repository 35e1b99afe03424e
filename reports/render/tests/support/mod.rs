//! A made-up run, seeded: 33 kinds of launch for each of three workloads, and the
//! components of `http`, around the figures of a small virtual machine; with rows that
//! are unavailable, unsupported, failed and not selected.
#![allow(dead_code, missing_docs, unreachable_pub)]

mod identity;
mod levels;
mod measures;
mod noise;
pub mod reader;
pub mod replayed;
pub mod screen;

use labrun_analysis::{RowSummary, Summary, summarise};
use labrun_record::{Metric, Outcome, Phases, Row, Run, Sample, Start, Target, Tier};

pub use noise::Noise;

/// A run and everything that a page is made of.
pub struct Made {
    pub run: Run,
    pub samples: Vec<Sample>,
    pub summary: Summary,
}

/// A run with up to `launches` launches a row.
pub fn made(launches: u32) -> Made {
    let rows = identity::rows();
    let run = identity::run(rows);
    let samples = samples(&run, launches);
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}

/// The largest run: every launch is there, and the summary is of the first ones of each
/// row only, since the page's size does not depend on its digits.
pub fn largest() -> Made {
    let rows = identity::rows();
    let run = identity::run(rows);
    let samples = samples(&run, 300);
    let first: Vec<Sample> = samples.iter().filter(|s| s.block < 8).cloned().collect();
    let summary = summarise(&run, &first);
    Made {
        run,
        samples,
        summary,
    }
}

/// A few rows only: small enough to read as a golden file.
pub fn few() -> Made {
    let wanted = |r: &Row| {
        r.workload != "file-io"
            && [
                "native/static",
                "native/dynamic",
                "docker/runc",
                "docker/runc-debian",
                "wasmtime/cranelift-aot",
                "wasmtime/cranelift-jit",
                "wasmer/cranelift-aot",
                "wasmer/singlepass-aot",
            ]
            .contains(&r.isolation.as_str())
    };
    let mut rows = identity::rows();
    rows.retain(wanted);
    let run = identity::run(rows);
    let samples = samples(&run, 40);
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}

/// A run of the four measures: as many rows as the scenarios give.
pub fn all(launches: u32) -> Made {
    of_parts(
        vec![
            ("cold-start", COLD_START, identity::rows()),
            ("memory", MEMORY, measures::memory()),
            ("size", SIZE, measures::size()),
            ("throughput", THROUGHPUT, measures::throughput()),
        ],
        launches,
    )
}

/// The same with so many of each isolation but the references, each with a name of its own and with
/// medians a little apart. Nothing is computed anew: only as many rows are wanted.
pub fn many(copies: usize) -> Made {
    let mut made = all(10);
    let results = std::mem::take(&mut made.summary.results);
    let parts = made.run.parts.iter_mut().zip(&mut made.summary.parts);
    let mut all = Vec::new();
    for (of_run, of_summary) in parts {
        let own = &results[of_run.first_row..of_run.first_row + of_run.rows];
        let first_row = all.len();
        for row in own {
            let is_reference = row.row.isolation.starts_with("native/");
            for copy in 0..if is_reference { 1 } else { copies } {
                all.push(copied(row, copy));
            }
        }
        (of_run.first_row, of_run.rows) = (first_row, all.len() - first_row);
        (of_summary.first_row, of_summary.rows) = (of_run.first_row, of_run.rows);
    }
    made.run.rows = all.iter().map(|row| row.row.clone()).collect();
    made.summary.results = all;
    made.summary.warnings.clear();
    made.samples.clear();
    made
}

fn copied(row: &RowSummary, copy: usize) -> RowSummary {
    let mut row = row.clone();
    if copy > 0 {
        row.row.isolation = format!("{}-{copy}", row.row.isolation);
    }
    if let Some(numbers) = &mut row.numbers {
        numbers.median *= 1.0 + copy as f64 / 997.0;
    }
    row
}

const COLD_START: &str = "How long until a new isolate does useful work?";
const MEMORY: &str = "What does one idle instance cost in memory, and one more?";
const SIZE: &str = "What has to be shipped, and what has to be there already?";
const THROUGHPUT: &str = "What is lost in steady state?";

/// Isolations that are few enough to read as a golden file.
const FEW: [&str; 6] = [
    "native/static",
    "native/in-process",
    "docker/runc",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
];

fn only_few(mut rows: Vec<Row>, workloads: &[&str]) -> Vec<Row> {
    rows.retain(|r| {
        FEW.contains(&r.isolation.as_str()) && workloads.contains(&r.workload.as_str())
    });
    rows
}

/// The four measures of a few isolations.
pub fn few_of_all() -> Made {
    of_parts(
        vec![
            (
                "cold-start",
                COLD_START,
                only_few(identity::rows(), &["add"]),
            ),
            ("memory", MEMORY, only_few(measures::memory(), &["noop"])),
            ("size", SIZE, only_few(measures::size(), &["noop", "http"])),
            (
                "throughput",
                THROUGHPUT,
                only_few(measures::throughput(), &["add", "json", "file-io", "http"]),
            ),
        ],
        12,
    )
}

/// The rows of one measure alone, as its own scenario gives them.
pub fn one_of(scenario: &str) -> Made {
    let mut made = few_of_all();
    let part = made.run.parts.iter().find(|p| p.scenario == scenario);
    let part = part.expect("such a part").clone();
    let rows = made.run.rows[part.first_row..part.first_row + part.rows].to_vec();
    made.run = Run {
        scenario: part.scenario,
        question: part.question,
        plan: part.plan,
        parts: Vec::new(),
        rows,
        ..made.run
    };
    made.samples = samples(&made.run, 12);
    made.summary = summarise(&made.run, &made.samples);
    made
}

fn of_parts(parts: Vec<(&str, &str, Vec<Row>)>, launches: u32) -> Made {
    let mut run = measures::joined(identity::run(Vec::new()), parts);
    run.references.extend(measures::references());
    let samples = samples(&run, launches);
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}

fn samples(run: &Run, launches: u32) -> Vec<Sample> {
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

fn line(
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
fn around(row: &Row) -> (f64, f64) {
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
