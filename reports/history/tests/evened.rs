//! Medians of a run without what its machine did in the course of it: made-up launches, whose right
//! medians are known.

mod support;

use std::fs;
use std::path::Path;

use labrun_history::Night;
use labrun_record::{Metric, Outcome, Row, Run, Sample};
use support::Noise;

const BLOCKS: u32 = 80;

/// What is usual for each row, in nanoseconds: two of each of four runtimes.
const USUAL: [(&str, f64); 8] = [
    ("native/static", 240e3),
    ("native/dynamic", 880e3),
    ("wasmi/interpreter", 3.3e6),
    ("wasmi/portable", 4.1e6),
    ("wasmtime/cranelift-aot", 2.2e6),
    ("wasmtime/winch", 9e6),
    ("wasmer/cranelift", 8e6),
    ("wasmer/llvm", 6e6),
];

/// A run of these rows, for what a recorded one says of its machine.
fn run(rows: &[(&str, f64)], metric: Metric) -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../harness/record/tests/runs");
    let text = fs::read_to_string(folder.join("3-cold-start/run.json")).expect("reads");
    let mut run: Run = serde_json::from_str(&text).expect("a run");
    let row = run.rows[0].clone();
    let of = |(isolation, _): &(&str, f64)| Row {
        isolation: (*isolation).to_owned(),
        metric,
        ..row.clone()
    };
    run.rows = rows.iter().map(of).collect();
    (run.parts, run.blocks) = (Vec::new(), Vec::new());
    run
}

/// A launch of each row in each block: what is usual for it, as many times as the block and the row say.
fn samples(rows: &[(&str, f64)], times: impl Fn(u32, usize) -> Option<f64>) -> Vec<Sample> {
    let mut noise = Noise::new(5);
    let mut samples = Vec::new();
    for block in 0..BLOCKS {
        for (row, (_, usual)) in rows.iter().enumerate() {
            let own = (0.01 * noise.normal()).exp();
            let Some(times) = times(block, row) else {
                continue;
            };
            samples.push(Sample {
                row,
                block,
                seq: samples.len() as u32,
                side: None,
                at_ns: 0,
                outcome: Outcome::Measured,
                value: Some(usual * times * own),
                phases: labrun_record::Phases::default(),
                doubt: None,
                histogram: None,
                reason: None,
                answered: Vec::new(),
                points: Vec::new(),
                rate: None,
            });
        }
    }
    samples
}

/// Medians and evened medians, as multiples of what is usual.
fn both(run: &Run, samples: &[Sample], rows: &[(&str, f64)]) -> Vec<(f64, Option<f64>)> {
    let night = Night::of(run, samples, None);
    let points = night.points.iter().zip(rows);
    let values = points.map(|(point, (_, usual))| {
        let values = point.values.as_ref().expect("was measured");
        (values.median / usual, values.evened.map(|one| one / usual))
    });
    values.collect()
}

/// A machine that gets slower by three tenths, and is itself again in the end.
fn drift(block: u32) -> f64 {
    1.0 + 0.3 * (f64::from(block) / f64::from(BLOCKS) * std::f64::consts::PI).sin()
}

#[test]
fn rows_that_were_launched_in_other_halves_of_a_drift_keep_their_ratio() {
    let run = run(&USUAL, Metric::TimeToFirstResult);
    // Every second row misses the blocks in which the machine was slow.
    let quiet = |block: u32| !(20..60).contains(&block);
    let samples = samples(&USUAL, |block, row| {
        (row % 2 == 0 || quiet(block)).then(|| drift(block))
    });
    let found = both(&run, &samples, &USUAL);
    let spread = |values: Vec<f64>| {
        let largest = values.iter().copied().fold(f64::MIN, f64::max);
        largest / values.iter().copied().fold(f64::MAX, f64::min) - 1.0
    };
    let medians = found.iter().map(|(median, _)| *median).collect();
    let evened = found.iter().map(|(_, evened)| evened.expect("is evened"));
    assert!(spread(medians) > 0.08, "{found:?}");
    assert!(spread(evened.collect()) < 0.01, "{found:?}");
}

#[test]
fn what_one_runtime_does_stays_its_own() {
    let run = run(&USUAL, Metric::TimeToFirstResult);
    let slow = |block: u32, row: usize| {
        let is_wasmi = (2..4).contains(&row) && block >= BLOCKS / 4;
        Some(drift(block) * if is_wasmi { 1.2 } else { 1.0 })
    };
    let found = both(&run, &samples(&USUAL, slow), &USUAL);
    let evened = |row: usize| found[row].1.expect("is evened");
    for row in [2, 3] {
        let ratio = evened(row) / evened(0);
        assert!((ratio / 1.2 - 1.0).abs() < 0.01, "{ratio}: {found:?}");
    }
    assert!((evened(7) / evened(0) - 1.0).abs() < 0.01, "{found:?}");
}

#[test]
fn a_run_that_was_slow_from_beginning_to_end_stays_slow() {
    let run = run(&USUAL, Metric::TimeToFirstResult);
    let found = both(&run, &samples(&USUAL, |_, _| Some(1.25)), &USUAL);
    for (median, evened) in found {
        let evened = evened.expect("is evened");
        assert!((evened / median - 1.0).abs() < 0.01);
        assert!((evened / 1.25 - 1.0).abs() < 0.01);
    }
}

#[test]
fn of_rates_more_is_faster() {
    let run = run(&USUAL, Metric::CallsPerSecond);
    let quiet = |block: u32| !(20..60).contains(&block);
    let samples = samples(&USUAL, |block, row| {
        (row % 2 == 0 || quiet(block)).then(|| drift(block).recip())
    });
    let found = both(&run, &samples, &USUAL);
    let evened = |row: usize| found[row].1.expect("is evened");
    assert!((found[1].0 / found[0].0 - 1.0) > 0.08, "{found:?}");
    assert!((evened(1) / evened(0) - 1.0).abs() < 0.01, "{found:?}");
}

#[test]
fn what_cannot_be_told_is_left_out() {
    // Two runtimes contradict each other, and nobody decides.
    let two = &USUAL[..4];
    let (of_two, of_four) = (
        run(two, Metric::TimeToFirstResult),
        run(&USUAL, Metric::TimeToFirstResult),
    );
    let found = both(&of_two, &samples(two, |block, _| Some(drift(block))), two);
    assert!(
        found.iter().all(|(_, evened)| evened.is_none()),
        "{found:?}"
    );
    // Seven launches, and a size.
    let few = samples(&USUAL, |block, row| (row != 0 || block < 7).then_some(1.0));
    let found = both(&of_four, &few, &USUAL);
    assert!(found[0].1.is_none() && found[1].1.is_some(), "{found:?}");
    let sizes = run(&USUAL, Metric::Size);
    let found = both(&sizes, &samples(&USUAL, |_, _| Some(1.0)), &USUAL);
    assert!(
        found.iter().all(|(_, evened)| evened.is_none()),
        "{found:?}"
    );
}
