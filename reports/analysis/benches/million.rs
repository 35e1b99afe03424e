//! A run with a million samples, from its files to its summary: how long that takes, and how much
//! memory. `cargo bench -p labrun-analysis`; nothing is checked, since that is the machine's as well.
//!
//! 340 rows, as many as a run of all scenarios has, with 2,942 launches each. The files, some 200 MB,
//! are in the folder of temporary files, and are removed.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use labrun_analysis::summarise;
use labrun_record::{Metric, Outcome, Reference, Row, Run, RunFolder, Sample};

#[path = "../tests/support/mod.rs"]
mod support;

use support::{Noise, run, sample};

const LAUNCHES: u32 = 2_942;

/// How many isolations have rows of each metric.
const METRICS: [(Metric, usize); 5] = [
    (Metric::TimeToFirstResult, 110),
    (Metric::Teardown, 110),
    (Metric::MemoryIdle, 50),
    (Metric::MemoryMarginal, 20),
    (Metric::OperationsPerSecond, 50),
];

fn main() -> std::io::Result<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only made as a benchmark: cargo bench -p labrun-analysis");
        return Ok(());
    }
    let path = std::env::temp_dir().join(format!("labrun-million-{}", std::process::id()));
    fs::create_dir_all(&path)?;
    let measured = made_and_measured(&RunFolder::open(&path));
    fs::remove_dir_all(&path)?;
    measured
}

fn made_and_measured(folder: &RunFolder) -> std::io::Result<()> {
    let began = Instant::now();
    let run = run_of_all();
    folder.write_run(&run)?;
    let mut file = BufWriter::new(File::create(folder.samples_jsonl())?);
    let mut noise = Noise::new(1);
    for block in 0..LAUNCHES {
        for (index, row) in run.rows.iter().enumerate() {
            serde_json::to_writer(&mut file, &launched(index, block, row, &mut noise))?;
            file.write_all(b"\n")?;
        }
    }
    file.into_inner()?.sync_all()?;
    drop(run);
    say("made", began);
    let began = Instant::now();
    let read = folder.read().map_err(std::io::Error::other)?;
    say(&format!("{} samples read", read.samples.len()), began);
    let began = Instant::now();
    let summary = summarise(&read.run, &read.samples);
    say("summarised", began);
    let began = Instant::now();
    folder.write_summary(&summary)?;
    let bytes = fs::metadata(folder.summary_json())?.len();
    say(&format!("{bytes} bytes of summary.json written"), began);
    Ok(())
}

fn say(what: &str, began: Instant) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM:"));
    let peak = peak.map_or("unknown", |line| line["VmHWM:".len()..].trim());
    println!(
        "{what}: {:.2} s; peak of memory so far {peak}",
        began.elapsed().as_secs_f64()
    );
}

fn run_of_all() -> Run {
    let mut run = run();
    let model = run.rows.remove(1);
    run.rows.clear();
    run.references.clear();
    for (metric, isolations) in METRICS {
        let is_cold = matches!(metric, Metric::TimeToFirstResult | Metric::Teardown);
        let row = |number: usize| Row {
            isolation: format!("wasmtime/made-up-{number}"),
            metric,
            start: model.start.filter(|_| is_cold),
            ..model.clone()
        };
        run.rows.extend((0..isolations).map(row));
        run.references.push(Reference {
            metric,
            isolation: "wasmtime/made-up-0".to_owned(),
            start: model.start.filter(|_| is_cold),
            workload: None,
            to_workload: None,
            params: std::collections::BTreeMap::new(),
        });
    }
    run
}

fn launched(index: usize, block: u32, row: &Row, noise: &mut Noise) -> Sample {
    let value = ((1e6 + 1e4 * index as f64) * (0.05 * noise.normal()).exp()).round();
    let share = |(name, share): (&'static str, f64)| (name, (value * share).round());
    let phases = [
        ("spawn", 0.4),
        ("runtime", 0.1),
        ("load", 0.3),
        ("call", 0.2),
    ]
    .map(share);
    let points = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0].map(|n| (n, (3e6 + value * n).round()));
    let mut sample = Sample {
        at_ns: u64::from(block) * 1_000_000_000 + index as u64,
        ..sample(index, block, Outcome::Measured, Some(value))
    };
    match row.metric {
        Metric::TimeToFirstResult => sample.phases = phases.into_iter().collect(),
        Metric::MemoryMarginal => sample.points = points.into(),
        _ => {}
    }
    sample
}
