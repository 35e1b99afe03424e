//! How long a page takes to make from `run.json` and `summary.json` alone, how much memory that
//! takes, and how large it is: `cargo run --release -p labrun-render --example rendered FOLDER [PAGE]`.

use std::path::Path;
use std::time::Instant;

use labrun_analysis::Summary;
use labrun_record::{Run, RunFolder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name the folder of a run")?;
    let folder = RunFolder::open(Path::new(&folder));
    let began = Instant::now();
    let run: Run = serde_json::from_slice(&std::fs::read(folder.run_json())?)?;
    let summary: Summary = serde_json::from_slice(&std::fs::read(folder.summary_json())?)?;
    let read = began.elapsed();
    let page = labrun_render::page(&run, &summary)?;
    let all = began.elapsed();
    println!(
        "{} rows: {:.2} s, of which {:.2} s to read; {} MB at most; {} bytes",
        run.rows.len(),
        all.as_secs_f64(),
        read.as_secs_f64(),
        peak_kib()?.div_ceil(1024),
        page.len(),
    );
    if let Some(file) = arguments.next() {
        std::fs::write(file, page)?;
    }
    Ok(())
}

/// The most memory that this process has held, in KiB, as Linux counts it.
fn peak_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.ok_or("no VmHWM in /proc/self/status")?;
    Ok(kib.trim().trim_end_matches("kB").trim().parse()?)
}
