//! `labrun compare --confirm`: which runs confirm a suspect, what else they say of it, and which are
//! refused.

use serde_json::{Value, json};

use crate::support::made::{BASE, Made, SLOW};

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
        for (base, candidate) in [("unsure-base", "slow"), ("base", "unsure")] {
            made.compare(base, candidate, &["--confirm", "again"])
                .exit(0)
                .stdout_has("suspected: 1 row, and nothing is confirmed: unsure")
                .stdout_has(&format!("{words}, and can only suspect"));
        }
        let why = format!("unsure: unsure {words}, and can only suspect");
        refused(&made, "slow", "unsure", &why);
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
    // What is no suspect is not confirmed.
    made.run("as-before", BASE);
    made.compare("base", "as-before", &["--confirm", "worse"])
        .exit(0)
        .stdout_has("nothing is suspected: there is nothing that worse decides");
}

#[test]
fn what_else_a_run_says_of_a_suspect_is_said_apart() {
    let made = Made::new();
    made.run("base", BASE).run("slow", SLOW).run("again", SLOW);
    let said = |name: &str, words: &str| {
        let ran = made.compare("base", "slow", &["--confirm", name]).exit(0);
        let ran = ran.stdout_has(words);
        assert!(!ran.stdout.contains("confirmed by"), "{}", ran.stdout);
        let ran = made.compare("base", "slow", &["--confirm", name, "--json"]);
        ran.exit(0).json()["confirmation"].clone()
    };
    made.replay("alike", 1.01, |_| {});
    let alike = said(
        "alike",
        "refuted by alike, where it is not worse: 1 of 1 row",
    );
    assert_eq!(
        (&alike["refuted"], &alike["unfit"]),
        (&json!([0]), &Value::Null)
    );
    // Quads that were not whole, so that there is no interval.
    made.replay("few", 1.5, |_| {});
    made.first_quads("few", 3);
    assert_eq!(
        said("few", "not decided by few: 1 of 1 row")["undecided"],
        json!([0])
    );
    // A second run that reads as the base does.
    made.run("as-before", BASE);
    said(
        "as-before",
        "refuted by as-before, where it is not worse: 1 of 1 row",
    );
    // It has the other rows alone.
    made.altered("without", SLOW, |run, _| {
        run["rows"][0]["isolation"] = "native/other".into();
    });
    assert_eq!(
        said("without", "not in without: 1 of 1 row")["absent"],
        json!([0])
    );
    made.compare("base", "slow", &["--confirm", "again"])
        .exit(100);
}

#[track_caller]
fn refused(made: &Made, candidate: &str, again: &str, why: &str) {
    for force in [&[][..], &["--force"]] {
        let args = [&["--confirm", again], force].concat();
        let ran = made.compare("base", candidate, &args).exit(2);
        let ran = ran.stderr_has("--confirm").stderr_has(why);
        assert_eq!(ran.stdout, "", "the reason alone");
    }
    let ran = made.compare("base", candidate, &["--confirm", again, "--json"]);
    let unfit = ran.exit(2).json()["confirmation"]["unfit"].clone();
    assert!(unfit.is_string(), "{unfit}");
}

#[test]
fn a_run_that_can_confirm_nothing_is_refused_whatever_is_suspected() {
    let made = Made::new();
    made.run("base", BASE)
        .run("slow", SLOW)
        .run("as-before", BASE);
    let unfit = |name: &str, why: &str, change: fn(&mut Value)| {
        made.replay(name, 1.5, change);
        for candidate in ["slow", "as-before"] {
            refused(&made, candidate, name, why);
        }
    };
    unfit(
        "unlike",
        "what the replay launched, run:base and run:slow, is not what the two runs launched",
        |run| {
            let artifacts = run["replay"]["sides"][1]["artifacts"].as_array_mut();
            for artifact in artifacts.expect("artifacts") {
                artifact["sha256"] = "0".repeat(64).into();
            }
        },
    );
    unfit("injected", "the replay has no row of the two runs", |run| {
        run["replay"]["pairs"][0]["change"] = json!({"delay_ns": 500_000.0});
    });
    unfit(
        "itself",
        "the replay is of run:base against itself",
        |run| {
            run["replay"]["sides"][1] = run["replay"]["sides"][0].clone();
        },
    );
    unfit(
        "old",
        "the replay is of another version of the method",
        |run| {
            run["method_version"] = 2.into();
        },
    );
    unfit("broken-off", "broken-off is interrupted", |run| {
        run["interrupted"] = "Ctrl-C".into();
    });
    refused(&made, "slow", "slow", "it is the candidate itself");
    refused(&made, "slow", "base", "it is the base itself");
    made.altered("other", SLOW, |run, _| {
        for artifact in run["artifacts"].as_array_mut().expect("artifacts") {
            artifact["sha256"] = "0".repeat(64).into();
        }
    });
    refused(
        &made,
        "slow",
        "other",
        "it is no second run of the candidate",
    );
    made.altered("old-slow", SLOW, |run, _| run["method_version"] = 2.into());
    let why = "it cannot be compared with the base: method versions differ";
    refused(&made, "slow", "old-slow", why);
}

#[test]
fn a_replay_of_another_machine_class_is_taken_where_that_is_forced() {
    let made = Made::new();
    made.run("base", BASE).run("slow", SLOW);
    made.replay("elsewhere", 1.5, |run| {
        run["machine_class"] = "x86_64/another/2c/8g/linux-6.1/bare".into();
    });
    made.compare("base", "slow", &["--confirm", "elsewhere"])
        .exit(2)
        .stderr_has("the replay is of another machine class");
    made.compare("base", "slow", &["--confirm", "elsewhere", "--force"])
        .exit(100);
}
