//! A whole scenario is summarised in well under two seconds (release; a debug build
//! is only checked for its shape).

mod support;

use labrun_analysis::summarise;
use support::{Noise, lines, run};

/// Seconds of processor time that this process has used, which has no other test (Linux, in ticks of
/// 10 ms): what else runs on the machine does not count. `None` where the system does not tell.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

#[test]
fn a_scenario_of_350_rows() {
    let launches = if cfg!(debug_assertions) { 20 } else { 150 };
    let mut run = run();
    let model = run.rows[1].clone();
    for i in 2..350 {
        let mut row = model.clone();
        row.isolation = format!("wasmtime/made-up-{i}");
        run.rows.push(row);
    }
    let mut noise = Noise::new(3);
    let samples: Vec<_> = (0..350)
        .flat_map(|row| lines(row, &noise.lognormal(launches, 1e6 + row as f64, 0.05)))
        .collect();
    let began = processor_seconds();
    let summary = summarise(&run, &samples);
    let took = began.and_then(|began| Some(processor_seconds()? - began));
    assert_eq!(summary.results.len(), 350);
    eprintln!("350 rows x {launches} launches: {took:?} s");
    assert!(
        cfg!(debug_assertions) || took.is_none_or(|t| t < 2.0),
        "{took:?}"
    );
}
