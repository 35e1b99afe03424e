//! Definition files with a mistake: exit code 2, file, line and nearest word.

use crate::support::{GOOD_JOB, Lab, Runner};

/// A file, what is changed in it, and what labrun has to say.
type Mistake = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const WORKLOAD: &str = "workloads/right/workload.toml";
const RUNNER: &str = "harness/runners/good/runner.toml";
const SCENARIO: &str = "scenarios/cold-start.toml";

const MISTAKES: [Mistake; 18] = [
    (
        RUNNER,
        "program = \"run.sh\"",
        "interpreter = \"sh\"",
        &[":6: it has an `interpreter`, and no `program`"],
    ),
    (
        WORKLOAD,
        "summary =",
        "sumary =",
        &[":2: unknown field `sumary`", "did you mean `summary`?"],
    ),
    (
        WORKLOAD,
        "\"wasip1\"",
        "\"wasp1\"",
        &[":3: unknown word `wasp1`", "did you mean `wasip1`?"],
    ),
    (
        WORKLOAD,
        "[\"native\", \"wasip1\"]",
        "\"native\"",
        &[":3: targets is the text \"native\", and has to be a list"],
    ),
    (
        WORKLOAD,
        "name = \"right\"",
        "name = \"wrong\"",
        &[":1: name is `wrong`"],
    ),
    (
        WORKLOAD,
        "[run]\nexpected = \"expected.txt\"",
        "",
        &["exactly one of [run] and [serve]"],
    ),
    (WORKLOAD, "expected.txt", "missing.txt", &["missing.txt"]),
    (WORKLOAD, "name = ", "name = = ", &[":1: "]),
    (
        RUNNER,
        "tier = \"wasm-sandbox\"",
        "teir = \"wasm-sandbox\"",
        &[":3: unknown field `teir`", "did you mean `tier`?"],
    ),
    (
        RUNNER,
        "\"wasm-sandbox\"",
        "\"wasm-sandpit\"",
        &[
            ":3: unknown word `wasm-sandpit`",
            "did you mean `wasm-sandbox`?",
        ],
    ),
    (
        RUNNER,
        "targets = [\"wasip1\"]",
        "targets = 1",
        &[":11: configuration.targets is the number 1, and has to be a list"],
    ),
    (
        RUNNER,
        "summary = \"as it is\"",
        "summary = \"as it is\"\nsetting = [{ name = \"a\", value = \"b\", resaon = \"c\" }]",
        &["unknown field `resaon`", "did you mean `reason`?"],
    ),
    (
        SCENARIO,
        "margin = 0.05",
        "margni = 0.05",
        &["unknown field `margni`", "did you mean `margin`?"],
    ),
    (
        SCENARIO,
        "time_to_first_result",
        "time_to_first_resutl",
        &[
            ":7: unknown word `time_to_first_resutl`",
            "did you mean `time_to_first_result`?",
        ],
    ),
    (
        SCENARIO,
        "warmup = 0",
        "warmup = \"none\"",
        &["plan.warmup is the text \"none\", and has to be a whole number"],
    ),
    (
        SCENARIO,
        "max_samples = 3",
        "max_samples = 1",
        &["1 <= min_samples <= max_samples"],
    ),
    (
        SCENARIO,
        "warm_repeats = 3",
        "warm_repeats = 0",
        &["warm_repeats has to be at least 1"],
    ),
    (
        SCENARIO,
        "isolations = [\"native/static\", \"good/*\"]",
        "isolations = [\"native/[static\"]",
        &["`native/[static` is no glob"],
    ),
];

#[test]
fn a_mistake_is_found_by_file_line_and_word() {
    for (file, from, to, told) in MISTAKES {
        let lab = Lab::fixture()
            .runner(&Runner::new("good", GOOD_JOB))
            .replace(file, from, to);
        for args in [&["list"][..], &["scenario", "cold-start", "--out", "run"]] {
            let ran = lab.run(args).exit(2);
            let named = file.rsplit_once('/').map_or(file, |(folder, _)| folder);
            let mut ran = ran.stderr_has(named);
            for part in told {
                ran = ran.stderr_has(part);
            }
        }
        assert!(!lab.path().join("run").exists(), "a run was begun: {file}");
    }
}

#[test]
fn a_limit_that_is_no_limit_is_refused() {
    for limit in ["0", "-1", "nan", "1e30"] {
        let lab = Lab::fixture().plan("timeout_s", limit);
        lab.measure([""; 0]).exit(2).stderr_has("timeout_s");
    }
}

#[test]
fn numbers_that_make_no_plan_are_refused() {
    for (key, number) in [
        ("margin", "-1"),
        ("margin", "1"),
        ("margin", "inf"),
        ("time_budget_s", "-1"),
        ("time_budget_s", "inf"),
        ("half_width", "0"),
        ("half_width", "nan"),
        ("half_width", "inf"),
        ("half_width", "1e308"),
        ("half_width", "1"),
        ("min_samples", "0"),
        ("max_samples", "100001"),
    ] {
        let lab = Lab::fixture().plan(key, number);
        let ran = lab.measure([""; 0]).exit(2).stderr_has(key);
        let longest = ran.stderr.split_whitespace().map(str::len).max();
        assert!(longest < Some(120), "all digits: {}", ran.stderr);
    }
}

#[test]
fn a_workload_that_the_lab_does_not_have_costs_its_rows_alone() {
    let lab = Lab::fixture().replace(
        "scenarios/cold-start.toml",
        "\n[plan]",
        "\n[[workload]]\nname = \"absent\"\ntargets = [\"native\"]\nother = \"right\"\n\n[plan]",
    );
    lab.measure([""; 0])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows(
            "absent",
            "native/static",
            "unavailable",
            "the lab has no workload `absent`",
        );
}

#[test]
fn a_workload_that_does_not_compile_costs_its_rows_alone() {
    let lab = Lab::fixture().guest("broken", "fn main() { no_such_function() }");
    lab.measure([""; 0])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("broken", "native/static", "unavailable", "no_such_function");
}
