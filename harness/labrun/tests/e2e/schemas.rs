//! `labrun schema`: what it prints fits every file that a labrun has written, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::memory::holding;
use crate::support::{GOOD_JOB, Lab, Question, RunFiles, Runner};
use crate::tracking::{Nights, name};
use crate::under_load::{RIGHT, SERVER};

const NAMES: [&str; 9] = [
    "run",
    "sample",
    "block",
    "summary",
    "comparison",
    "plan",
    "night",
    "series",
    "check",
];

fn schema(lab: &Lab, name: &str) -> Value {
    let ran = lab.run(["schema", name]).exit(0);
    assert_eq!(ran.stderr, "");
    serde_json::from_str(&ran.stdout).expect("is JSON")
}

fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.build(schema).expect("is a schema")
}

fn of(lab: &Lab, name: &str) -> Validator {
    validator(&schema(lab, name))
}

#[track_caller]
fn fits(validator: &Validator, value: &Value, what: &str) {
    let faults: Vec<String> = validator
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

/// Everything in a value is of the type that its schema says: each is replaced by another one in turn,
/// which the schema has to refuse.
#[track_caller]
fn is_strict(validator: &Validator, value: &Value, what: &str) {
    let mut paths = Vec::new();
    paths_in(value, String::new(), &mut paths);
    assert!(!paths.is_empty());
    let mut altered = value.clone();
    for path in paths {
        let place = altered.pointer_mut(&path).expect("is there");
        let wrong = match place {
            Value::Object(_) => json!("no object"),
            _ => json!({"no": ["such", "type"]}),
        };
        let right = std::mem::replace(place, wrong);
        assert!(
            !validator.is_valid(&altered),
            "{what}: {path} can be anything"
        );
        *altered.pointer_mut(&path).expect("is there") = right;
    }
}

fn paths_in(value: &Value, path: String, paths: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                paths_in(value, format!("{path}/{}", escaped(key)), paths);
            }
        }
        // All entries of a list are alike: a few are enough.
        Value::Array(entries) => {
            for (place, value) in entries.iter().enumerate().take(12) {
                paths_in(value, format!("{path}/{place}"), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}

/// The files of a run fit, and what is not of their types does not.
#[track_caller]
fn run_fits(lab: &Lab, files: &RunFiles) {
    let what = files.path().display().to_string();
    for (name, file) in [("run", "run.json"), ("summary", "summary.json")] {
        let (validator, value) = (of(lab, name), files.json(file));
        fits(&validator, &value, &format!("{file} of {what}"));
        is_strict(&validator, &value, &format!("{file} of {what}"));
    }
    for (name, file) in [("sample", "samples.jsonl"), ("block", "blocks.jsonl")] {
        if !files.has(file) {
            continue;
        }
        let validator = of(lab, name);
        for (number, line) in files.text(file).lines().enumerate() {
            let value = serde_json::from_str(line).expect("is JSON");
            fits(
                &validator,
                &value,
                &format!("{file}:{} of {what}", number + 1),
            );
            is_strict(
                &validator,
                &value,
                &format!("{file}:{} of {what}", number + 1),
            );
        }
    }
}

fn recorded() -> Vec<PathBuf> {
    let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../record/tests/runs");
    let entries = fs::read_dir(runs).expect("has runs");
    let folders = entries.map(|entry| entry.expect("lists runs").path());
    folders.filter(|path| path.is_dir()).collect()
}

#[test]
fn a_schema_is_one_and_names_its_version() {
    let lab = Lab::unbuilt();
    let plan = lab.run(["plan", "cold-start", "--json"]).exit(0);
    let plan: Value = serde_json::from_str(&plan.stdout).expect("is JSON");
    let (plan, run) = (plan["plan_version"].clone(), json!(3));
    let history = json!(1);
    let mut all = Vec::new();
    for name in NAMES {
        let schema = schema(&lab, name);
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        let version = match name {
            "plan" => &plan,
            "night" | "series" | "check" => &history,
            _ => &run,
        };
        assert_eq!(schema["$id"], format!("urn:labrun:schema:{name}:{version}"));
        if let Err(fault) = jsonschema::meta::validate(&schema) {
            panic!("{name}: {fault}");
        }
        validator(&schema);
        all.push((name.to_owned(), schema));
    }
    let whole = lab.run(["schema"]).exit(0);
    let whole: Value = serde_json::from_str(&whole.stdout).expect("is JSON");
    assert_eq!(whole["$defs"], Value::Object(all.into_iter().collect()));
    validator(&whole);
    lab.run(["schema", "runs"]).exit(2).stderr_has("'run'");
}

#[test]
fn every_file_that_was_ever_recorded_fits() {
    let lab = Lab::unbuilt();
    let (of_run, of_sample) = (of(&lab, "run"), of(&lab, "sample"));
    let of_summary = of(&lab, "summary");
    let runs = recorded();
    assert!(runs.len() >= 9, "{runs:?}");
    for folder in runs {
        let (what, files) = (folder.display().to_string(), RunFiles::of(&folder));
        let mut run = files.json("run.json");
        if run["schema_version"] == 1 {
            // What the first labruns left unsaid, and is read as this.
            let plan = run["plan"].as_object_mut().expect("a plan");
            plan.entry("warm_repeats").or_insert(json!(1000));
        }
        fits(&of_run, &run, &what);
        for sample in files.samples() {
            fits(&of_sample, &sample, &what);
        }
        fits(&of_summary, &files.json("summary.json"), &what);
        if what.contains("/3-") {
            run_fits(&lab, &files);
        }
    }
}

#[test]
fn what_is_measured_now_fits() {
    let load = "\n[workload.load]\nconnections = 4\nduration_s = 0.5\nwarmup_s = 0.1\n\
        rates = [\"50%\"]\nquick_rates = []";
    let all = "name = \"all\"\nquestion = \"What of all?\"\n\
        parts = [\"cold-start\", \"memory\", \"size\", \"throughput\"]\n";
    let lab = Lab::fixture()
        .runner(&Runner::new("good", GOOD_JOB))
        .runner(&Runner::new("crash", "kill -SEGV $$"))
        .guest("empty", &holding(""))
        .server("server", &SERVER.replace("$MEET", RIGHT))
        .question(&Question::memory().samples(6).of("empty", ""))
        .question(&Question::size().of("right", ""))
        .question(&Question::throughput().samples(6).of("server", load))
        .samples(6)
        .write("scenarios/all.toml", all);
    let ran = lab.ask("all", [""; 0]);
    assert_eq!(ran.status.code(), Some(101), "{}", ran.stderr);
    let summary = ran.files.json("summary.json");
    let rows = summary["results"].as_array().expect("results");
    for field in ["curve", "tail", "instances", "fit"] {
        assert!(
            rows.iter().any(|row| !row[field].is_null()),
            "no {field} in {summary:#}"
        );
    }
    run_fits(&lab, &ran.files);
    let run = ran.files.path().to_str().expect("a name");
    let twin = &ran.files.copied(&lab.path().join("twin"));
    let compared = lab.run(["compare", run, twin, "--json"]).json();
    let of_comparison = of(&lab, "comparison");
    fits(&of_comparison, &compared, "compare --json");
    is_strict(&of_comparison, &compared, "compare --json");
    let plan = lab.run(["plan", "all", "--json"]).exit(0);
    let plan: Value = serde_json::from_str(&plan.stdout).expect("is JSON");
    let of_plan = of(&lab, "plan");
    fits(&of_plan, &plan, "plan --json");
    is_strict(&of_plan, &plan, "plan --json");
}

#[test]
fn a_replay_fits() {
    let lab = Lab::fixture();
    let side = "isolation:native/static";
    let ran = lab.replay(&[side, side, "--quads", "1"]).exit(0);
    run_fits(&lab, &ran.files);
}

#[test]
fn a_field_that_is_not_known_is_refused_in_a_plan_alone() {
    let lab = Lab::fixture();
    let plan = lab.run(["plan", "cold-start", "--json"]).exit(0);
    let mut plan: Value = serde_json::from_str(&plan.stdout).expect("is JSON");
    let of_plan = of(&lab, "plan");
    fits(&of_plan, &plan, "plan --json");
    plan["parts"][0]["rules"]["of_a_later_labrun"] = json!(1);
    assert!(!of_plan.is_valid(&plan));
    let folder = recorded()
        .into_iter()
        .find(|path| path.ends_with("3-cold-start"));
    let files = RunFiles::of(&folder.expect("a run"));
    let (of_run, of_summary) = (of(&lab, "run"), of(&lab, "summary"));
    let mut run = files.json("run.json");
    run["machine"]["of_a_later_labrun"] = json!(1);
    fits(&of_run, &run, "run.json");
    // A newer schema may mean something else.
    run["schema_version"] = json!(99);
    assert!(!of_run.is_valid(&run));
    let mut summary = files.json("summary.json");
    let measured = |row: &&mut Value| row["outcome"] == "measured";
    let mut rows = summary["results"]
        .as_array_mut()
        .expect("results")
        .iter_mut();
    let row = rows.find(measured).expect("a measured row");
    row.as_object_mut().expect("an object").remove("median");
    assert!(
        !of_summary.is_valid(&summary),
        "measured, and without a number"
    );
}

#[test]
fn what_a_history_keeps_fits() {
    let nights = Nights::usual();
    for day in 1..=12 {
        nights.night(day, if day > 10 { 1.1 } else { 1.0 }).exit(0);
        let run = nights.path(&name(day));
        let check = nights.track(&["check", &run]);
        check.exit(if day == 12 { 100 } else { 0 });
    }
    let lab = Lab::unbuilt();
    let [of_night, of_series, of_check] = ["night", "series", "check"].map(|name| of(&lab, name));
    for path in nights.stored("runs") {
        let text = fs::read_to_string(&path).expect("reads");
        let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
        let lines = lines.expect("JSON");
        let what = path.display().to_string();
        fits(&of_night, &lines[0], &what);
        is_strict(&of_night, &lines[0], &what);
        for line in &lines[1..lines.len() - 1] {
            fits(&of_series, line, &what);
            is_strict(&of_series, line, &what);
        }
    }
    let checks = nights.stored("checks");
    assert_eq!(checks.len(), 12);
    for path in checks {
        let check = serde_json::from_str(&fs::read_to_string(&path).expect("reads"));
        let check: Value = check.expect("JSON");
        fits(&of_check, &check, &path.display().to_string());
        is_strict(&of_check, &check, &path.display().to_string());
    }
}
