//! The files of a replay: its page, its summary, and what it is not.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Lab, RunFiles};

/// A replay of one row, B `times` as long, in the lab's folder; its last quad is cut short.
fn replay(lab: &Lab, name: &str, sides: [&str; 2], times: f64) -> RunFiles {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../record/tests/runs/2-cold-start");
    let mut run = RunFiles::of(&recorded).json("run.json");
    run["id"] = json!(name);
    run["rows"] = json!([run["rows"][0]]);
    run["references"] = json!([]);
    run["replay"] = json!({
        "sides": sides.map(|name| json!({
            "name": name, "of": name, "lab_version": "0.1.0", "artifacts": [], "isolations": []
        })),
        "margin": 0.02,
        "pairs": [{}],
    });
    let mut samples = String::new();
    for seq in 0..4 * 8 - 1 {
        let (side, value) =
            [("a", 1e5), ("b", 1e5 * times)][usize::from([1, 2].contains(&(seq % 4)))];
        let sample = json!({
            "row": 0, "block": seq / 4, "seq": seq, "side": side, "at_ns": seq, "outcome": "measured",
            "value": value,
        });
        let _ = writeln!(samples, "{sample}");
    }
    let files = RunFiles::of(&lab.path().join(name));
    fs::create_dir_all(files.path()).expect("makes a folder");
    fs::write(files.path().join("run.json"), run.to_string()).expect("writes");
    fs::write(files.path().join("samples.jsonl"), samples).expect("writes");
    files
}

#[test]
fn report_makes_the_page_of_a_replay_and_prints_what_it_comes_to() {
    let lab = Lab::unbuilt();
    let files = replay(&lab, "slower", ["commit:HEAD~1", "commit:HEAD"], 1.1);
    let summary = lab.run(["report", "slower", "--json"]).exit(0).json();
    assert_eq!(summary["results"], json!([]));
    let row = &summary["replay"]["results"][0];
    assert_eq!(row["ratio"]["verdict"], "worse", "{row:#}");
    assert_eq!((&row["quads"], &row["unfinished"]), (&json!(7), &json!(1)));
    assert_eq!(summary["resolution"], Value::Null);
    assert_eq!(files.json("summary.json"), summary);
    let page = files.text("report.html");
    assert!(page.contains("The answer") && page.contains("commit:HEAD~1"));
}

#[test]
fn a_replay_of_a_build_against_itself_says_what_the_machine_can_tell_apart() {
    let lab = Lab::unbuilt();
    replay(&lab, "itself", ["commit:HEAD"; 2], 1.0);
    let summary = lab.run(["report", "itself", "--json"]).exit(0).json();
    let unchanged = &summary["resolution"]["unchanged"];
    assert_eq!(
        (&unchanged["rows"], &unchanged["equivalent"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn a_replay_is_not_compared_with_another_run() {
    let lab = Lab::unbuilt();
    for name in ["one", "other"] {
        replay(&lab, name, ["commit:HEAD~1", "commit:HEAD"], 1.1);
    }
    for more in [&[][..], &["--force"]] {
        lab.run(["compare", "one", "other"].iter().chain(more))
            .exit(2)
            .stderr_has("one is a replay, and has both sides in itself");
    }
}
