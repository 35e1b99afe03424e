//! What `labrun compare` decides and what it only suspects, on runs whose numbers are made up: what
//! needs no confirmation, what is lost, what rows have in common, and what is refused.

use labrun_record::METHOD_VERSION;
use serde_json::{Value, json};

use crate::support::made::{BASE, Made, Numbers, line};

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
        let differ = format!("method versions differ: 2 and {METHOD_VERSION}");
        let ran = ran.stderr_has(&differ);
        assert_eq!(ran.stdout, "", "the reason alone");
    }
    let ran = made.compare("old", "new", &["--force", "--json"]).exit(2);
    assert_eq!(ran.json()["counts"]["not_compared"], 3);
}

/// Rows that share what happens to them, and the control.
const SHARING: usize = 12;

/// Writes a run of so many times as slow rows, and of a control.
fn shared(made: &Made, name: &str, times: f64, control: Option<f64>) {
    made.altered(name, BASE, |run, lines| {
        let rows = run["rows"].as_array_mut().expect("rows");
        let row = rows[0].clone();
        rows.clear();
        lines.clear();
        let each = (0..SHARING).map(|n| (format!("native/static-{n}"), times));
        let control = control.map(|times| ("control/spawn".to_owned(), times));
        for (number, (isolation, times)) in each.chain(control).enumerate() {
            let mut own = row.clone();
            own["isolation"] = isolation.into();
            rows.push(own);
            let time = |block: u32| 1e6 * times * (1.0 + 0.002 * f64::from(block % 5));
            lines.extend((0..30).map(|block| line(number, block, time(block))));
        }
    });
}

#[test]
fn what_all_rows_but_the_control_have_in_common_is_a_suspect() {
    let made = Made::new();
    shared(&made, "base", 1.0, Some(1.0));
    shared(&made, "all-slower", 1.2, Some(1.0));
    let ran = made.compare("base", "all-slower", &[]).exit(0);
    let ran = ran.stdout_has("in common: 1.200 times as slow");
    let ran = ran.stdout_has(
        "all 12 rows got 1.20 times slower, control/spawn did not: that is the candidate",
    );
    ran.stdout_has("suspected: 12 rows, and what 12 rows have in common; replay the two");
    // Faster than the control is no suspect.
    let ran = made.compare("all-slower", "base", &[]).exit(0);
    let ran = ran.stdout_has("1.20 times faster, control/spawn did not");
    assert!(!ran.stdout.contains("suspected"), "{}", ran.stdout);
    assert!(ran.stdout.contains("0 worse, 12 better"), "{}", ran.stdout);

    shared(&made, "machine", 1.2, Some(1.2));
    let ran = made.compare("base", "machine", &[]).exit(0);
    let ran = ran.stdout_has("each row is judged after that");
    assert!(!ran.stdout.contains("suspected"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("0 worse, 0 better, 13 equivalent"),
        "{}",
        ran.stdout
    );
}

#[test]
fn without_a_control_nothing_tells_what_rows_have_in_common_from_the_machine() {
    let made = Made::new();
    shared(&made, "base", 1.0, None);
    shared(&made, "slower", 1.2, None);
    let ran = made.compare("base", "slower", &[]).exit(0);
    let ran = ran.stdout_has("nothing tells the candidate from the machine");
    let ran = ran.stdout_has("suspected: what 12 rows have in common; replay the two");
    assert!(
        ran.stdout.contains("0 worse, 0 better, 12 equivalent"),
        "{}",
        ran.stdout
    );
    let ran = made.compare("base", "slower", &["--json"]).exit(0).json();
    assert_eq!(ran["shifts"][0]["cause"], "unknown", "{:#}", ran["shifts"]);
    // Within the margin it is nobody's.
    shared(&made, "a-little", 1.03, None);
    let ran = made.compare("base", "a-little", &[]).exit(0);
    assert!(!ran.stdout.contains("suspected"), "{}", ran.stdout);
}
