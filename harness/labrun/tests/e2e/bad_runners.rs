//! Runners that break: each costs its own rows, with the reason, and the rest is
//! measured all the same.

use crate::support::{GOOD_JOB, Lab, Ran, Runner};

/// A megabyte of `x` in one line.
const FLOOD: &str = "head -c 1048576 /dev/zero | tr '\\0' x";

fn measured_with(runners: &[Runner]) -> Ran {
    let mut lab = Lab::fixture().plan("timeout_s", "2");
    for runner in runners {
        lab = lab.runner(runner);
    }
    lab.measure([""; 0])
}

#[test]
fn each_bad_job_costs_its_own_rows() {
    let done = r#"echo '{"event":"done","exit_code":0}'"#;
    let loaded = r#"echo '{"event":"done"}'"#;
    let flood_guest = format!("read -r load; {loaded}; read -r run; {FLOOD} >&3; {done}");
    let flood_stdout = format!("read -r load; {FLOOD}; echo; {done}");
    let one_line = format!("read -r load; {FLOOD}; sleep 1000");
    let misprint = GOOD_JOB.replace("echo right", "echo wrong");
    let cases: [(&str, &str, &str, &str); 11] = [
        ("crash", "read -r load; kill -SEGV $$", "failed", "SIGSEGV"),
        ("quits", "exit 0", "failed", "exited with code 0"),
        (
            "mourns",
            "echo 'no memory left' >&2; exit 9",
            "failed",
            "its stderr ends: no memory left",
        ),
        (
            "rubbish",
            "while read -r line; do echo 'Segmentation fault (core dumped)'; done",
            "failed",
            "broke its protocol: it printed \"Segmentation fault",
        ),
        (
            "stranger",
            "while read -r line; do echo '{\"event\":\"dance\"}'; done",
            "failed",
            "broke its protocol",
        ),
        (
            "traps",
            r#"while read -r line; do echo '{"event":"failed","reason":"wasm trap: unreachable"}'; done"#,
            "failed",
            "wasm trap: unreachable",
        ),
        (
            "refuses",
            r#"while read -r line; do echo '{"event":"unsupported","reason":"no threads"}'; done"#,
            "unsupported",
            "no threads",
        ),
        ("misprints", &misprint, "mismatch", "got \"wrong\\n\""),
        ("floodsguest", &flood_guest, "mismatch", "got \"xxx"),
        ("floodsstdout", &flood_stdout, "failed", "64 KiB on stdout"),
        ("floodsoneline", &one_line, "failed", "64 KiB on stdout"),
    ];
    let runners = cases.map(|(name, job, ..)| Runner::new(name, job).every_start());
    let mut ran = measured_with(&runners).exit(101);
    for (name, _, outcome, reason) in cases {
        ran = ran.rows("right", &format!("{name}/plain"), outcome, reason);
    }
    ran.rows("right", "native/static", "measured", "");
}

#[test]
fn a_guest_that_exits_with_an_error_is_a_failure() {
    let job = r#"while read -r line; do case "$line" in *'"run"'*) echo right >&3; echo '{"event":"done","exit_code":6}';; *) echo '{"event":"done"}';; esac; done"#;
    measured_with(&[Runner::new("regrets", job)])
        .exit(101)
        .rows("right", "regrets/plain", "failed", "exited with code 6")
        .rows("right", "native/static", "measured", "");
}

#[test]
fn a_runner_that_hangs_is_a_timeout_and_is_ended_with_its_children() {
    measured_with(&[Runner::new("hangs", "sleep 1000 & sleep 1000")])
        .exit(101)
        .rows("right", "hangs/plain", "timeout", "time limit")
        .rows("right", "native/static", "measured", "");
}

#[test]
fn a_megabyte_on_stderr_harms_nobody() {
    let job = format!("{FLOOD} >&2; {GOOD_JOB}");
    measured_with(&[Runner::new("chatters", &job)])
        .exit(0)
        .rows("right", "chatters/plain", "measured", "")
        .rows("right", "native/static", "measured", "");
}

#[test]
fn a_runner_that_is_not_what_its_definition_says_is_unavailable() {
    let says = |name: &'static str, said: &str| {
        Runner::new(name, GOOD_JOB).describe(&format!("echo '{said}'"))
    };
    let other = r#"{"protocol":3,"name":"other","version":"1","configurations":["plain"]}"#;
    let more = r#"{"protocol":3,"name":"more","version":"1","configurations":["fancy","plain"]}"#;
    let old = r#"{"protocol":0,"name":"old","version":"1","configurations":["plain"]}"#;
    let cases = [
        (
            says("alias", other),
            "it says `other` with [\"plain\"], its runner.toml `alias`",
        ),
        (says("more", more), "[\"fancy\", \"plain\"]"),
        (says("old", old), "speaks protocol 0"),
        (says("mute", ""), "it printed no description"),
        (says("prose", "I am a runner"), "it printed no description"),
        (
            Runner::new("dead", GOOD_JOB).describe("kill -SEGV $$"),
            "SIGSEGV",
        ),
        (
            Runner::new("floods", GOOD_JOB).describe(FLOOD),
            "more than 64 KiB",
        ),
        (
            Runner::new("absent", GOOD_JOB).without_program(),
            "is not there",
        ),
        (
            Runner::new("foreign", GOOD_JOB).interpreter("no-such-interpreter"),
            "no-such-interpreter is not on PATH",
        ),
    ];
    let (runners, reasons): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let mut ran = measured_with(&runners).exit(0);
    for (runner, reason) in runners.iter().zip(reasons) {
        let name = format!("{}/plain", runner.name());
        ran = ran.rows("right", &name, "unavailable", reason).rows(
            "right",
            &name,
            "unavailable",
            "labrun build --isolation",
        );
    }
    ran.rows("right", "native/static", "measured", "");
}

#[test]
fn a_script_is_started_with_its_interpreter() {
    // Its file is not executable.
    let runner = Runner::new("scripted", GOOD_JOB).interpreter("sh");
    measured_with(&[runner])
        .exit(0)
        .rows("right", "scripted/plain", "measured", "");
}

#[test]
fn under_strict_a_missing_runner_is_an_unfit_environment() {
    let lab = Lab::fixture().runner(&Runner::new("absent", GOOD_JOB).without_program());
    let ran = lab
        .measure(["--strict"])
        .exit(102)
        .stderr_has("absent/plain");
    assert!(!ran.files.path().exists(), "an empty run is left");
    let said = lab.measure(["--strict", "--json"]).exit(102).json();
    assert_eq!(said["scenario"], "cold-start");
    let missing = said["missing"][0].to_string();
    assert!(missing.contains("absent/plain: unavailable"), "{missing}");
    lab.measure(["--strict", "--isolation", "native/*"]).exit(0);
}
