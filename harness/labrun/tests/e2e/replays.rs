//! The files of a replay: its page, its summary, and what it is not.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Lab, RunFiles};

/// A replay of one row, B `times` as long, in the lab's folder; its last quad is cut short.
fn replay(lab: &Lab, name: &str, sides: [&str; 2], times: f64) -> RunFiles {
    let value = |_, is_b| if is_b { 1e5 * times } else { 1e5 };
    replay_of(lab, name, sides, 4 * 8 - 1, value)
}

/// A replay of one row with so many launches, each as long as `value` says of its quad and of
/// whether it is of B.
fn replay_of(
    lab: &Lab,
    name: &str,
    sides: [&str; 2],
    launches: u32,
    value: impl Fn(u32, bool) -> f64,
) -> RunFiles {
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
    for seq in 0..launches {
        let is_b = [1, 2].contains(&(seq % 4));
        let (side, value) = (if is_b { "b" } else { "a" }, value(seq / 4, is_b));
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
fn a_side_with_two_modes_is_warned_of_and_medians_that_contradict_are_named() {
    let lab = Lab::unbuilt();
    // Either side has two modes, B alone is more often in the faster one, and 3 % slower in it.
    let value = |quad: u32, is_b| {
        let fast = quad % 20 < if is_b { 11 } else { 9 };
        let mode = if fast { 1e5 } else { 2e5 };
        let noise = 1.0 + 0.0001 * f64::from(quad % 7);
        mode * noise * if is_b { 1.03 } else { 1.0 }
    };
    let sides = ["commit:HEAD~1", "commit:HEAD"];
    let files = replay_of(&lab, "modes", sides, 4 * 60, value);
    let summary = lab.run(["report", "modes", "--json"]).exit(0).json();
    let ratio = &summary["replay"]["results"][0]["ratio"];
    assert_eq!(ratio["verdict"], "worse", "{ratio:#}");
    let warnings = summary["warnings"].as_array().expect("warnings").clone();
    let of = |name: &str| {
        let own = warnings.iter().filter(|warning| warning["name"] == name);
        own.map(|warning| warning["side"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("two_modes"), [json!("a"), json!("b")]);
    assert_eq!(of("medians_disagree"), [Value::Null]);
    let page = files.text("report.html");
    assert!(page.contains("the medians: 0.5") && page.contains(", side B"));
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
