//! The files that are asked for besides a run's own: JSON, CSV, Markdown.

use std::fs;

use crate::damaged::recorded;
use crate::support::{GOOD_JOB, Lab, Runner};

const FILES: [&str; 6] = [
    "--export-json",
    "rows.json",
    "--export-csv",
    "rows.csv",
    "--export-markdown",
    "rows.md",
];

fn text(lab: &Lab, file: &str) -> String {
    fs::read_to_string(lab.path().join(file)).expect("was written")
}

/// Takes the files away, so that the next labrun has to make them.
fn taken(lab: &Lab) -> [String; 3] {
    ["rows.json", "rows.csv", "rows.md"].map(|file| {
        let text = text(lab, file);
        fs::remove_file(lab.path().join(file)).expect("removes");
        text
    })
}

#[test]
fn scenario_and_report_write_the_same_files() {
    let lab = Lab::fixture().runner(&Runner::new("good", GOOD_JOB));
    let ran = lab.measure(FILES).exit(0);
    let measured = taken(&lab);
    let [json, csv, markdown] = &measured;
    let json: serde_json::Value = serde_json::from_str(json).expect("is JSON");
    assert_eq!(json, ran.files.json("summary.json"));
    let rows = json["results"].as_array().expect("results");
    assert_eq!(csv.lines().count(), rows.len() + 1);
    assert!(csv.starts_with("run,scenario,started,"), "{csv}");
    assert!(csv.contains(",good/plain,"), "{csv}");
    assert!(markdown.contains("| native/static |"), "{markdown}");
    let run = ran.files.path().to_str().expect("a name");
    lab.run([&["report", run][..], &FILES].concat()).exit(0);
    assert_eq!(taken(&lab), measured);
    let twin = &ran.files.copied(&lab.path().join("twin"));
    let two = ["report", run, twin, "-o", "page.html"];
    lab.run([&two[..], &FILES].concat()).exit(0);
    let [both, twice, pages] = taken(&lab);
    let both: serde_json::Value = serde_json::from_str(&both).expect("is JSON");
    assert_eq!(both, serde_json::json!([json, json]));
    assert_eq!(twice.lines().count(), 2 * rows.len() + 1);
    assert_eq!(pages, format!("{markdown}\n{markdown}"));
}

#[test]
fn a_replay_has_its_files() {
    let lab = Lab::fixture();
    let side = "isolation:native/static";
    let args = [&[side, side, "-w", "right", "--quads", "1"][..], &FILES].concat();
    let ran = lab.replay(&args).exit(0);
    let [json, csv, markdown] = taken(&lab);
    let json: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    assert_eq!(json, ran.files.json("summary.json"));
    let rows = json["replay"]["results"].as_array().expect("results");
    assert_eq!(csv.lines().count(), 2 * rows.len() + 1);
    assert!(markdown.contains("| quads | A | B | B / A |"), "{markdown}");
}

#[test]
fn a_file_that_cannot_be_written_is_known_before_anything_is_measured() {
    let lab = Lab::unbuilt();
    fs::create_dir(lab.path().join("folder")).expect("makes a folder");
    let side = "isolation:native/static";
    for command in [
        &["scenario", "cold-start", "--out", "fresh"][..],
        &["replay", side, side, "--out", "fresh"],
        &["calibrate", "--out", "fresh"],
        &["report", "no-run"],
    ] {
        for option in ["--export-json", "--export-csv", "--export-markdown"] {
            for (file, told) in [
                ("no/x", "make the folder first: mkdir -p no"),
                ("folder", "folder is a folder: name a file in it"),
                ("/proc/x", "cannot write /proc/x"),
            ] {
                let ran = lab.run(command.iter().chain(&[option, file]));
                ran.exit(2).stderr_has(told);
            }
        }
        let twice = ["--export-csv", "one", "--export-json", "one"];
        let ran = lab.run(command.iter().chain(&twice));
        ran.exit(2).stderr_has("one is asked for twice");
        let twice = ["--export-csv", "one", "--export-json", "folder/../one"];
        let ran = lab.run(command.iter().chain(&twice));
        ran.exit(2).stderr_has("one is asked for twice");
    }
    assert!(!lab.path().join("fresh").exists(), "a run was begun");
    assert!(!lab.path().join("one").exists(), "something was written");
    let built = lab.path().join("target/labrun/artifacts");
    assert!(!built.exists(), "something was built");
}

#[test]
fn no_file_of_a_run_is_written_over() {
    let lab = Lab::unbuilt();
    let recorded = recorded().join("3-cold-start");
    let names = ["run.json", "samples.jsonl", "blocks.jsonl", "summary.json"];
    for run in ["a", "b"] {
        fs::create_dir(lab.path().join(run)).expect("makes a folder");
        for name in &names[..2] {
            fs::copy(recorded.join(name), lab.path().join(run).join(name)).expect("copies");
        }
    }
    std::os::unix::fs::symlink("samples.jsonl", lab.path().join("a/link")).expect("links");
    let before = names.map(|name| fs::read(lab.path().join("a").join(name)).ok());
    for command in [
        &["report", "b", "-o"][..],
        &["report", "a", "--export-csv"],
        &["compare", "a", "b", "--page"],
        &["compare", "a", "b", "--export-markdown"],
    ] {
        for file in names.iter().chain(&["link", "../b/../a/run.json"]) {
            let file = format!("a/{file}");
            let ran = lab.run(command.iter().copied().chain([&*file]));
            ran.exit(2)
                .stderr_has("is a file of a run, and would be lost");
        }
    }
    let ran = lab.run([
        "compare",
        "a",
        "b",
        "--page",
        "x",
        "--export-markdown",
        "./x",
    ]);
    ran.exit(2).stderr_has("x is asked for twice");
    let after = names.map(|name| fs::read(lab.path().join("a").join(name)).ok());
    assert_eq!(before, after);
    // The page has its own name.
    lab.run(["report", "a", "-o", "a/report.html"]).exit(0);
}
