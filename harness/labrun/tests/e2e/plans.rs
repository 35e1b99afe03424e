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
fn plan(lab: &Lab, args: &[&str]) -> Ran {
    let nothing = lab.path().join("nothing");
    fs::create_dir_all(&nothing).expect("makes a folder");
    let mut command = lab.labrun(["plan"]);
    command.args(args).env("PATH", nothing);
    lab.start(command, lab.path()).ended()
}

fn parsed(ran: &Ran) -> Value {
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
fn carry_out(lab: &Lab, args: &[&str]) -> Ran {
    let out = lab.path().join("taken");
    let mut command = lab.labrun(["scenario", "--out"]);
    command.arg(&out).args(args);
    lab.start(command, &out).ended()
}

fn write(lab: &Lab, text: &str) -> PathBuf {
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
    assert_eq!(read["plan_version"], 1);
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

/// A change of a plan.
type Edit = fn(&mut Value);

/// What is wrong with a plan, and what is said of it.
const EDITS: [(&str, Edit, &[&str]); 16] = [
    (
        "a field that no plan has",
        |plan| plan["sampels"] = json!(3),
        &["there is no field `sampels` in a plan"],
    ),
    (
        "a field that no launch has",
        |plan| launch(plan)["netwrok"] = json!("host"),
        &["netwrok` in a plan"],
    ),
    (
        "a field that no row has",
        |plan| case(plan)["rows"][0]["isolatoin"] = json!("x"),
        &["isolatoin"],
    ),
    (
        "a limit, which nothing keeps yet",
        |plan| case(plan)["limits"] = json!({ "memory_bytes": 1 }),
        &["memory_bytes` in a plan"],
    ),
    (
        "an isolation that is not there",
        |plan| {
            for row in case(plan)["rows"].as_array_mut().expect("rows") {
                row["isolation"] = json!("native/statik");
            }
        },
        &["native/statik", "did you mean `native/static`?"],
    ),
    (
        "a launch of a workload that is not there",
        |plan| launch(plan)["artifact"]["compile"]["workload"] = json!("rihgt"),
        &["rihgt", "did you mean `right`?"],
    ),
    (
        "rows of a workload that is not there",
        |plan| {
            for row in case(plan)["rows"].as_array_mut().expect("rows") {
                row["workload"] = json!("rihgt");
            }
        },
        &["rihgt", "did you mean `right`?"],
    ),
    (
        "a case without rows",
        |plan| case(plan)["rows"] = json!([]),
        &["a case of cold-start has no rows"],
    ),
    (
        "rows of two isolations in one case",
        |plan| case(plan)["rows"][0]["isolation"] = json!("native/dynamic"),
        &["has rows of several isolations"],
    ),
    (
        "rows of two workloads in one case",
        |plan| case(plan)["rows"][0]["workload"] = json!("other"),
        &["has rows of several workloads"],
    ),
    (
        "a launch of another workload than its rows",
        |plan| launch(plan)["artifact"]["compile"]["workload"] = json!("other"),
        &["launches other, and its rows are of right"],
    ),
    (
        "a newer version",
        |plan| plan["plan_version"] = json!(99),
        &["it is a plan of version 99", "carries out version 1"],
    ),
    (
        "no version",
        |plan| drop(plan.as_object_mut().expect("a plan").remove("plan_version")),
        &["it has no plan_version", "labrun plan NAME --json"],
    ),
    (
        "no parts",
        |plan| plan["parts"] = json!([]),
        &["it has no parts"],
    ),
    (
        "another architecture",
        |plan| plan["arch"] = json!("m68k"),
        &["it is a plan for m68k"],
    ),
    (
        "a part that is missing",
        |plan| drop(plan.as_object_mut().expect("a plan").remove("parts")),
        &["missing field `parts`"],
    ),
];

#[test]
fn a_plan_by_hand_is_taken_whole_or_refused() {
    let lab = lab().guest("other", "fn main() { println!(\"right\"); }");
    let whole = parsed(&plan(&lab, &["cold-start", "--json"]).exit(0));
    for (what, edit, reasons) in EDITS {
        let mut edited = whole.clone();
        edit(&mut edited);
        eprintln!("{what}");
        refused(&lab, &edited.to_string(), reasons);
    }
    let text = whole.to_string();
    refused(&lab, &text[..text.len() / 2], &["EOF while parsing"]);
    refused(&lab, "name = \"no JSON\"", &["expected"]);
    refused(&lab, "[]", &["it has no plan_version"]);
    refused(&lab, "", &["EOF while parsing"]);
}

fn case(plan: &mut Value) -> &mut Value {
    let case = &mut plan["parts"][0]["cases"][0];
    assert_eq!(case["rows"][0]["isolation"], "native/static");
    case
}

fn launch(plan: &mut Value) -> &mut Value {
    let launch = &mut case(plan)["launch"]["launch"];
    assert_eq!(launch["workload"], "right");
    launch
}

/// It is a mistake of who gave it, with its file and the reason, to plan and to measure.
fn refused(lab: &Lab, text: &str, reasons: &[&str]) {
    let path = write(lab, text).display().to_string();
    let both = [
        plan(lab, &["--plan", &path]),
        carry_out(lab, &["--plan", &path]),
    ];
    for ran in both {
        let ran = ran.exit(2);
        assert!(!ran.files.has("run.json"));
        let said = reasons
            .iter()
            .fold(ran, |ran, reason| ran.stderr_has(reason));
        assert_eq!(said.stdout, "");
    }
    leaves_no_run(lab);
}

fn leaves_no_run(lab: &Lab) {
    for folder in ["taken", "runs"] {
        let path: &Path = &lab.path().join(folder);
        assert!(!path.exists(), "{} was made", path.display());
    }
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
