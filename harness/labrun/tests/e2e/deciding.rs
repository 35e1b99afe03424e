//! What `labrun compare` decides and what it only suspects, on runs whose numbers are made up: which
//! runs confirm, what needs no confirmation, what is lost, and what is refused.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Lab, Ran};

/// A lab with the description of a run that it has measured: of a time, a size and a check.
struct Made {
    lab: Lab,
    run: Value,
}

/// Launches of a time: enough for an interval.
const LAUNCHES: u32 = 30;

/// What the time, the size and the check of a run are.
#[derive(Clone, Copy)]
struct Numbers {
    time: f64,
    size: f64,
    check: f64,
}

const BASE: Numbers = Numbers {
    time: 1e6,
    size: 1000.0,
    check: 1.0,
};

const SLOW: Numbers = Numbers {
    time: 1.5e6,
    ..BASE
};

fn line(row: usize, block: u32, value: f64) -> Value {
    json!({"row": row, "block": block, "seq": block, "at_ns": block, "outcome": "measured",
           "value": value, "phases": {}})
}

impl Made {
    fn new() -> Self {
        let lab = Lab::fixture().samples(6);
        let ran = lab.measure(["-w", "right"]).exit(0);
        let mut run = ran.files.json("run.json");
        let rows = run["rows"].as_array_mut().expect("rows");
        rows.retain(|row| {
            row["metric"] == "time_to_first_result" && row["isolation"] == "native/static"
        });
        rows.truncate(1);
        for (metric, params) in [
            ("size", json!({"form": "shipped"})),
            ("conformance", json!({"check": "clock"})),
        ] {
            let mut row = rows[0].clone();
            row["metric"] = metric.into();
            row["start"] = Value::Null;
            row["params"] = params;
            rows.push(row);
        }
        Self { lab, run }
    }

    /// Writes a run with these numbers.
    fn run(&self, name: &str, numbers: Numbers) -> &Self {
        self.altered(name, numbers, |_, _| {})
    }

    /// Writes a run that is changed in its description and in its lines.
    fn altered(
        &self,
        name: &str,
        numbers: Numbers,
        change: impl FnOnce(&mut Value, &mut Vec<Value>),
    ) -> &Self {
        let time = |block: u32| numbers.time * (1.0 + 0.002 * f64::from(block % 5));
        let mut lines: Vec<Value> = (0..LAUNCHES)
            .map(|block| line(0, block, time(block)))
            .collect();
        lines.extend([line(1, 0, numbers.size), line(2, 0, numbers.check)]);
        let mut run = self.run.clone();
        run["id"] = name.into();
        change(&mut run, &mut lines);
        let folder = self.lab.path().join(name);
        fs::create_dir_all(&folder).expect("makes a folder");
        fs::write(folder.join("run.json"), run.to_string()).expect("writes the run");
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        fs::write(folder.join("samples.jsonl"), lines.join("\n") + "\n").expect("writes samples");
        self
    }

    /// Writes a replay of the time alone, in which side B takes so many times as long.
    fn replay(&self, name: &str, times: f64, change: impl FnOnce(&mut Value)) -> &Self {
        self.altered(name, BASE, |run, lines| {
            let side = |name: &str| {
                json!({"name": name, "of": name, "lab_version": "0.1.0",
                       "artifacts": run["artifacts"], "isolations": run["isolations"]})
            };
            let sides = [side("run:base"), side("run:slow")];
            run["replay"] = json!({"sides": sides, "margin": 0.02, "pairs": [{}]});
            run["rows"].as_array_mut().expect("rows").truncate(1);
            run["artifacts"] = json!([]);
            run["isolations"] = json!([]);
            lines.clear();
            for quad in 0..10 {
                for (place, side) in ["a", "b", "b", "a"].iter().enumerate() {
                    let value = if *side == "b" { 1e6 * times } else { 1e6 };
                    let mut line = line(0, quad, value * (1.0 + 0.001 * f64::from(quad % 3)));
                    line["seq"] = (4 * quad as usize + place).into();
                    line["side"] = (*side).into();
                    lines.push(line);
                }
            }
            change(run);
        })
    }

    fn compare(&self, base: &str, candidate: &str, more: &[&str]) -> Ran {
        let folder = |name: &str| self.lab.path().join(name).display().to_string();
        let mut args = vec!["compare".to_owned(), folder(base), folder(candidate)];
        for (place, word) in more.iter().enumerate() {
            let is_run = place > 0 && more[place - 1] == "--confirm";
            args.push(if is_run {
                folder(word)
            } else {
                (*word).to_owned()
            });
        }
        self.lab.run(&args)
    }
}

#[test]
fn an_indication_or_an_interrupted_run_confirms_nothing_on_any_side() {
    let made = Made::new();
    made.run("base", BASE).run("slow", SLOW).run("again", SLOW);
    made.compare("base", "slow", &["--confirm", "again"])
        .exit(100)
        .stdout_has("confirmed by again: 1 of 1 row");
    for (field, value, words) in [
        ("indicative", json!(true), "is an indication only (--quick)"),
        ("interrupted", json!("Ctrl-C"), "is interrupted"),
    ] {
        let unsure = |name, numbers| {
            made.altered(name, numbers, |run, _| run[field] = value.clone());
        };
        unsure("unsure-base", BASE);
        unsure("unsure", SLOW);
        for (base, candidate, again) in [
            ("unsure-base", "slow", "again"),
            ("base", "unsure", "again"),
            ("base", "slow", "unsure"),
        ] {
            made.compare(base, candidate, &["--confirm", again])
                .exit(0)
                .stdout_has("suspected: 1 row, and nothing is confirmed: unsure")
                .stdout_has(&format!("{words}, and can only suspect"));
        }
        made.compare("base", "unsure", &[])
            .exit(0)
            .stdout_has(words);
    }
}

#[test]
fn a_replay_that_finds_a_suspect_worse_confirms_it() {
    let made = Made::new();
    made.run("base", BASE).run("slow", SLOW);
    made.replay("worse", 1.04, |_| {});
    made.compare("base", "slow", &["--confirm", "worse"])
        .exit(100)
        .stdout_has("confirmed by worse: 1 of 1 row");
    made.replay("alike", 1.01, |_| {});
    made.compare("base", "slow", &["--confirm", "alike"])
        .exit(0)
        .stdout_has("confirmed by alike: 0 of 1 row");
    // What is no suspect is not confirmed.
    made.compare("base", "base", &["--confirm", "worse"])
        .exit(0);
}

#[test]
fn a_replay_of_something_else_confirms_nothing_and_says_why() {
    let made = Made::new();
    made.run("base", BASE).run("slow", SLOW);
    let refused = |name: &str, why: &str, change: fn(&mut Value)| {
        made.replay(name, 1.5, change);
        made.compare("base", "slow", &["--confirm", name])
            .exit(0)
            .stdout_has(&format!(
                "suspected: 1 row, and nothing is confirmed: {why}"
            ));
    };
    refused(
        "unlike",
        "what the replay launched, run:base and run:slow,",
        |run| {
            let artifacts = run["replay"]["sides"][1]["artifacts"].as_array_mut();
            for artifact in artifacts.expect("artifacts") {
                artifact["sha256"] = "0".repeat(64).into();
            }
        },
    );
    refused(
        "injected",
        "the replay has none of the suspected rows",
        |run| {
            run["replay"]["pairs"][0]["change"] = json!({"delay_ns": 500_000.0});
        },
    );
    refused(
        "elsewhere",
        "the replay is of another machine class",
        |run| {
            run["machine_class"] = "x86_64/another/2c/8g/linux-6.1/bare".into();
        },
    );
    refused("broken-off", "broken-off is interrupted", |run| {
        run["interrupted"] = "Ctrl-C".into();
    });
}

#[test]
fn a_replay_is_neither_a_baseline_nor_a_candidate() {
    let made = Made::new();
    made.run("base", BASE).replay("replay", 1.5, |_| {});
    for (base, candidate) in [("base", "replay"), ("replay", "base")] {
        let ran = made.compare(base, candidate, &["--force"]).exit(2);
        let ran = ran.stderr_has("replay is a replay, and has both sides in itself");
        let ran = ran.stderr_has("labrun report").stderr_has("--confirm");
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn what_is_counted_is_confirmed_at_once() {
    let made = Made::new();
    let larger = Numbers {
        size: 1100.0,
        ..BASE
    };
    made.run("base", BASE).run("larger", larger);
    let ran = made.compare("base", "larger", &[]).exit(100);
    let ran = ran.stdout_has("confirmed at once, since it is counted: 1 row\n  right native");
    assert!(!ran.stdout.contains("suspected"), "{}", ran.stdout);
    let ran = made.compare("base", "larger", &["--json"]).exit(100);
    assert_eq!(ran.json()["counted"], json!([1]));
    made.compare("larger", "base", &[]).exit(0);

    let broken = Numbers { check: 0.0, ..BASE };
    made.run("broken", broken);
    made.compare("base", "broken", &[])
        .exit(100)
        .stdout_has("since it is counted: 1 row");

    let a_little = Numbers {
        size: 1040.0,
        ..BASE
    };
    made.run("a-little", a_little);
    let ran = made.compare("base", "a-little", &[]).exit(0);
    assert!(!ran.stdout.contains("counted"), "{}", ran.stdout);
    made.altered("indication", larger, |run, _| {
        run["indicative"] = true.into();
    });
    made.compare("base", "indication", &[])
        .exit(0)
        .stdout_has("suspected: 1 row, and nothing is confirmed: indication");
}

#[test]
fn what_is_not_measured_any_more_is_named_and_fails_only_where_it_went_wrong() {
    let made = Made::new();
    made.run("base", BASE);
    let outcome = |name: &str, outcome: &str| {
        made.altered(name, BASE, |_, lines| {
            lines.retain(|line| line["row"] != 0);
            let mut gone = line(0, 0, 0.0);
            gone["outcome"] = outcome.into();
            gone["value"] = Value::Null;
            gone["reason"] = "because of this".into();
            lines.push(gone);
        });
        made.compare("base", name, &[])
    };
    for name in ["unavailable", "unsupported", "not-selected"] {
        let said =
            format!("not measured any more: 1 row ({name}: because of this)\n  right native");
        outcome(name, name).exit(0).stdout_has(&said);
    }
    for name in ["failed", "timeout", "mismatch"] {
        let ran = outcome(name, name).exit(101);
        let ran = ran.stdout_has("went wrong: right native native/static");
        ran.stdout_has(&format!("{name}: because of this"));
        // That it was wrong before is no fault of the candidate's.
        made.compare(name, "base", &[]).exit(0);
    }
    made.altered("fewer", BASE, |run, lines| {
        run["rows"].as_array_mut().expect("rows").remove(2);
        lines.retain(|line| line["row"] != 2);
    });
    made.compare("base", "fewer", &[])
        .exit(0)
        .stdout_has("not measured any more: 1 row (the candidate has no such row)");
}

#[test]
fn a_candidate_of_which_every_row_went_wrong_is_no_mistake_of_the_user() {
    let made = Made::new();
    made.run("base", BASE).altered("wrong", BASE, |_, lines| {
        for line in lines {
            line["outcome"] = "mismatch".into();
            line["value"] = Value::Null;
            line["reason"] = "another output".into();
        }
    });
    made.compare("base", "wrong", &[])
        .exit(101)
        .stdout_has("went wrong: right native native/static");
}

#[test]
fn what_went_wrong_weighs_more_than_what_is_worse() {
    let made = Made::new();
    let larger = Numbers {
        size: 1100.0,
        ..BASE
    };
    made.run("base", BASE);
    made.altered("wrong", larger, |_, lines| {
        let check = lines.last_mut().expect("a line");
        check["outcome"] = "timeout".into();
        check["value"] = Value::Null;
        check["reason"] = "it did not end".into();
    });
    made.compare("base", "wrong", &[])
        .exit(101)
        .stdout_has("went wrong: right native native/static")
        .stdout_has("confirmed at once, since it is counted: 1 row");
    // Also where the candidate can only suspect: that it went wrong is no matter of numbers.
    made.altered("broken-off", larger, |run, lines| {
        run["interrupted"] = "Ctrl-C".into();
        lines[0]["outcome"] = "failed".into();
        lines[0]["value"] = Value::Null;
        lines[0]["reason"] = "it exited with code 1".into();
        lines.retain(|line| line["row"] != 0 || line["block"] == 0);
    });
    made.compare("base", "broken-off", &[]).exit(101);
}

#[test]
fn runs_of_two_methods_are_refused_even_with_force() {
    let made = Made::new();
    made.run("new", BASE)
        .altered("old", BASE, |run, _| run["method_version"] = 2.into());
    for more in [&[][..], &["--force"]] {
        let ran = made.compare("old", "new", more).exit(2);
        let ran = ran.stderr_has("method versions differ: 2 and 3");
        assert_eq!(ran.stdout, "", "the reason alone");
    }
    let ran = made.compare("old", "new", &["--force", "--json"]).exit(2);
    assert_eq!(ran.json()["counts"]["not_compared"], 3);
    // Nor does one of another method confirm anything.
    made.run("slow", SLOW);
    made.altered("old-slow", SLOW, |run, _| run["method_version"] = 2.into());
    made.compare("new", "slow", &["--confirm", "old-slow", "--force"])
        .exit(0)
        .stdout_has("it cannot be compared with the base: method versions differ");
}
