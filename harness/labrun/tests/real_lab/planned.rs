//! The plan of `all` has exactly the rows that the definitions ask for, on this lab and on one
//! with a runtime more: nothing is built or measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::checkout::Checkout;
use crate::expected::{Right, expected};
use crate::{Identity, identity, lab, text};

/// What the plan of a quick `all` makes of each row.
fn planned(lab: &Path) -> BTreeMap<Identity, Right> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labrun"));
    command.arg("--lab").arg(lab);
    let ran = command.args(["plan", "all", "--quick", "--json"]).output();
    let ran = ran.expect("it starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    let plan: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{said}"));
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let mut rows = BTreeMap::new();
    for part in list(&plan["parts"]) {
        let samples = |rule| part["rules"][rule].as_u64().expect("a number");
        for case in list(&part["cases"]) {
            let leave = &case["launch"]["leave"];
            let right = match &*text(leave, "outcome") {
                "" => Right::Measured(samples("min_samples"), samples("max_samples")),
                "unsupported" => Right::Unsupported,
                "not-selected" => Right::NotSelected,
                outcome => panic!("a plan has no {outcome}"),
            };
            for row in list(&case["rows"]) {
                let identity = identity(&row);
                assert!(rows.insert(identity, right).is_none(), "twice: {row:#}");
            }
        }
    }
    rows
}

/// They are equal; what differs is said, and not all the rest.
fn assert_equal(planned: &BTreeMap<Identity, Right>, expected: &BTreeMap<Identity, Right>) {
    let only = |of: &BTreeMap<Identity, Right>, other: &BTreeMap<Identity, Right>| {
        let only = of
            .iter()
            .filter(|(row, right)| other.get(*row) != Some(*right));
        let only: Vec<String> = only.map(|row| format!("{row:?}")).collect();
        only.join("\n")
    };
    let (more, less) = (only(planned, expected), only(expected, planned));
    assert!(
        more.is_empty() && less.is_empty(),
        "planned:\n{more}\nexpected:\n{less}"
    );
}

#[test]
fn the_plan_has_the_rows_that_the_definitions_ask_for() {
    assert_equal(&planned(&lab()), &expected(&lab()));
}

#[test]
fn a_runtime_that_is_added_has_its_rows_in_every_measure_and_changes_no_others() {
    let more = Checkout::new("real-lab-added");
    more.copy("harness/runners/wasmi", "harness/runners/added");
    more.copy(
        "harness/commands/bun.toml",
        "harness/commands/added-cli.toml",
    );
    for (file, from, to) in [
        ("runners/added/runner.toml", "wasmi", "added"),
        ("commands/added-cli.toml", "bun", "added-cli"),
    ] {
        let name = |name| format!("name = \"{name}\"");
        more.replace(&format!("harness/{file}"), &name(from), &name(to));
    }
    let planned = planned(more.path());
    assert_equal(&planned, &expected(more.path()));
    // The same without the rule: beside all rows of before, those that the copied ones have.
    let mut rows = expected(&lab());
    for (mut row, _) in rows.clone() {
        let (technology, configuration) = row[1].split_once('/').expect("a slash");
        let added = match technology {
            "wasmi" => "added",
            "bun" => "added-cli",
            _ => continue,
        };
        row[1] = format!("{added}/{configuration}");
        // No scenario names it under `[quick]`.
        rows.insert(row, Right::NotSelected);
    }
    assert_equal(&planned, &rows);
    let own = planned.keys().filter(|row| row[1].starts_with("added/"));
    let metrics: BTreeSet<&str> = own.map(|row| row[3].as_str()).collect();
    for metric in [
        "teardown",
        "memory_idle",
        "size",
        "latency",
        "calls_per_second",
    ] {
        assert!(metrics.contains(metric), "{metrics:?}");
    }
}

#[test]
fn every_plan_that_is_printed_is_taken_by_hand() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("plan.json");
    let path = path.to_str().expect("a path");
    let print = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labrun"));
        command.arg("--lab").arg(lab()).args(["plan", "--json"]);
        let ran = command.args(args).output().expect("it starts");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{args:?}: {said}");
        ran.stdout
    };
    let scenarios = std::fs::read_dir(lab().join("scenarios")).expect("scenarios");
    for scenario in scenarios {
        let file = scenario.expect("a scenario").path();
        let name = file.file_stem().and_then(|stem| stem.to_str());
        for more in [&[][..], &["--quick"]] {
            let printed = print(&[&[name.expect("a name")], more].concat());
            std::fs::write(path, &printed).expect("writes a plan");
            assert!(print(&["--plan", path]) == printed, "{name:?} {more:?}");
        }
    }
}
