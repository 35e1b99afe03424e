//! The files of a run, read again: whole, cut, in the way.

use std::fs;

use crate::support::{Lab, Ran};

fn report(lab: &Lab, ran: &Ran) -> Ran {
    let path = ran.files.path().to_str().expect("a name");
    lab.run(["report", path, "--json"])
}

fn n(ran: &Ran) -> u64 {
    ran.json()["results"][0]["n"].as_u64().expect("a count")
}

#[test]
fn a_page_is_made_again_from_a_run_alone() {
    let lab = Lab::fixture();
    let ran = lab.measure(["--json"]).exit(0);
    for file in ["summary.json", "report.html"] {
        fs::remove_file(ran.files.path().join(file)).expect("removes a file");
    }
    let again = report(&lab, &ran).exit(0);
    assert_eq!(again.json(), ran.json(), "the same files, the same numbers");
    assert_eq!(ran.files.json("summary.json"), ran.json());
    assert!(ran.files.has("report.html"));
}

#[test]
fn several_runs_make_one_page() {
    let lab = Lab::fixture();
    let runs = [0, 1].map(|_| lab.measure([""; 0]).exit(0));
    let folders = runs
        .each_ref()
        .map(|run| run.files.path().display().to_string());
    let args = ["report", "--json", "--output", "both.html"].map(str::to_owned);
    let ran = lab.run(args.iter().chain(&folders)).exit(0);
    let summaries: Vec<serde_json::Value> =
        serde_json::from_str(&ran.stdout).expect("stdout is JSON alone");
    assert_eq!(summaries.len(), 2);
    for (summary, run) in summaries.iter().zip(&runs) {
        assert_eq!(summary, &run.files.json("summary.json"));
    }
    assert!(lab.path().join("both.html").is_file());
}

#[test]
fn a_cut_line_is_left_out_and_said_so() {
    let lab = Lab::fixture().samples(5);
    let ran = lab.measure(["--json"]).exit(0);
    assert_eq!(n(&ran), 5);
    let path = ran.files.path().join("samples.jsonl");
    let text = fs::read_to_string(&path).expect("reads the samples");
    // The last launch gave two lines: the second is cut in its middle.
    let cut = &text[..text.len() - 20];
    fs::write(&path, cut).expect("cuts the samples");
    let again = report(&lab, &ran)
        .exit(0)
        .stderr_has("ends in the middle of a line");
    let results = again.json()["results"].clone();
    let mut counts: Vec<_> = results
        .as_array()
        .expect("results")
        .iter()
        .map(|row| row["n"].as_u64())
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [Some(4), Some(5)], "whole lines alone count");
}

#[test]
fn a_run_without_samples_still_gives_a_page() {
    let lab = Lab::fixture();
    let ran = lab.measure([""; 0]).exit(0);
    fs::remove_file(ran.files.path().join("samples.jsonl")).expect("removes the samples");
    let again = report(&lab, &ran).exit(0);
    assert_eq!(again.json()["results"][0]["outcome"], "unavailable");
}

#[test]
fn what_is_no_run_is_said_so() {
    let lab = Lab::fixture();
    lab.run(["report", "nowhere"])
        .exit(2)
        .stderr_has("nowhere is no run: it has no run.json");
    lab.run(["compare", "nowhere", "elsewhere"])
        .exit(2)
        .stderr_has("nowhere is no run: it has no run.json");
    lab.run(["report"]).exit(2).stderr_has("<RUN>...");
}

#[test]
fn a_folder_that_holds_a_run_is_not_written_again() {
    let lab = Lab::fixture();
    let ran = lab.measure([""; 0]).exit(0);
    let files = ["run.json", "samples.jsonl", "summary.json", "report.html"];
    let before = files.map(|file| ran.files.text(file));
    let folder = ran.files.path().to_str().expect("a name");
    lab.run(["scenario", "cold-start", "--out", folder])
        .exit(2)
        .stderr_has("already holds a run: give --out another folder");
    assert_eq!(files.map(|file| ran.files.text(file)), before);
}

#[test]
fn without_out_a_run_gets_a_folder_of_its_own() {
    let lab = Lab::fixture();
    lab.run(["scenario", "cold-start"]).exit(0);
    let runs: Vec<_> = fs::read_dir(lab.path().join("runs"))
        .expect("has runs")
        .map(|entry| entry.expect("lists runs").file_name())
        .collect();
    assert_eq!(runs.len(), 1);
    let name = runs[0].to_string_lossy().into_owned();
    assert!(name.contains("Z-cold-start-"), "{name}");
    let run = crate::support::RunFiles::of(&lab.path().join("runs").join(&name)).json("run.json");
    assert_eq!(run["id"], name.as_str());
}
