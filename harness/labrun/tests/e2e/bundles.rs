//! A bundle, measured where neither the lab nor a compiler is.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::bad_servers;
use crate::support::{Elsewhere, GOOD_JOB, Lab, Question, Ran, Runner, alone, may_be_alone};

fn lab() -> Lab {
    Lab::fixture().isolation("native/dynamic")
}

/// What must not depend on where a run was measured from: its rows, the isolations, and for each
/// row what was launched.
fn identity(ran: &Ran) -> Value {
    let (run, summary) = (ran.files.json("run.json"), ran.files.json("summary.json"));
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let names = list(&run["isolations"])
        .into_iter()
        .map(|one| json!([one["name"], one["version"], one["outcome"]]));
    let digests = list(&summary["results"]).into_iter().map(|row| {
        json!([
            row["isolation"],
            row["metric"],
            row["outcome"],
            row["artifact_sha256"]
        ])
    });
    let artifacts = list(&run["artifacts"]).into_iter();
    let artifacts = artifacts.map(|one| json!([one["workload"], one["triple"], one["sha256"]]));
    let (names, digests) = (names.collect::<Vec<_>>(), digests.collect::<Vec<_>>());
    assert!(!names.is_empty() && !digests.is_empty());
    json!({
        "rows": run["rows"], "isolations": names, "digests": digests,
        "artifacts": artifacts.collect::<Vec<_>>(), "scenario": run["scenario"],
    })
}

#[test]
fn a_bundle_gives_what_the_checkout_gives() {
    let lab = lab();
    let from_checkout = lab.measure(["-i", "native/*"]).exit(0);
    let wanted = identity(&from_checkout);
    let away = Elsewhere::with(lab, &["cold-start", "-i", "native/*"]);
    let of_file = away
        .measure("of-file", &["cold-start", "--bundle", "b.tar.zst"])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("right", "native/dynamic", "measured", "");
    assert_eq!(identity(&of_file), wanted, "from the file");
    away.unpack("unpacked");
    let of_folder = away.measure("of-folder", &["--bundle", "unpacked"]).exit(0);
    assert_eq!(
        identity(&of_folder),
        wanted,
        "from the folder, which has one scenario"
    );
    assert!(
        away.path().join("unpacked/labrun").is_file(),
        "what is given stays"
    );
}

#[test]
fn the_labrun_in_a_bundle_measures_it() {
    let away = Elsewhere::with(Lab::fixture(), &["cold-start"]);
    away.unpack("unpacked");
    let ours = away.labrun(&["scenario", "--bundle", "unpacked", "--out", "run"]);
    // Written by another process: a descriptor of this one to write it by may live on for a moment in what
    // other tests start meanwhile, and what is being written cannot be started.
    let labrun = away.path().join("unpacked/labrun");
    let own = away.path().join("labrun");
    let copied = Command::new("cp").args([&labrun, &own]).status();
    assert!(copied.expect("cp runs").success(), "labrun is copied");
    let mut carried = Command::new(own);
    carried.args(ours.get_args()).current_dir(away.path());
    // No variable at all: what a bundle needs is in it.
    carried.env_clear();
    away.start(carried)
        .ended()
        .exit(0)
        .rows("right", "native/static", "measured", "");
}

#[test]
fn less_of_a_bundle_can_be_asked_for() {
    let lab = lab().guest("other", "fn main() { println!(\"right\"); }");
    let away = Elsewhere::with(lab, &["cold-start"]);
    away.measure(
        "one",
        &[
            "--bundle",
            "b.tar.zst",
            "-i",
            "native/static",
            "-w",
            "right",
        ],
    )
    .exit(0)
    .rows("right", "native/static", "measured", "")
    .rows(
        "right",
        "native/dynamic",
        "not-selected",
        "--isolation asks for native/static",
    )
    .rows(
        "other",
        "native/static",
        "not-selected",
        "--workload asks for right",
    );
    let ran = away
        .measure(
            "few",
            &["--bundle", "b.tar.zst", "-i", "*/static", "-r", "2"],
        )
        .exit(0);
    assert_eq!(ran.files.row("other", "native/static", "teardown")["n"], 2);
    for (args, reason) in [
        (
            &["-i", "native/statik"][..],
            "did you mean `native/static`?",
        ),
        (&["-w", "rihgt"], "did you mean `right`?"),
        (&["hot-start"], "hot-start"),
        (&["--quick"], "cannot be used with"),
        (&["--plan", "plan.json"], "cannot be used with"),
    ] {
        let ran = away.measure("wrong", &[&["--bundle", "b.tar.zst"], args].concat());
        ran.exit(2).stderr_has(reason);
    }
    assert!(!away.path().join("wrong").exists());
}

#[test]
fn a_bundle_holds_several_scenarios() {
    let holds = "fn main() { println!(\"right\"); if std::env::var_os(\"LABRUN_HOLD\").is_some() \
        { let _ = std::io::stdin().read_line(&mut String::new()); } }";
    let lab = lab()
        .guest("holds", holds)
        .question(&Question::memory().of("holds", ""));
    let away = Elsewhere::with(lab, &["cold-start", "memory", "-i", "native/static"]);
    for name in ["cold-start", "memory"] {
        let ran = away.measure(name, &[name, "--bundle", "b.tar.zst"]).exit(0);
        assert_eq!(ran.files.json("run.json")["scenario"], name);
    }
    away.measure("none", &["--bundle", "b.tar.zst"])
        .exit(2)
        .stderr_has("the bundle holds cold-start, memory: name one of them");
    assert!(!away.path().join("none").exists());
}

#[test]
fn doctor_says_what_of_a_bundle_will_run() {
    let lab = lab().runner(&Runner::new("good", GOOD_JOB));
    let away = Elsewhere::with(lab, &["cold-start", "-i", "native/static", "-i", "good/*"]);
    let said = away
        .run(&["doctor", "--bundle", "b.tar.zst", "--json"])
        .exit(0);
    let isolations = said.json()["isolations"].clone();
    let isolations = isolations.as_array().expect("isolations");
    let found = isolations.iter().map(|one| (&one["name"], &one["outcome"]));
    let found: Vec<_> = found
        .map(|(name, outcome)| json!([name, outcome]))
        .collect();
    let wanted = [
        json!(["good/plain", "measured"]),
        json!(["native/static", "measured"]),
    ];
    assert_eq!(found, wanted);
    away.run(&["doctor", "--bundle", "b.tar.zst"])
        .exit(0)
        .stdout_has("good/plain                   ok       1.2.3");
}

/// [`GOOD_JOB`], which writes what it compiles, and runs it only where that is given to it.
pub(crate) const COMPILING_JOB: &str = r#"
while read -r line; do
  case "$line" in
    *'"do":"precompile"'*)
      output="${line#*'"output":"'}"
      echo compiled > "${output%%'"'*}"
      echo '{"event":"done"}' ;;
    *'"do":"load"'*)
      ahead="${line#*'"precompiled":"'}"
      read -r ahead < "${ahead%%'"'*}"
      echo '{"event":"done"}' ;;
    *'"do":"run"'*) [ "$ahead" = compiled ] && echo right >&3; echo '{"event":"done","exit_code":0}' ;;
    *) echo '{"event":"done"}' ;;
  esac
done"#;

#[test]
fn runners_and_what_they_compiled_ahead_travel() {
    let lab = lab()
        .runner(&Runner::new("good", GOOD_JOB).every_start())
        .runner(&Runner::new("ahead", COMPILING_JOB).precompiles())
        .runner(&Runner::new("absent", GOOD_JOB).without_program());
    let wanted = identity(&lab.measure([""; 0]).exit(0));
    let away = Elsewhere::with(lab, &["cold-start"]);
    let ran = away
        .measure("run", &["--bundle", "b.tar.zst"])
        .exit(0)
        .rows("right", "good/plain", "measured", "")
        .rows("right", "ahead/plain", "measured", "")
        .rows("right", "absent/plain", "unavailable", "run.sh");
    assert_eq!(identity(&ran), wanted);
}

#[test]
fn a_runner_that_is_started_by_an_interpreter_travels() {
    let lab = Lab::fixture().runner(&Runner::new("read", GOOD_JOB).interpreter("toysh"));
    let shell = |folder: &std::path::Path| {
        fs::create_dir_all(folder).expect("makes a folder");
        std::os::unix::fs::symlink("/bin/sh", folder.join("toysh")).expect("links a shell");
    };
    shell(&lab.path().join("bin"));
    let away = Elsewhere::with(lab, &["cold-start", "-i", "read/*"]);
    away.measure("without", &["--bundle", "b.tar.zst"])
        .exit(4)
        .rows("right", "read/plain", "unavailable", "toysh is not on PATH");
    shell(&away.path().join("nothing"));
    away.measure("with", &["--bundle", "b.tar.zst"])
        .exit(0)
        .rows("right", "read/plain", "measured", "");
}

#[test]
fn a_runner_that_is_a_package_travels_in_each_version() {
    let lab = Lab::with_toy();
    lab.run(["build", "--runner", "toy", "--version", "1.1.0"])
        .exit(0);
    let away = Elsewhere::with(lab, &["cold-start", "-i", "toy/*", "-i", "toy@1/*"]);
    let ran = away
        .measure("run", &["--bundle", "b.tar.zst"])
        .exit(0)
        .rows("right", "toy/plain", "measured", "")
        .rows("right", "toy@1/plain", "measured", "");
    let run = ran.files.json("run.json");
    let mut isolations = run["isolations"].as_array().expect("isolations").iter();
    let other = isolations.find(|one| one["name"] == "toy@1/plain");
    assert_eq!(other.expect("is there")["version"], "1.1.0");
}

#[test]
fn a_server_is_measured_in_a_network_of_its_own() {
    if !may_be_alone("bundle-alone") {
        return;
    }
    let lab = Lab::fixture().server("serves", &bad_servers::good());
    let away = Elsewhere::with(lab, &["cold-start", "-w", "serves"]);
    let mut command = away.labrun(&["scenario", "--bundle", "b.tar.zst", "--out", "run"]);
    alone(&mut command);
    away.start(command)
        .ended()
        .exit(0)
        .stderr_has("the loopback was down, and was brought up")
        .rows("serves", "native/static", "measured", "");
}
