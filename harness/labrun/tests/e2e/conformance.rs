//! The scenario `conformance`: what holds is 1, what does not is 0 with what was seen, and what
//! a definition says that an isolation cannot is unsupported.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Elsewhere, Lab, Product, Question, Ran};

/// Does some of what is checked, and lies about the rest.
const LIAR: &str = r#"use std::io::{Read as _, Write as _};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let line = match args[0].as_str() {
        "arguments" if args[1] == "stays" => "\"stays\"".to_owned(),
        "arguments" => "none arrived".to_owned(),
        "environment" => "=1".to_owned(),
        "exit" => std::process::exit(3),
        "crash" => std::process::abort(),
        "granted" => "given".to_owned(),
        "ungranted" => "denied".to_owned(),
        "sync" => "synced".to_owned(),
        "output" => ('a'..='z').cycle().take(60_000).collect(),
        "clock" => "0 0".to_owned(),
        "random" => "4".to_owned(),
        other => panic!("{other}"),
    };
    println!("{line}");
    std::io::stdout().flush().unwrap();
    if std::env::var_os("LABRUN_HOLD").is_some() {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
    }
}
"#;

fn lab() -> Lab {
    let question = Question::conformance().isolation("careless/*");
    Lab::fixture()
        .guest("conform", LIAR)
        .handler("page")
        .question(&question.of("conform", "").of("page", ""))
}

/// Outcome, value and reason of each check of an isolation.
fn checks(ran: &Ran, isolation: &str) -> BTreeMap<String, (String, Option<f64>, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_row = |row: Value| {
        let found = (
            text(&row["outcome"]),
            row["median"].as_f64(),
            text(&row["reason"]),
        );
        (text(&row["params"]["check"]), found)
    };
    let rows = ran.files.rows("conform", isolation);
    rows.into_iter().map(of_row).collect()
}

#[test]
fn what_holds_is_1_and_what_does_not_is_0_with_what_was_seen() {
    let ran = lab().ask("conformance", ["-w", "conform"]).exit(101);
    let checks = checks(&ran, "native/static");
    for holds in [
        "crash",
        "environment",
        "exit-code",
        "granted",
        "output",
        "stdin",
    ] {
        assert_eq!(
            checks[holds],
            ("measured".to_owned(), Some(1.0), String::new())
        );
    }
    for (faulty, seen) in [
        ("arguments", "mismatch"),
        ("clock", "it printed \"0 0\""),
        ("random", "two launches drew 4"),
        // Its definition says that a process reaches what its user may.
        ("ungranted", "it does what its definition says it cannot"),
    ] {
        let (outcome, value, reason) = &checks[faulty];
        assert_eq!(
            (outcome.as_str(), *value),
            ("measured", Some(0.0)),
            "{faulty}"
        );
        assert!(reason.contains(seen), "no {seen:?} in {reason:?}");
    }
    // Whoever may make no disk cannot count what reaches it.
    let (outcome, value, reason) = &checks["fsync"];
    match outcome.as_str() {
        "measured" => {
            assert_eq!(*value, Some(0.0));
            assert_eq!(reason, "of 32 syncs 0 reached the disk");
        }
        other => {
            assert_eq!((other, *value), ("unavailable", None));
            assert!(reason.contains("no disk could be made"), "{reason}");
        }
    }
    assert_eq!(checks.len(), 11);
    ran.stdout_has("fault: random: two launches drew 4");
}

#[test]
fn what_a_definition_says_it_cannot_is_unsupported() {
    let cannot = "\n[[configuration]]\nname = \"run\"\nsummary = \"as it is\"\n\
        targets = [\"wasip1\"]\nargs = [\"{module}\", \"{args}\"]\n\n\
        [[unsupported]]\nneed = \"randomness\"\nreason = \"it always draws 4\"\n\n\
        [[unsupported]]\nneed = \"exit-code\"\nreason = \"it is said to swallow codes\"\n";
    let script = "case \"$2\" in exit) exit 3;; random) echo 4;; *) echo no;; esac";
    let product = Product::new("careless", script).configured(cannot);
    let lab = lab()
        .product(&product)
        .replace(
            "scenarios/conformance.toml",
            "name = \"conform\"\ntargets = [\"native\"]",
            "name = \"conform\"\ntargets = [\"wasip1\"]",
        )
        .replace(
            "workloads/conform/workload.toml",
            "[\"native\"]",
            "[\"wasip1\"]",
        );
    let ran = lab
        .ask("conformance", ["-i", "careless/*", "-w", "conform"])
        .exit(101);
    let checks = checks(&ran, "careless/run");
    let (outcome, value, reason) = &checks["random"];
    assert_eq!(
        (outcome.as_str(), *value, reason.as_str()),
        ("unsupported", None, "it always draws 4")
    );
    let (outcome, value, reason) = &checks["exit-code"];
    assert_eq!((outcome.as_str(), *value), ("measured", Some(0.0)));
    assert!(reason.ends_with("it is said to swallow codes"), "{reason}");
}

#[test]
fn the_command_takes_the_scenario_and_writes_the_matrix() {
    let lab = lab();
    let page = lab.path().join("matrix.md");
    let mut command = lab.labrun(["conform", "-i", "native/*", "--json", "--out"]);
    command.arg(&page);
    let ran = lab.start(command, lab.path()).ended().exit(101);
    assert_eq!(ran.json()["scenario"], "conformance");
    let text = std::fs::read_to_string(page).expect("the matrix is there");
    let row = text
        .lines()
        .find(|line| line.starts_with("| `native/static`"));
    let row = row.unwrap_or_else(|| panic!("{text}"));
    // arguments, ungranted, clock, random and http; and fsync, where a disk can be made.
    let unseen = row.matches("? ").count();
    assert_eq!(row.matches("**fault").count(), 6 - unseen, "{text}");
    assert!(text.contains(". two launches drew 4\n"), "{text}");
}

#[test]
fn a_workload_that_does_nothing_that_is_checked_says_so() {
    let question = Question::conformance().of("right", "");
    let ran = Lab::fixture()
        .question(&question)
        .ask("conformance", [""; 0]);
    ran.exit(4).rows(
        "right",
        "native/static",
        "unavailable",
        "does nothing that is checked: `conform` does",
    );
}

#[test]
fn a_bundle_gives_the_checks_of_the_checkout() {
    let lab = lab();
    let here = lab.ask("conformance", ["-w", "conform"]).exit(101);
    let checks_here = checks(&here, "native/static");
    let away = Elsewhere::with(lab, &["conformance"]);
    let there = away.measure(
        "run",
        &["conformance", "--bundle", "b.tar.zst", "-w", "conform"],
    );
    // The disk whose flushes are counted hides nothing of the bundle that was unpacked.
    assert_eq!(checks(&there.exit(101), "native/static"), checks_here);
}

#[test]
fn what_the_run_did_not_come_to_is_not_called_an_exception() {
    let lab = lab();
    let plan = lab
        .run(["plan", "conformance", "--json", "-w", "conform"])
        .exit(0);
    let mut plan: Value = serde_json::from_str(&plan.stdout).expect("a plan");
    let cases = plan["parts"][0]["cases"].as_array_mut().expect("cases");
    let is_of = |case: &Value, check: &str| case["rows"][0]["params"]["check"] == check;
    cases.retain(|case| is_of(case, "crash") || is_of(case, "http"));
    let lab = lab.write("some.json", &plan.to_string());
    let mut command = lab.labrun(["scenario", "--plan", "some.json", "--out", "run"]);
    command.env("COLUMNS", "200");
    let ran = lab.start(command, &lab.path().join("run")).ended().exit(0);
    assert!(!ran.stdout.contains("hosts servers"), "{}", ran.stdout);
    ran.stdout_has("not checked: http: --workload asks for conform alone");
}
