//! A scenario of several parts: one run, one page, the time shared.

use crate::support::{Lab, Question};

const BOTH: &str =
    "name = \"both\"\nquestion = \"What of all?\"\nparts = [\"cold-start\", \"size\"]\n";

/// A lab whose scenario `both` has `right` in its two parts, and `bulky` in the second.
fn lab() -> Lab {
    Lab::fixture()
        .plan("time_budget_s", "300")
        .write("scenarios/both.toml", BOTH)
        .question(&Question::size().of("right", "").of("big", ""))
}

#[test]
fn the_parts_are_one_run_and_one_page() {
    let ran = lab().ask("both", ["--json"]).exit(0);
    let summary = ran.json();
    assert_eq!(summary["scenario"], "both");
    let run = ran.files.json("run.json");
    let parts = run["parts"].as_array().expect("parts");
    let names: Vec<_> = parts.iter().map(|part| &part["scenario"]).collect();
    assert_eq!(names, ["cold-start", "size"]);
    assert_eq!(parts[0]["first_row"], 0);
    assert_eq!(parts[1]["first_row"], parts[0]["rows"]);
    for metric in ["time_to_first_result", "teardown", "size"] {
        let mut rows = ran.files.rows("right", "native/static");
        rows.retain(|row| row["metric"] == metric);
        assert!(!rows.is_empty(), "no rows of {metric}");
        assert!(
            rows.iter()
                .all(|row| row["outcome"] == "measured" || row["params"]["form"] == "zstd")
        );
    }
    let page = ran.files.text("report.html");
    for text in ["What of all?", "time to first result", "size"] {
        assert!(page.contains(text), "no {text:?} on the page");
    }
}

#[test]
fn a_time_budget_is_shared_by_the_parts() {
    let ran = lab()
        .ask("both", ["-w", "right", "--time-budget", "40s"])
        .exit(0);
    let run = ran.files.json("run.json");
    // As their own 300 s and 100 s.
    assert_eq!(run["parts"][0]["plan"]["time_budget_s"], 30.0);
    assert_eq!(run["parts"][1]["plan"]["time_budget_s"], 10.0);
    assert_eq!(run["plan"]["time_budget_s"], 40.0);
}

#[test]
fn a_workload_of_one_part_can_be_asked_for() {
    let lab = lab().guest("big", "fn main() { println!(\"right\"); }");
    // Only the part `size` keeps it.
    let scenario = "scenarios/cold-start.toml";
    let table =
        "\n[[workload]]\nname = \"big\"\ntargets = [\"native\", \"image\"]\nother = \"right\"\n";
    let lab = lab.replace(scenario, table, "");
    let ran = lab.ask("both", ["-w", "big"]).exit(0);
    assert_eq!(
        ran.files.native("big", "size", &["built"])["outcome"],
        "measured"
    );
    let ran = ran.rows(
        "right",
        "native/static",
        "not-selected",
        "--workload asks for big alone",
    );
    drop(ran);
    lab.ask("both", ["-w", "bigg"])
        .exit(2)
        .stderr_has("did you mean `big`?");
}

#[test]
fn a_part_that_is_not_there_is_a_mistake_in_the_file() {
    let lab = lab().replace("scenarios/both.toml", "\"size\"", "\"siez\"");
    for args in [&["list"][..], &["scenario", "both", "--out", "run"]] {
        lab.run(args)
            .exit(2)
            .stderr_has("scenarios/both.toml:3: parts: there is no scenario `siez`");
    }
}

#[test]
fn parts_that_are_none_are_mistakes_in_the_file() {
    for (from, to, told) in [
        (
            "[\"cold-start\", \"size\"]",
            "[]",
            "both.toml:3: parts: it names no scenario",
        ),
        ("\"size\"", "\"both\"", "both.toml"),
        (
            "[\"cold-start\", \"size\"]",
            "\"size\"",
            "both.toml:3: parts is the text \"size\", and has to be a list",
        ),
        ("question", "qestion", "did you mean `question`?"),
        ("\"both\"", "\"bath\"", "both.toml:1: name is `bath`"),
    ] {
        lab()
            .replace("scenarios/both.toml", from, to)
            .ask("both", [""; 0])
            .exit(2)
            .stderr_has(told);
    }
}

#[test]
fn it_is_listed() {
    let lab = lab();
    lab.run(["list", "scenarios"])
        .exit(0)
        .stdout_has("both")
        .stdout_has("What of all?");
}

#[test]
fn a_signal_in_the_first_part_leaves_the_second_out() {
    let mut live = lab().samples(100_000).begin_of("both", |command| command);
    live.until_samples(8);
    live.signal(libc::SIGINT);
    let ran = live.ended().exit(130);
    assert!(ran.files.has("report.html"));
    let size = ran.files.native("right", "size", &["built"]);
    assert_eq!(size["outcome"], "not-selected", "{size:#}");
    let start = ran
        .files
        .row("right", "native/static", "time_to_first_result");
    assert_eq!(start["outcome"], "measured", "{start:#}");
}
