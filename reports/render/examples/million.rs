//! Writes the files of a made-up run with as many rows as `scenario all` has, and a million samples:
//! `cargo run --release -p labrun-render --example million FOLDER`. `labrun report FOLDER` analyses
//! it, and the example `rendered` measures what the page takes.

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use labrun_record::{RunFolder, Sample};
use support::{Made, Noise};

const SAMPLES: usize = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder to write")?;
    std::fs::create_dir_all(&folder)?;
    let folder = RunFolder::open(Path::new(&folder));
    let made = support::all(30);
    folder.write_run(&made.run)?;
    let mut file = BufWriter::new(File::create(folder.samples_jsonl())?);
    let written = write(&made, |sample| {
        serde_json::to_writer(&mut file, sample)?;
        file.write_all(b"\n")
    })?;
    file.flush()?;
    let rows = made.run.rows.len();
    println!(
        "{rows} rows, {written} samples in {}",
        folder.path().display()
    );
    Ok(())
}

/// The samples of a run again and again, each time a little off, until they are a million. What is
/// exact has one, and what went wrong no more than it has.
fn write(
    made: &Made,
    mut line: impl FnMut(&Sample) -> std::io::Result<()>,
) -> std::io::Result<usize> {
    let mut noise = Noise::new(11);
    let launches = |sample: &&Sample| !made.run.rows[sample.row].metric.is_exact();
    let again = made.samples.iter().filter(launches);
    let again: Vec<&Sample> = again.filter(|sample| sample.value.is_some()).collect();
    let mut written = 0;
    let last = made.samples.iter().map(|sample| sample.seq).max();
    let mut seq = last.map_or(0, |last| last + 1);
    for sample in &made.samples {
        line(sample)?;
        written += 1;
    }
    for round in 1.. {
        for sample in &again {
            if written == SAMPLES {
                return Ok(written);
            }
            let factor = (0.02 * noise.normal()).exp();
            let mut sample = (*sample).clone();
            sample.block += round * 40;
            sample.seq = seq;
            seq += 1;
            sample.value = sample.value.map(|value| (value * factor).round());
            let phases = sample.phases.iter();
            sample.phases = phases
                .map(|(name, length)| (name, (length * factor).round()))
                .collect();
            line(&sample)?;
            written += 1;
        }
    }
    Ok(written)
}
