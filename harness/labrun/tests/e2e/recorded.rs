//! Runs that were recorded by each labrun so far: this one makes their pages and compares them.

use std::fs;
use std::path::{Path, PathBuf};

use labrun_record::METHOD_VERSION;
use serde_json::{Value, json};

use crate::support::{Lab, Ran, RunFiles};

fn runs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../record/tests/runs")
}

/// A copy of a recorded run in the lab's folder, changed.
fn copy(lab: &Lab, run: &str, change: impl FnOnce(&mut Value)) -> RunFiles {
    let files = RunFiles::of(&lab.path().join(run));
    fs::create_dir_all(files.path()).expect("makes a folder");
    for file in ["run.json", "samples.jsonl"] {
        fs::copy(runs().join(run).join(file), files.path().join(file)).expect("copies");
    }
    let mut value = files.json("run.json");
    change(&mut value);
    fs::write(files.path().join("run.json"), value.to_string()).expect("writes");
    files
}

fn compare(lab: &Lab, base: &str, candidate: &str, more: &[&str]) -> Ran {
    for run in [base, candidate] {
        copy(lab, run, |_| {});
    }
    lab.run(["compare", base, candidate, "--json"].iter().chain(more))
}

#[test]
fn a_run_of_every_schema_has_its_page_and_its_medians() {
    let lab = Lab::unbuilt();
    for entry in fs::read_dir(runs()).expect("has runs") {
        let folder = entry.expect("lists runs").path();
        if !folder.is_dir() {
            continue;
        }
        let run = folder.file_name().and_then(|name| name.to_str());
        let run = run.expect("a name");
        let files = copy(&lab, run, |_| {});
        let now = lab.run(["report", run, "--json"]).exit(0).json();
        let page = files.text("report.html");
        let read = files.json("run.json");
        let written = format!(
            "method {}, files {}<",
            read["method_version"], read["schema_version"]
        );
        assert!(page.contains(&written), "{run}: {written}");
        let another = page.contains("Another method.");
        assert_eq!(another, read["method_version"] != METHOD_VERSION, "{run}");
        let then = RunFiles::of(&folder).json("summary.json");
        let results = |summary: &Value| summary["results"].as_array().expect("results").clone();
        assert_eq!(results(&now).len(), results(&then).len());
        for (now, then) in results(&now).iter().zip(&results(&then)) {
            for field in ["workload", "isolation", "metric", "outcome", "n", "median"] {
                assert_eq!(now[field], then[field], "{run}: {field} of {then:#}");
            }
        }
    }
}

#[test]
fn runs_of_one_method_are_compared_whatever_their_schema() {
    let lab = Lab::unbuilt();
    for (base, candidate) in [("1-first", "1-method-1"), ("1-all", "2-all")] {
        let ran = compare(&lab, base, candidate, &[]);
        assert_ne!(ran.status.code(), Some(2), "{}", ran.stderr);
        let compared = ran.json();
        assert_eq!(compared["incomparable"], json!([]));
        assert_eq!(compared["counts"]["only_in_base"], 0);
        assert_eq!(compared["counts"]["only_in_candidate"], 0);
        let rows = compared["rows"].as_array().expect("rows");
        assert!(rows.iter().any(|row| row["ratio"]["value"].is_f64()));
    }
}

#[test]
fn runs_of_different_methods_are_not_compared_even_if_forced() {
    let lab = Lab::unbuilt();
    for more in [&[][..], &["--force"]] {
        let refused = compare(&lab, "1-method-1", "1-cold-start", more)
            .exit(2)
            .stderr_has("method versions differ: 1 and 2");
        let refused = refused.json();
        assert_eq!(refused["forced"], false);
        assert_eq!(refused["counts"]["equivalent"], 0);
    }
}

#[test]
fn a_newer_schema_is_refused_by_report_and_compare_with_what_to_do() {
    let lab = Lab::unbuilt();
    let newer = copy(&lab, "2-cold-start", |run| {
        run["schema_version"] = json!(99);
        run["lab_version"] = json!("0.9.0");
    });
    newer.copied(&lab.path().join("twin"));
    let told =
        "written by a newer labrun (schema 99; this one reads up to 3): use labrun 0.9.0 or newer";
    let run = "2-cold-start";
    for args in [&["report", run][..], &["compare", run, "twin"]] {
        lab.run(args).exit(2).stderr_has(told);
    }
    assert!(!lab.path().join(run).join("report.html").exists());
}

#[test]
fn rows_that_are_not_understood_are_left_out_and_said_so() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "2-all", |run| {
        run["lab_version"] = json!("0.9.0");
        let (first, rows) = (&run["parts"][1]["first_row"], &run["parts"][1]["rows"]);
        let first = first.as_u64().expect("a number") as usize;
        let end = first + rows.as_u64().expect("a number") as usize;
        for row in first..end {
            run["rows"][row]["metric"] = json!("energy");
        }
    });
    let left_out = "`energy` in rows: noop native native/static energy";
    let ran = lab
        .run(["report", "2-all", "--json"])
        .exit(0)
        .stderr_has("11 entries are left out")
        .stderr_has(left_out)
        .stderr_has("labrun 0.9.0 reads them all");
    let summary = ran.json();
    let warnings = summary["warnings"].as_array().expect("warnings");
    let named = warnings.iter().filter(|w| w["name"] == "left_out").count();
    let all = files.json("run.json")["rows"]
        .as_array()
        .map_or(0, Vec::len);
    let results = summary["results"].as_array().expect("results").len();
    assert!(named > 0);
    assert_eq!(results + named, all);
    assert!(files.text("report.html").contains(left_out));
}
