//! Five years of nights of 500 series as a trend site, and what it takes:
//! `cargo run --release -p labrun-render --example trend [FOLDER [NIGHTS]]` writes it, and prints seconds,
//! bytes and memory.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Instant;

use labrun_render::trend_site;
use support::nights::{SMALL, Shape, history};

/// Five years.
const NIGHTS: usize = 1_825;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next();
    let nights = arguments.next().map_or(Ok(NIGHTS), |word| word.parse())?;
    let shape = match nights {
        0 => SMALL,
        nights => Shape {
            nights,
            workloads: 10,
            isolations: 10,
            asked: 5,
        },
    };
    let began = Instant::now();
    let made = history(shape, 1);
    let series: usize = made.histories.iter().map(|one| one.series.len()).sum();
    println!(
        "{} nights, {series} series: made up in {:.1} s, memory at most {}",
        shape.nights,
        began.elapsed().as_secs_f64(),
        peak()
    );
    let began = Instant::now();
    let files = trend_site(&made.trend());
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    println!(
        "site: {:.1} s, {} files, {:.1} MB (index {:.2} MB), memory at most {}",
        began.elapsed().as_secs_f64(),
        files.len(),
        bytes as f64 / 1e6,
        files[0].bytes.len() as f64 / 1e6,
        peak()
    );
    if let Some(folder) = folder {
        for file in files {
            let path = Path::new(&folder).join(&file.path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, file.bytes)?;
        }
    }
    Ok(())
}

/// The most memory that this process has had, as the kernel says it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known".to_owned(), |text| text.trim().to_owned())
}
