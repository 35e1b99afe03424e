//! Writes the files of a made-up run with the rows of `scenario all`, and a million samples:
//! `cargo run --release -p labrun-render --example million FOLDER [SAMPLES]`. `labrun report FOLDER`
//! analyses it, and the example `rendered` measures what the page takes.

#[path = "../tests/planned/mod.rs"]
mod planned;
#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use labrun_record::{BlockLoad, RunFolder, Sample};
use support::{Made, Noise};

const SAMPLES: usize = 1_000_000;

/// Launches that the processors are looked at for together.
const BLOCK: usize = 4_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name the folder to write")?;
    let wanted = arguments.next().map_or(Ok(SAMPLES), |word| word.parse())?;
    std::fs::create_dir_all(&folder)?;
    let folder = RunFolder::open(Path::new(&folder));
    let made = planned::planned(10, &planned::MISSING);
    let samples = again(&made, wanted);
    folder.write_run(&made.run)?;
    write(&folder.samples_jsonl(), &samples)?;
    write(&folder.blocks_jsonl(), &blocks(samples.len())?)?;
    println!(
        "{} rows, {} samples in {}",
        made.run.rows.len(),
        samples.len(),
        folder.path().display()
    );
    Ok(())
}

fn write(path: &Path, lines: &[impl serde::Serialize]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for line in lines {
        serde_json::to_writer(&mut file, line)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

/// The samples of a run again and again, each time a little off, until they are so many. What is
/// exact has one, and what went wrong no more than it has.
fn again(made: &Made, wanted: usize) -> Vec<Sample> {
    let mut noise = Noise::new(11);
    let launches = |sample: &&Sample| !made.run.rows[sample.row].metric.is_exact();
    let again = made.samples.iter().filter(launches);
    let again: Vec<&Sample> = again.filter(|sample| sample.value.is_some()).collect();
    let last = made.samples.iter().map(|sample| sample.block).max();
    let blocks = last.map_or(1, |last| last + 1);
    let more = (1..).flat_map(|round| again.iter().map(move |sample| (round, *sample)));
    let mut samples = made.samples.clone();
    for (round, sample) in more.take(wanted.saturating_sub(samples.len())) {
        let factor = (0.02 * noise.normal()).exp();
        let mut sample = sample.clone();
        sample.block += round * blocks;
        sample.value = sample.value.map(|value| (value * factor).round());
        let phases = sample.phases.iter();
        sample.phases = phases
            .map(|(name, length)| (name, (length * factor).round()))
            .collect();
        samples.push(sample);
    }
    planned::in_order(&mut samples);
    samples
}

/// What the processors did meanwhile: nothing else.
fn blocks(launches: usize) -> Result<Vec<BlockLoad>, std::num::TryFromIntError> {
    let firsts = (0..launches).step_by(BLOCK);
    firsts
        .map(|first| {
            Ok(BlockLoad {
                first: u32::try_from(first)?,
                end: u32::try_from(launches.min(first + BLOCK))?,
                seconds: 4.0,
                others: Some(0.01),
                most_by: None,
                steal: 0.0,
                probes: None,
            })
        })
        .collect()
}
