//! A made-up run, seeded: 33 kinds of launch for each of three workloads, and the
//! components of `http`, around the figures of a small virtual machine; with rows that
//! are unavailable, unsupported, failed and not selected.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod figures;
mod identity;
mod levels;
mod measures;
pub mod nights;
mod noise;
pub mod reader;
pub mod replayed;
pub mod screen;
mod values;

use labrun_analysis::{RowSummary, Summary, summarise};
use labrun_record::{Row, Run, Sample};

pub use noise::Noise;
use values::samples;
pub use values::{around, line};

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
