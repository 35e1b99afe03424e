//! `labrun replay`: two sides of each kind, each launched from what it came from.

use std::fs;

use serde_json::Value;

use crate::bundles::COMPILING_JOB;
use crate::support::{Elsewhere, GOOD_JOB, Lab, Ran, Runner};

/// How much longer than another guest one sleeps that was slowed.
const SLOWER_NS: f64 = 300e6;

const FAST: &str = "fn main() {\n    println!(\"right\");\n}\n";

fn slow() -> String {
    format!(
        "fn main() {{\n    std::thread::sleep(std::time::Duration::from_nanos({SLOWER_NS} as u64));\n    \
         println!(\"right\");\n}}\n"
    )
}

/// Replays two sides in two quads of each row, into a fresh folder.
fn replay(lab: &Lab, a: &str, b: &str, more: &[&str]) -> Ran {
    let args = [&[a, b, "--quads", "2"], more].concat();
    lab.replay(&args)
}

fn run(ran: &Ran) -> String {
    format!("run:{}", ran.files.path().display())
}

/// The times to the first result of a workload on a side, in the order in which they were taken.
#[track_caller]
fn times(ran: &Ran, workload: &str, side: &str) -> Vec<f64> {
    let rows = ran.files.json("run.json")["rows"].clone();
    let row = |sample: &Value| {
        let number = sample["row"].as_u64().expect("a number");
        rows[usize::try_from(number).expect("is small")].clone()
    };
    let samples = ran.files.samples().into_iter();
    let of_side = samples.filter(|sample| {
        let row = row(sample);
        sample["side"] == side
            && row["workload"] == workload
            && row["metric"] == "time_to_first_result"
    });
    let values = of_side.map(|sample| sample["value"].as_f64());
    let values: Option<Vec<f64>> = values.collect();
    let values = values.expect("every launch gave a value");
    assert!(!values.is_empty(), "no launch of {workload} on side {side}");
    values
}

/// Side B was slowed, and side A was not.
#[track_caller]
fn b_is_slower(ran: &Ran, workload: &str) {
    let (a, b) = (times(ran, workload, "a"), times(ran, workload, "b"));
    assert_eq!((a.len(), b.len()), (4, 4), "two quads");
    assert!(b.iter().all(|time| *time >= SLOWER_NS), "{b:?}");
    let mut sorted = a.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(sorted[0] < SLOWER_NS, "{a:?}");
}

/// What `run.json` says of a side.
fn side(ran: &Ran, number: usize) -> Value {
    ran.files.json("run.json")["replay"]["sides"][number].clone()
}

fn digest(side: &Value, workload: &str) -> String {
    let artifacts = side["artifacts"].as_array().expect("artifacts");
    let mut own = artifacts.iter().filter(|one| one["workload"] == workload);
    let digest = own.next().expect("is there")["sha256"].as_str();
    digest.expect("a digest").to_owned()
}

#[test]
fn two_isolations_of_the_checkout() {
    let lab = Lab::fixture().isolation("native/dynamic");
    let (a, b) = ("isolation:native/static", "isolation:native/dynamic");
    let ran = replay(&lab, a, b, &[]).exit(0);
    assert_eq!(times(&ran, "right", "a").len(), 4);
    assert_eq!(times(&ran, "right", "b").len(), 4);
    let (own, other) = (side(&ran, 0), side(&ran, 1));
    assert_eq!((&own["name"], &other["name"]), (&a.into(), &b.into()));
    assert_ne!(digest(&own, "right"), digest(&other, "right"));
}

#[test]
fn what_a_commit_has_slowed_is_measured_as_that_and_nothing_else_is_built() {
    let lab = Lab::with_toy().guest("other", FAST);
    lab.commit();
    let lab = lab.write("workloads/other/src/main.rs", &slow());
    let head = lab.commit();
    // What is in the folder now is of no commit.
    let lab = lab.write("workloads/other/src/main.rs", "no program");
    let before = lab.git(&["status", "--porcelain", "--ignored"]);
    let of_right = ["build", "-w", "right", "-i", "toy/*", "-i", "native/static"];
    lab.run(of_right).exit(0);
    let commits = ("commit:HEAD~1", "commit:HEAD");
    let ran = replay(&lab, commits.0, commits.1, &[]).exit(0);
    b_is_slower(&ran, "other");
    assert!(!times(&ran, "right", "b").is_empty());
    assert_eq!(side(&ran, 1)["of"], head);
    let begun = |line: &&str| line.starts_with("workload other") && line.ends_with(" ...");
    assert_eq!(ran.stderr.lines().filter(begun).count(), 2);
    for same in ["runner toy", "workload right"] {
        assert!(!ran.stderr.contains(same), "{same} was built again");
    }
    let toy = |number: usize| side(&ran, number)["isolations"].to_string();
    assert_eq!(toy(0), toy(1));
    // The second time nothing is, and files that were altered are written anew.
    let altered = format!("target/labrun/commits/{head}/workloads/other/src/main.rs");
    let lab = lab.write(&altered, FAST);
    let ran = replay(&lab, commits.0, commits.1, &["-w", "other"]).exit(0);
    ran.stderr_has("is not as git has the commit");
    let again = ["-w", "other", "--quads", "12"];
    let again = lab.replay(&[&[commits.0, commits.1], &again[..]].concat());
    let again = again.exit(0);
    let results = again.files.json("summary.json")["replay"]["results"].clone();
    let mut results = results.as_array().expect("results").iter();
    let first = results.find(|row| row["metric"] == "time_to_first_result");
    assert_eq!(first.expect("a row")["ratio"]["verdict"], "worse");
    assert!(!again.stderr.contains("workload other"), "built again");
    assert!(!again.stderr.contains("is not as git has"));
    // The user's checkout is as it was.
    let after = lab.git(&["status", "--porcelain", "--ignored"]);
    let written = |status: &str| {
        status
            .lines()
            .filter(|line| line.contains("workloads"))
            .count()
    };
    assert_eq!(written(&before), written(&after));
    assert_eq!(lab.git(&["worktree", "list"]).lines().count(), 1);
}

#[test]
fn what_cannot_be_built_of_a_commit_is_unavailable_and_the_rest_goes_on() {
    let lab = Lab::fixture().guest("other", "no program");
    lab.commit();
    let lab = lab.write("workloads/other/src/main.rs", FAST);
    lab.commit();
    let ran = replay(&lab, "commit:HEAD~1", "commit:HEAD", &[])
        .exit(0)
        .rows(
            "other",
            "native/static",
            "unavailable",
            "cargo could not build",
        );
    assert_eq!(times(&ran, "right", "a").len(), 4);
    // What the compiler says stands once, and each row says it in short.
    assert_eq!(
        ran.stdout.matches("src/main.rs:1:").count(),
        1,
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.matches("cargo could not build").count() > 2);
    let strict = replay(
        &lab,
        "commit:HEAD~1",
        "commit:HEAD",
        &["--json", "--strict"],
    );
    assert_eq!(strict.exit(102).json()["scenario"], "cold-start");
}

#[test]
fn a_script_of_a_commit_is_not_that_of_the_checkout() {
    let lab = Lab::fixture().runner(&Runner::new("good", GOOD_JOB));
    lab.run(["build", "-i", "good/*"]).exit(0);
    lab.commit();
    // Beside the script, where its digest says nothing of it.
    let script = "harness/runners/good/run.sh";
    let text = fs::read_to_string(lab.path().join(script)).expect("reads a script");
    let wrong = text.replace("echo right", ". \"${0%/*}/said\"; echo $said");
    let lab = lab.write(script, &wrong);
    let lab = lab.write("harness/runners/good/said", "said=right");
    lab.commit();
    let lab = lab.write("harness/runners/good/said", "said=wrong");
    lab.run(["build", "-i", "good/*"]).exit(0);
    let args = ["-i", "good/*"];
    replay(&lab, "commit:HEAD~1", "commit:HEAD", &args).exit(0);
    lab.commit();
    replay(&lab, "commit:HEAD~1", "commit:HEAD", &args).exit(101);
}

#[test]
fn what_runs_have_launched_is_taken_by_its_digest() {
    let lab = Lab::fixture()
        .guest("other", FAST)
        .runner(&Runner::new("ahead", COMPILING_JOB).precompiles());
    let before = lab.measure(["-r", "3"]).exit(0);
    let lab = lab.write("workloads/other/src/main.rs", &slow());
    let after = lab.measure(["-r", "8", "-w", "other"]).exit(0);
    // Neither is what the checkout has now.
    let lab = lab.write("workloads/other/src/main.rs", "no program");
    let ran = replay(&lab, &run(&before), &run(&after), &[]).exit(0);
    b_is_slower(&ran, "other");
    assert_eq!(ran.files.rows("right", "native/static").len(), 0);
    assert!(!ran.stderr.contains("workload other"), "was built");
    for (number, of) in [(0, &before), (1, &after)] {
        let said = of.files.json("run.json");
        assert_eq!(side(&ran, number)["of"], said["id"]);
        assert_eq!(digest(&side(&ran, number), "other"), digest(&said, "other"));
    }
    // A run against what is built of it now, with what was compiled ahead of time.
    let ran = replay(&lab, &run(&before), &run(&before), &["-w", "right"]).exit(0);
    let ahead = side(&ran, 0)["artifacts"].to_string();
    assert!(ahead.contains("\"ahead/plain\""), "{ahead}");
}

#[test]
fn what_a_run_was_asked_for_by_name_is_taken_though_the_scenario_leaves_it_out() {
    let lab = Lab::fixture().isolation("native/dynamic").replace(
        "scenarios/cold-start.toml",
        "\n[plan]\n",
        "\n[[left_out]]\nisolations = [\"native/dynamic\"]\nreason = \"it is as the other\"\n\n[plan]\n",
    );
    let all = lab.measure([""; 0]).exit(0);
    let all = all.rows("right", "native/dynamic", "not-selected", "it is as");
    let by_name = lab.measure(["-i", "native/dynamic"]).exit(0);
    let of_name = replay(&lab, &run(&by_name), &run(&by_name), &[]).exit(0);
    assert_ne!(of_name.files.rows("right", "native/dynamic").len(), 0);
    // What a run did not measure is still not replayed.
    let of_all = replay(&lab, &run(&all), &run(&all), &[]).exit(0);
    assert_eq!(of_all.files.rows("right", "native/dynamic").len(), 0);
    assert_ne!(of_all.files.rows("right", "native/static").len(), 0);
    lab.commit();
    let of_commit = replay(&lab, &run(&by_name), "commit:HEAD", &[]).exit(0);
    assert_ne!(of_commit.files.rows("right", "native/dynamic").len(), 0);
}

#[test]
fn what_compare_suspects_of_two_runs_is_all_that_is_taken() {
    let lab = Lab::fixture().guest("other", FAST);
    let before = lab.measure(["-r", "12"]).exit(0);
    let lab = lab.write("workloads/other/src/main.rs", &slow());
    let after = lab.measure(["-r", "12"]).exit(0);
    let ran = replay(&lab, &run(&before), &run(&after), &["--suspects"]).exit(0);
    b_is_slower(&ran, "other");
    let rows = ran.files.rows("other", "native/static");
    let is_first = |row: &Value| row["metric"] == "time_to_first_result";
    assert!(rows.iter().any(is_first));
    let folders = [&before, &after].map(|ran| ran.files.path().display().to_string());
    let compared = lab.run(["compare", &folders[0], &folders[1], "--json"]);
    let suspects = compared.json()["counts"]["worse"].as_u64();
    let rows = ran.files.json("run.json")["rows"].as_array().map(Vec::len);
    assert_eq!(rows.map(|rows| rows as u64), suspects);
}

#[test]
fn the_runner_of_a_run_is_taken_by_its_digest() {
    let lab = Lab::with_toy();
    let only = ["-i", "toy/*"];
    let before = lab.measure(only).exit(0);
    let source = "harness/runners/toy/src/main.rs";
    let sleeps = format!(
        "std::thread::sleep(std::time::Duration::from_nanos({SLOWER_NS} as u64));\n            \
         guest.write_all"
    );
    let lab = lab.replace(source, "guest.write_all", &sleeps);
    let after = lab.measure(only).exit(0);
    let lab = lab.write(source, "no program");
    let ran = replay(&lab, &run(&before), &run(&after), &[]).exit(0);
    b_is_slower(&ran, "right");
    for (number, of) in [(0, &before), (1, &after)] {
        let said = of.files.json("run.json")["isolations"].clone();
        let said = said.as_array().expect("isolations");
        let launched = &side(&ran, number)["isolations"][0];
        assert!(said.contains(launched), "{launched:#} in {said:#?}");
    }
    fs::remove_dir_all(lab.path().join("target/labrun/runners")).expect("removes them");
    replay(&lab, &run(&before), &run(&after), &[])
        .exit(2)
        .stderr_has("Missing: the runner toy: the program with the digest");
}

#[test]
fn a_lab_in_a_folder_of_a_checkout_is_found_in_its_commits() {
    let lab = Lab::fixture();
    let inner = lab.path().join("inner");
    fs::create_dir(&inner).expect("makes a folder");
    for part in ["workloads", "scenarios"] {
        fs::rename(lab.path().join(part), inner.join(part)).expect("moves it");
    }
    lab.commit();
    let args = [
        "commit:HEAD",
        "commit:HEAD",
        "--quads",
        "1",
        "--lab",
        "inner",
    ];
    let ran = lab.replay(&args).exit(0);
    assert_eq!(times(&ran, "right", "b").len(), 2);
}

#[test]
fn a_missing_isolation_is_an_error_under_strict() {
    let lab = Lab::fixture().runner(&Runner::new("absent", GOOD_JOB).without_program());
    let same = "isolation:native/static";
    let absent = "isolation:absent/plain";
    let ran = replay(&lab, same, absent, &["--strict"]).exit(102);
    let missing = "isolation:absent/plain: absent/plain: unavailable: ";
    let ran = ran.stderr_has(missing);
    assert!(!ran.files.path().exists(), "a run is left");
    let ran = replay(&lab, same, absent, &["--strict", "--json"]).exit(102);
    let said = ran.json()["missing"][0].to_string();
    assert!(said.contains(missing), "{said}");
    replay(&lab, same, absent, &[])
        .exit(4)
        .rows("right", "native/static", "unavailable", "run.sh");
}

#[test]
fn a_time_budget_that_is_too_small_for_one_quad_decides_nothing() {
    let lab = Lab::fixture().isolation("native/dynamic");
    let sides = ["isolation:native/static", "isolation:native/dynamic"];
    let ran = lab.replay(&[&sides[..], &["--time-budget", "1us"]].concat());
    ran.exit(4)
        .stderr_has("the time budget of 1µs is too small for one quad, so nothing is decided: raise --time-budget")
        .stdout_has("not-selected: there was no time for a quad of it: raise `--time-budget`")
        .rows("right", "native/static", "not-selected", "there was no time");
}

#[test]
fn what_a_run_has_launched_is_built_again_from_its_commit() {
    let lab = Lab::fixture().guest("other", FAST);
    lab.commit();
    let ran = lab.measure(["-w", "other"]).exit(0);
    let said = digest(&ran.files.json("run.json"), "other");
    let lab = lab.write("workloads/other/src/main.rs", &slow());
    lab.commit();
    fs::remove_dir_all(lab.path().join("target/labrun/artifacts/other")).expect("removes it");
    let again = replay(&lab, &run(&ran), "commit:HEAD", &[])
        .exit(0)
        .stderr_has("is built again from its commit: other for ");
    b_is_slower(&again, "other");
    assert_eq!(digest(&side(&again, 0), "other"), said);
}

#[test]
fn two_bundles_need_neither_a_lab_nor_a_compiler() {
    let lab = Lab::fixture().guest("other", FAST);
    lab.run(["bundle", "cold-start", "--out", "a.tar.zst"])
        .exit(0);
    let first = fs::read(lab.path().join("a.tar.zst")).expect("reads a bundle");
    let lab = lab.write("workloads/other/src/main.rs", &slow());
    let away = Elsewhere::with(lab, &["cold-start"]);
    fs::write(away.path().join("a.tar.zst"), first).expect("carries it");
    let args = [
        "replay",
        "bundle:a.tar.zst",
        "bundle:b.tar.zst",
        "--quads",
        "2",
        "--out",
        "run",
    ];
    let ran = away.start(away.labrun(&args)).ended().exit(0);
    b_is_slower(&ran, "other");
    let digest = side(&ran, 0)["of"].as_str().map(str::len);
    assert_eq!(digest, Some(64));
}

#[test]
fn sides_may_be_of_different_kinds() {
    let lab = Lab::fixture().guest("other", FAST);
    let before = lab.measure(["-w", "other"]).exit(0);
    lab.run(["bundle", "cold-start", "--out", "b.tar.zst"])
        .exit(0);
    let lab = lab.write("workloads/other/src/main.rs", &slow());
    lab.commit();
    for a in [&run(&before), "bundle:b.tar.zst"] {
        let ran = replay(&lab, a, "commit:HEAD", &["-w", "other"]).exit(0);
        b_is_slower(&ran, "other");
    }
}
