//! Runs at the ends of what numbers and launches can be: they are read, summarised and drawn.

use std::fs;

use serde_json::Value;

use crate::support::{Lab, Ran, limit};

/// A lab, and a run in it whose samples of the time are these.
fn run_of(values: &[f64]) -> (Lab, String) {
    let lab = Lab::fixture();
    let ran = lab.measure(["-w", "right"]).exit(0);
    let run = ran.files.json("run.json");
    let rows = run["rows"].as_array().expect("rows");
    let is_it = |row: &Value| {
        row["metric"] == "time_to_first_result" && row["isolation"] == "native/static"
    };
    let row = rows.iter().position(is_it).expect("a row");
    let line = |(block, value): (usize, &f64)| {
        format!(
            "{{\"row\":{row},\"block\":{block},\"seq\":{block},\"at_ns\":{block},\
             \"outcome\":\"measured\",\"value\":{value:e},\"phases\":{{}}}}\n"
        )
    };
    // Those of other rows stay.
    let mut others = ran.files.samples();
    others.retain(|sample| sample["row"] != row);
    let others = others.iter().map(|sample| format!("{sample}\n"));
    let lines: Vec<String> = others.chain(values.iter().enumerate().map(line)).collect();
    fs::write(ran.files.path().join("samples.jsonl"), lines.concat()).expect("writes");
    let folder = ran.files.path().display().to_string();
    (lab, folder)
}

/// The time of the report on a run, by a labrun that may have so many bytes.
fn report(lab: &Lab, folder: &str, bytes: u64) -> (Ran, Value) {
    let mut command = lab.labrun(["report", folder]);
    limit(&mut command, libc::RLIMIT_AS, bytes, bytes);
    let ran = lab.start(command, folder.as_ref()).ended().exit(0);
    assert!(ran.files.has("report.html"));
    let row = ran
        .files
        .row("right", "native/static", "time_to_first_result");
    (ran, row)
}

const GIB: u64 = 1 << 30;

#[test]
fn no_finite_value_holds_the_page_up() {
    for values in [
        vec![9e17; 8],
        vec![1e6, 9e17, 1e6, 1e6, 2e6, 1e6, 1e6, 1e6],
        vec![5e-324, 1.0, 9e17, 5e-324, 1.0, 9e17, 1e-300, 1e16],
        vec![0.0; 8],
    ] {
        let (lab, folder) = run_of(&values);
        let (_, row) = report(&lab, &folder, 4 * GIB);
        assert_eq!(row["outcome"], "measured", "{row:#}");
        assert_eq!(row["n"], values.len(), "{row:#}");
    }
}

#[test]
fn a_time_that_cannot_be_is_named_and_holds_nothing_up() {
    for (values, impossible) in [
        (vec![1e308; 8], 8),
        (vec![1e6, 1e308, 1e6, 1e6, 2e6, 1e6, 1e6, 1e6], 1),
        (vec![-1e308, 1e308, -1.0, 1.0, 0.0, 0.0, 1e200, 1e-200], 4),
        ([-1e308, 1e308, 1.0].repeat(9), 18),
    ] {
        let (lab, folder) = run_of(&values);
        let (ran, _) = report(&lab, &folder, 4 * GIB);
        let number = match impossible {
            1 => "1 line of samples.jsonl has a number that cannot be".to_owned(),
            many => format!("{many} lines of samples.jsonl have numbers that cannot be"),
        };
        assert!(ran.stderr.contains(&number), "{}", ran.stderr);
    }
}

#[test]
fn many_launches_take_no_room_for_each_pair_of_them() {
    // All pairs of these would be 1.6 GB.
    let values: Vec<f64> = (0..20_000_u32)
        .map(|n| 1e6 + f64::from(n) + f64::from(n * 7919 % 1000))
        .collect();
    let (lab, folder) = run_of(&values);
    let (_, row) = report(&lab, &folder, GIB);
    assert_eq!(row["n"], 20_000, "{row:#}");
    // It rises by 20,000 over the run, of a median of 1,010,500.
    let trend = row["shape"]["trend"].as_f64().expect("a trend");
    assert!((trend - 0.0198).abs() < 0.0005, "{trend}");
}
