//! A plan: made without a compiler, printed, given by hand.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{GOOD_JOB, Lab, Ran, Runner};

fn lab() -> Lab {
    Lab::fixture()
        .isolation("native/dynamic")
        .runner(&Runner::new("good", GOOD_JOB))
}

/// `labrun plan` with no program at all on `PATH`.
pub(crate) fn plan(lab: &Lab, args: &[&str]) -> Ran {
    let nothing = lab.path().join("nothing");
    fs::create_dir_all(&nothing).expect("makes a folder");
    let mut command = lab.labrun(["plan"]);
    command.args(args).env("PATH", nothing);
    lab.start(command, lab.path()).ended()
}

pub(crate) fn parsed(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).expect("stdout is JSON alone")
}

/// Every row of a plan, in its order.
fn rows(plan: &Value) -> Vec<Value> {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let cases = list(&plan["parts"]).into_iter().flat_map(move |part| {
        let cases = part["cases"].as_array().expect("cases").clone();
        cases.into_iter()
    });
    cases.flat_map(|case| list(&case["rows"])).collect()
}

/// `labrun scenario` with these arguments alone, into the folder `taken`.
pub(crate) fn carry_out(lab: &Lab, args: &[&str]) -> Ran {
    let out = lab.path().join("taken");
    let mut command = lab.labrun(["scenario", "--out"]);
    command.arg(&out).args(args);
    lab.start(command, &out).ended()
}

pub(crate) fn write(lab: &Lab, text: &str) -> PathBuf {
    let path = lab.path().join("plan.json");
    fs::write(&path, text).expect("writes a plan");
    path
}

#[test]
fn a_plan_needs_no_program_and_writes_nothing() {
    let lab = Lab::unbuilt()
        .isolation("native/*")
        .isolation("docker/*")
        .runner(&Runner::new("good", GOOD_JOB));
    let ran = plan(&lab, &["cold-start"])
        .exit(0)
        .stdout_has("cold-start: How long?")
        .stdout_has("native/static")
        .stdout_has("docker/runc")
        .stdout_has("3 launches")
        .stdout_has("runner good");
    assert_eq!(ran.stderr, "", "nothing to tell");
    let read = parsed(&plan(&lab, &["cold-start", "--json"]).exit(0));
    assert_eq!(read["plan_version"], 3);
    assert!(!rows(&read).is_empty());
    for folder in ["target", "runs"] {
        assert!(!lab.path().join(folder).exists(), "{folder} was made");
    }
}

#[test]
fn the_rows_of_a_plan_are_those_of_the_run() {
    let lab = lab();
    for args in [&[][..], &["-i", "native/*"], &["--quick"], &["-r", "2"]] {
        let printed = plan(&lab, &[&["cold-start", "--json"], args].concat()).exit(0);
        let ran = lab.measure(args).exit(0);
        let measured = ran.files.json("run.json")["rows"].clone();
        assert_eq!(json!(rows(&parsed(&printed))), measured, "{args:?}");
    }
}

#[test]
fn a_plan_that_was_printed_is_carried_out() {
    let lab = lab();
    let printed = plan(&lab, &["cold-start", "--json", "-i", "native/static"]).exit(0);
    let path = write(&lab, &printed.stdout).display().to_string();
    let again = plan(&lab, &["--json", "--plan", &path]).exit(0);
    assert_eq!(parsed(&again), parsed(&printed), "read and printed again");
    let ran = carry_out(&lab, &["--plan", &path])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("right", "native/dynamic", "not-selected", "--isolation");
    let run = ran.files.json("run.json");
    assert_eq!(run["rows"], json!(rows(&parsed(&printed))));
    assert_eq!(run["scenario"], "cold-start");
}

pub(crate) fn leaves_no_run(lab: &Lab) {
    for folder in ["taken", "runs"] {
        let path: &Path = &lab.path().join(folder);
        assert!(!path.exists(), "{} was made", path.display());
    }
}

#[test]
fn a_quick_plan_has_no_pilot_and_an_older_plan_has_one() {
    let lab = lab();
    let quick = parsed(&plan(&lab, &["cold-start", "--quick", "--json"]).exit(0));
    assert_eq!(quick["parts"][0]["rules"]["pilot"], false);
    let mut older = parsed(&plan(&lab, &["cold-start", "--json"]).exit(0));
    older["plan_version"] = json!(2);
    let rules = older["parts"][0]["rules"].as_object_mut();
    let removed = rules.expect("rules").remove("pilot");
    assert_eq!(removed, Some(json!(true)));
    let path = write(&lab, &older.to_string()).display().to_string();
    let read = parsed(&plan(&lab, &["--plan", &path, "--json"]).exit(0));
    assert_eq!(read["parts"][0]["rules"]["pilot"], true);
}

#[test]
fn a_plan_by_hand_is_not_selected_from() {
    let lab = lab();
    let printed = plan(&lab, &["cold-start", "--json"]).exit(0);
    let path = write(&lab, &printed.stdout).display().to_string();
    for more in [
        &["-i", "native/*"][..],
        &["-w", "right"],
        &["--quick"],
        &["cold-start"],
    ] {
        let args = [&["--plan", path.as_str()], more].concat();
        carry_out(&lab, &args)
            .exit(2)
            .stderr_has("cannot be used with");
        plan(&lab, &args).exit(2).stderr_has("cannot be used with");
    }
    // Launches and time are taken from flags and variables, as of a bundle.
    let asked = lab.labrun([
        "plan",
        "--json",
        "--plan",
        path.as_str(),
        "--time-budget",
        "7s",
    ]);
    let mut asked = asked;
    asked.env("LABRUN_SAMPLES", "3");
    let adjusted = lab.start(asked, lab.path()).ended().exit(0);
    let adjusted: Value = serde_json::from_str(&adjusted.stdout).expect("a plan");
    let rules = &adjusted["parts"][0]["rules"];
    assert_eq!(
        (&rules["min_samples"], &rules["max_samples"]),
        (&3.into(), &3.into())
    );
    assert_eq!(rules["time_budget_s"], 7.0);
    carry_out(&lab, &[])
        .exit(2)
        .stderr_has("name a scenario, or give --plan FILE");
    carry_out(&lab, &["--plan", "nowhere.json"])
        .exit(2)
        .stderr_has("cannot read nowhere.json");
    leaves_no_run(&lab);
}
