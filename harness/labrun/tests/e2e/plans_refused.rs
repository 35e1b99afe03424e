//! Plans by hand that do not fit: each is told, and nothing is made.

use serde_json::{Value, json};

use crate::plans::{carry_out, leaves_no_run, parsed, plan, write};
use crate::support::{GOOD_JOB, Lab, Question, Runner};

/// A change of a plan.
type Edit = fn(&mut Value);

/// What is wrong with a plan, and what is said of it.
const EDITS: [(&str, Edit, &[&str]); 41] = [
    (
        "a field that no plan has",
        |plan| plan["sampels"] = json!(3),
        &["there is no field `sampels` in a plan"],
    ),
    (
        "a field that no launch has",
        |plan| launch(plan)["netwrok"] = json!("host"),
        &["`parts.0.cases.0.launch.netwrok` in a plan"],
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
        &["launch.artifact.compile.workload is \"rihgt\", and has to be \"right\""],
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
        &["parts.0.cases.0 (cold-start): it has no rows"],
    ),
    (
        "rows of two isolations in one case",
        |plan| case(plan)["rows"][0]["isolation"] = json!("native/dynamic"),
        &["rows.1.isolation is \"native/static\", and has to be \"native/dynamic\""],
    ),
    (
        "rows of two workloads in one case",
        |plan| case(plan)["rows"][0]["workload"] = json!("other"),
        &["rows.1.workload is \"right\", and has to be \"other\""],
    ),
    (
        "a launch of another workload than its rows",
        |plan| launch(plan)["artifact"]["compile"]["workload"] = json!("other"),
        &["launch.artifact.compile.workload is \"other\", and has to be \"right\""],
    ),
    (
        "a newer version",
        |plan| plan["plan_version"] = json!(99),
        &["it is a plan of version 99", "carries out version 3"],
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
        &["it is a plan for \"m68k\""],
    ),
    (
        "a part that is missing",
        |plan| drop(plan.as_object_mut().expect("a plan").remove("parts")),
        &["missing field `parts`"],
    ),
    (
        "a version before the first",
        |plan| plan["plan_version"] = json!(0),
        &["its plan_version is 0, and has to be a whole number from 1 on"],
    ),
    (
        "a version that is no number",
        |plan| plan["plan_version"] = json!("1"),
        &["its plan_version is \"1\", and has to be"],
    ),
    (
        "a name that leads out of its folder",
        |plan| plan["scenario"] = json!("../../x/y"),
        &["cannot be called \"../../x/y\""],
    ),
    (
        "a name of two lines",
        |plan| plan["parts"][0]["scenario"] = json!("a\nb"),
        &["parts.0: a scenario cannot be called \"a\\nb\""],
    ),
    (
        "a margin under 0",
        |plan| plan["parts"][0]["rules"]["margin"] = json!(-1),
        &["parts.0 (cold-start): rules: margin is -1, and has to be over 0"],
    ),
    (
        "no launches",
        |plan| plan["parts"][0]["rules"]["min_samples"] = json!(0),
        &["it needs 1 <= min_samples <= max_samples <= 100000"],
    ),
    (
        "a time without end",
        |plan| plan["parts"][0]["rules"]["time_budget_s"] = json!(1e300),
        &["rules: time_budget_s is 1", "at most 2592000"],
    ),
    (
        "a warm-up without end",
        |plan| plan["parts"][0]["rules"]["warmup"] = json!(10_001),
        &["rules: warmup is 10001, and has to be at most 10000"],
    ),
    (
        "no repeats of what is repeated",
        |plan| plan["parts"][0]["rules"]["warm_repeats"] = json!(0),
        &["rules: warm_repeats is 0, and has to be at least 1"],
    ),
    (
        "an interval of nothing",
        |plan| plan["parts"][0]["rules"]["half_width"] = json!(0),
        &["rules: half_width is 0, and has to be over 0"],
    ),
    (
        "a limit before the launch",
        |plan| launch(plan)["timeout_s"] = json!(-1),
        &["parts.0.cases.0 (cold-start, \"right\" on \"native/static\"): launch: timeout_s is -1"],
    ),
    (
        "a model of another launch",
        |plan| plan["parts"][0]["model"] = json!("size"),
        &["model is \"size\", and has to be \"cold-start\""],
    ),
    (
        "a reference that is not there",
        |plan| plan["parts"][0]["references"][0]["isolation"] = json!("native/statik"),
        &["parts.0.references.0", "did you mean `native/static`?"],
    ),
    (
        "a row of another tier",
        |plan| case(plan)["rows"][1]["tier"] = json!("wasm-sandbox"),
        &["rows.1.tier is \"wasm-sandbox\", and has to be \"process\""],
    ),
    (
        "a row of another architecture",
        |plan| case(plan)["rows"][0]["arch"] = json!("m68k"),
        &["rows.0.arch is \"m68k\", and has to be"],
    ),
    (
        "a row of another target",
        |plan| case(plan)["rows"][0]["target"] = json!("wasip1"),
        &["rows.0.target is \"wasip1\", and has to be \"native\""],
    ),
    (
        "a row that its launch does not give",
        |plan| case(plan)["rows"][0]["params"] = json!({ "check": "x" }),
        &["rows.0.params.check has no place here"],
    ),
    (
        "a row of another measure",
        |plan| case(plan)["rows"][0]["metric"] = json!("size"),
        &["rows.0.metric is \"size\", and has to be \"time_to_first_result\""],
    ),
    (
        "a row twice",
        |plan| {
            let again = case(plan)["rows"][0].clone();
            case(plan)["rows"].as_array_mut().expect("rows").push(again);
        },
        &["rows.2 is in the plan already"],
    ),
    (
        "a start that the isolation does not have",
        |plan| launch(plan)["start"] = json!("loaded"),
        &["launch.start is \"loaded\", and has to be \"process\""],
    ),
    (
        "a target that the isolation does not have",
        |plan| launch(plan)["target"] = json!("wasip1"),
        &["launch.target is wasip1, and native/static has native"],
    ),
    (
        "a triple that is an option",
        |plan| launch(plan)["artifact"]["compile"]["triple"] = json!("--config=foo"),
        &["launch.artifact.compile.triple is \"--config=foo\", and has to be"],
    ),
    (
        "another module where none is served before",
        |plan| {
            let other = launch(plan).clone();
            launch(plan)["other"] = other;
        },
        &["launch.other has no place here"],
    ),
    (
        "a launch beside it",
        |plan| {
            let beside = launch(plan).clone();
            case(plan)["beside"] = json!([beside]);
        },
        &["nothing runs beside a case yet"],
    ),
    (
        "a case that is left as measured",
        |plan| case(plan)["launch"] = json!({ "leave": { "outcome": "measured", "reason": "x" } }),
        &["launch.leave.outcome is \"measured\""],
    ),
];

#[test]
fn a_plan_by_hand_is_taken_whole_or_refused() {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .runner(&Runner::new("good", GOOD_JOB).every_start())
        .guest("other", "fn main() { println!(\"right\"); }");
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
    plan(&lab, &["--plan", "/dev/zero"])
        .exit(2)
        .stderr_has("cannot read /dev/zero: it has over 256 MiB");
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

#[test]
fn measures_by_hand_are_held_against_their_workloads() {
    let lab = Lab::fixture()
        .question(
            &Question::memory()
                .of("right", "")
                .isolation("native/dynamic"),
        )
        .question(&Question::size().of("right", ""));
    let edits: [(&str, Edit, &str); 4] = [
        (
            "memory",
            |plan| launch(plan)["measure"]["footprint"]["grow_s"] = json!(-1),
            "launch: memory: grow_s is -1.0, and has to be 0 to 86400",
        ),
        (
            "memory",
            |plan| case(plan)["rows"][0]["scope"] = json!("isolate"),
            "rows.0.scope is \"isolate\", and has to be \"pss\"",
        ),
        (
            "memory",
            |plan| launch(plan)["instances"] = json!(0),
            "has to be at least 1",
        ),
        (
            "size",
            |plan| case(plan)["rows"][0]["params"]["form"] = json!("squeezed"),
            "rows.0.params.form is \"squeezed\", and has to be",
        ),
    ];
    for (scenario, edit, reason) in edits {
        let mut edited = parsed(&plan(&lab, &[scenario, "--json"]).exit(0));
        edit(&mut edited);
        refused(&lab, &edited.to_string(), &[reason]);
    }
}
