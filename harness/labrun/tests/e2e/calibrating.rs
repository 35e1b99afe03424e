//! `labrun calibrate`: the build against itself and against changes of known size, and what later
//! runs say of it.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Lab, Ran};

/// So many times as long as it is told, so that the least change is seen in each launch.
const TIMES: f64 = 1000.0;

/// A workload that can be changed, as the lab's own is: by two numbers, of time and of memory.
const DELAY: &str = "fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|n| n.parse().unwrap()).collect();
    std::thread::sleep(std::time::Duration::from_nanos(1000 * numbers[0]));
    let held = vec![1_u8; (numbers[1] << 20) as usize];
    println!(\"right\");
    if std::env::var_os(\"LABRUN_HOLD\").is_some() {
        let _ = std::io::stdin().lines().count();
    }
    drop(std::hint::black_box(held));
}
";

fn lab() -> Lab {
    let how = "[run]\nargs = [\"0\", \"0\"]";
    Lab::fixture().workload("delay", how, DELAY)
}

fn rows_and_pairs(ran: &Ran) -> Vec<(Value, Value)> {
    let run = ran.files.json("run.json");
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let rows = list(&run["rows"]).into_iter();
    rows.zip(list(&run["replay"]["pairs"])).collect()
}

fn values(ran: &Ran, row: usize, side: &str) -> Vec<f64> {
    let samples = ran.files.samples().into_iter();
    let own = samples.filter(|sample| sample["row"] == row && sample["side"] == side);
    own.map(|sample| sample["value"].as_f64().expect("a value"))
        .collect()
}

#[test]
fn known_changes_are_read_back() {
    let lab = lab();
    let ran = lab.calibrate(&["--quads", "2", "--tries", "2", "--json"]);
    let ran = ran.exit(0);
    let (mut same, mut delays, mut stalls, mut allocations) = (0, 0, 0, 0);
    for (number, (row, pair)) in rows_and_pairs(&ran).into_iter().enumerate() {
        let (a, b) = (values(&ran, number, "a"), values(&ran, number, "b"));
        assert_eq!((a.len(), b.len()), (4, 4), "{row}");
        let change = &pair["change"];
        if let Some(ns) = change["delay_ns"].as_f64() {
            delays += 1;
            assert!(ns > 0.0);
            assert!(b.iter().all(|value| *value >= TIMES * ns), "{ns}: {b:?}");
            assert!(a.iter().any(|value| *value < TIMES * ns), "{ns}: {a:?}");
        } else if change.get("stall_ns").is_some() {
            stalls += 1;
        } else if let Some(bytes) = change["allocation_bytes"].as_f64() {
            allocations += 1;
            if row["scope"] == "pss" {
                let more = b[0] - a[0];
                // Pages of files that other processes share come and go: some tens of KiB.
                let off = (more - bytes).abs();
                assert!(off < 0.03 * bytes + 131_072.0, "{more} of {bytes}");
            }
        } else {
            same += 1;
        }
    }
    // Two tries of four delays, of a stall, and of two allocations.
    assert_eq!((delays, stalls, allocations), (8, 2, 4));
    assert!(same >= 2, "{same}");

    let summary: Value = serde_json::from_str(&ran.stdout).expect("JSON alone");
    let found = &summary["resolution"];
    assert_eq!(found["unchanged"]["rows"], same);
}

#[test]
fn later_runs_say_what_was_found_unless_it_was_yesterday_or_elsewhere() {
    let lab = lab();
    let few = lab.calibrate(&["--quads", "1", "--without-changes"]);
    few.exit(0);
    let state = lab.path().join(".state/labrun");
    assert!(!state.exists(), "one quad says nothing");
    let ran = lab.calibrate(&["--quads", "12", "--without-changes", "--json"]);
    let summary: Value = serde_json::from_str(&ran.exit(0).stdout).expect("JSON alone");
    let found = &summary["resolution"];
    let run = lab.measure([""; 0]).exit(0).files.json("run.json");
    assert_eq!(run["resolution"]["run"], summary["run"]);
    assert_eq!(&run["resolution"], found);
    let spent = |name: &str| run["spent"][name].as_f64().expect("a number");
    assert!(spent("launches_s") > 0.0 && spent("launches_s") <= spent("total_s"));
    let state = fs::read_dir(state).expect("a folder");
    let files: Vec<_> = state.map(|entry| entry.expect("an entry").path()).collect();
    let [file] = &files[..] else {
        panic!("{files:?}")
    };
    let kept: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    for (name, value) in [
        ("started", json!("2026-01-01T00:00:00Z")),
        ("machine_class", json!("another")),
        ("unchanged", json!("no such thing")),
    ] {
        let mut changed = kept.clone();
        changed[name] = value;
        fs::write(file, changed.to_string()).expect("writes");
        let run = lab.measure([""; 0]).exit(0).files.json("run.json");
        assert!(run.get("resolution").is_none_or(Value::is_null), "{name}");
    }
    let page = lab.measure([""; 0]).files;
    let page = fs::read_to_string(page.path().join("report.html")).expect("a page");
    assert!(page.contains("labrun calibrate"));
}

#[test]
fn a_lab_without_the_workload_replays_what_is_the_same() {
    let lab = Lab::fixture();
    let ran = lab.calibrate(&["--quads", "1"]);
    let ran = ran.exit(0);
    let ran = ran.stderr_has("has no workload `delay`");
    assert!(
        rows_and_pairs(&ran)
            .iter()
            .all(|(_, pair)| pair == &json!({}))
    );
}

#[test]
fn bad_questions_are_refused() {
    let lab = Lab::fixture();
    lab.calibrate(&["-i", "native/statik"])
        .exit(2)
        .stderr_has("did you mean `native/static`?");
    let lab = self::lab();
    lab.calibrate(&["--change-on", "nativ/*"])
        .exit(2)
        .stderr_has("no isolation is called nativ/*");
    lab.calibrate(&["--change-on", "native/static", "--without-changes"])
        .exit(2)
        .stderr_has("cannot be used with");
    lab.calibrate(&["--tries", "0"]).exit(2);
}
