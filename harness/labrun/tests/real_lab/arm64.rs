//! The other architecture, emulated: this lab's native programs and its smallest runner are cross-built, their
//! rows are right and said to be emulated, and they do what their definitions say. All others, a bundle and an
//! ARM64 labrun: `scripts/arm64`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::skip::skip;
use crate::{Ran, scenario, text};

/// Another architecture than this machine's.
fn other() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "x86_64",
        _ => "aarch64",
    }
}

/// What is cross-built here.
const TAKEN: [&str; 6] = [
    "-i",
    "native/static",
    "-i",
    "native/dynamic",
    "-i",
    "wasmi/*",
];

/// Whether what emulates and links for it is here; else the test is skipped.
fn is_here(test: &str) -> bool {
    let compiler = format!("{}-linux-gnu-gcc", other());
    let package = format!("gcc-{}-linux-gnu", other().replace('_', "-"));
    let needs = [
        (format!("qemu-{}", other()), "qemu-user".to_owned()),
        (compiler, package),
    ];
    let missing = needs
        .iter()
        .find(|(program, _)| Command::new(program).arg("--version").output().is_err());
    if let Some((program, package)) = missing {
        skip(
            test,
            &format!("{program} is missing: apt-get install {package}"),
        );
    }
    missing.is_none()
}

/// The rows that were measured, each of which has to be an emulated one.
fn measured<'a>(ran: &'a Ran, isolation: &str) -> Vec<&'a Value> {
    let rows: Vec<&Value> = ran
        .results()
        .filter(|row| text(row, "isolation") == isolation && text(row, "outcome") == "measured")
        .collect();
    assert!(!rows.is_empty(), "nothing of {isolation} was measured");
    for row in &rows {
        assert_eq!(
            (&row["arch"], &row["emulated"]),
            (&other().into(), &true.into()),
            "{row:#}"
        );
    }
    rows
}

/// Nothing was wrong, and what was not measured says why.
fn nothing_failed(ran: &Ran) {
    for row in ran.results() {
        let outcome = text(row, "outcome");
        let fine = ["measured", "unavailable", "unsupported", "not-selected"];
        assert!(fine.contains(&outcome.as_str()), "{row:#}");
        assert!(
            outcome == "measured" || !text(row, "reason").is_empty(),
            "{row:#}"
        );
    }
}

fn asked(folder: &str, scenario_name: &str, more: &[&str]) -> Ran {
    let arguments = [&[scenario_name, "--arch", other()], more, &TAKEN[..]].concat();
    scenario(folder, &[], &arguments)
}

#[test]
fn programs_and_a_runner_start_on_the_other_architecture_with_right_outputs() {
    if !is_here("programs_and_a_runner_start_on_the_other_architecture_with_right_outputs") {
        return;
    }
    let ran = asked("real-lab-arm64", "cold-start", &["--quick", "-r", "1"]);
    nothing_failed(&ran);
    for isolation in ["native/static", "native/dynamic", "wasmi/interpreter"] {
        for row in measured(&ran, isolation) {
            assert!(row["ratio"].is_null(), "a time is compared: {row:#}");
        }
    }
    let page = std::fs::read_to_string(&ran.page).expect("reads the page");
    assert!(page.contains("No speed of this run is compared with anything"));
    // An emulated one is said to be that by its files as well.
    let run = ran.page.parent().unwrap_or(Path::new("")).join("run.json");
    let run: Value = serde_json::from_slice(&std::fs::read(run).expect("reads")).expect("JSON");
    assert_eq!(run["emulator"]["name"], format!("qemu-{}", other()));
}

#[test]
fn programs_and_a_runner_of_the_other_architecture_do_what_their_definitions_say() {
    if !is_here("programs_and_a_runner_of_the_other_architecture_do_what_their_definitions_say") {
        return;
    }
    let ran = asked("real-lab-arm64-conformance", "conformance", &[]);
    nothing_failed(&ran);
    for isolation in ["native/static", "native/dynamic", "wasmi/interpreter"] {
        for row in measured(&ran, isolation) {
            assert_eq!(row["median"], 1.0, "{row:#}");
        }
    }
}
