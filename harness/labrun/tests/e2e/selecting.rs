//! Rows that were not asked for are there, and say why they were not measured.

use crate::support::{GOOD_JOB, Images, Lab, Question, Runner, skip};

fn lab() -> Lab {
    Lab::fixture()
        .isolation("native/dynamic")
        .runner(&Runner::new("good", GOOD_JOB))
        .guest("other", "fn main() { println!(\"right\"); }")
}

#[test]
fn what_is_not_selected_says_so() {
    let (asked, quick) = ("--isolation asks for native/static alone", "--quick takes");
    lab()
        .measure(["--isolation", "native/static"])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("other", "native/static", "measured", "")
        .rows("right", "native/dynamic", "not-selected", asked)
        .rows("right", "good/plain", "not-selected", asked);
    lab()
        .measure(["--workload", "right"])
        .exit(0)
        .rows("right", "good/plain", "measured", "")
        .rows(
            "other",
            "native/static",
            "not-selected",
            "--workload asks for right alone",
        );
    let ran = lab()
        .measure(["--quick"])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("right", "native/dynamic", "not-selected", quick)
        .rows("right", "good/plain", "not-selected", quick);
    let summary = ran.files.json("summary.json");
    assert_eq!(summary["indicative"], true);
    assert_eq!(ran.files.row("right", "native/static", "teardown")["n"], 2);
}

#[test]
fn what_is_asked_for_by_name_is_taken_quick_or_not() {
    lab()
        .measure(["--quick", "-i", "good/*", "-w", "right"])
        .exit(0)
        .rows("right", "good/plain", "measured", "")
        .rows("right", "native/static", "not-selected", "--isolation");
}

#[test]
fn only_what_is_selected_is_built() {
    let lab = lab().guest("broken", "fn main() { no_such_function() }");
    let ran = lab
        .measure(["-i", "native/static", "-w", "right"])
        .exit(0)
        .rows("broken", "native/static", "not-selected", "--workload");
    assert!(!ran.stderr.contains("broken"), "{}", ran.stderr);
}

#[test]
fn build_says_what_it_built_and_builds_nothing_twice() {
    let lab = Lab::unbuilt().runner(&Runner::new("good", GOOD_JOB));
    let args = ["build", "--json", "-i", "native/*", "-i", "good/*"];
    let first = lab.run(args).exit(0);
    let built = first.json()["built"].clone();
    // Two native, one wasm target, and the runner.
    assert_eq!(built.as_array().map(Vec::len), Some(4), "{built:#}");
    assert!(first.stderr.contains("workload right for wasm32-wasip1"));
    let second = lab.run(args).exit(0);
    assert_eq!(second.json()["built"], built);
    assert!(
        !second.stderr.contains("workload right"),
        "{}",
        second.stderr
    );
}

#[test]
fn what_was_damaged_is_built_again() {
    let lab = Lab::unbuilt();
    let args = ["build", "--json", "-i", "native/*"];
    let built = lab.run(args).exit(0).json()["built"].clone();
    for thing in built.as_array().expect("things") {
        let path = thing["path"].as_str().expect("a path");
        std::fs::write(path, "no program").expect("damages it");
    }
    lab.measure([""; 0])
        .exit(0)
        .rows("right", "native/static", "measured", "");
    assert_eq!(lab.run(args).exit(0).json()["built"], built);
}

#[test]
fn native_rows_keep_their_digest_after_an_image_was_built_first() {
    if let Err(reason) = lab::isolation::docker::DockerHost::default().version() {
        return skip("digest-docker", &reason);
    }
    let _images = Images::of("boxed");
    let lab = Lab::fixture()
        .isolation("docker/runc-nonet")
        .guest("boxed", "fn main() { println!(\"right\"); }");
    for isolation in ["docker/*", "native/*"] {
        let ran = lab.measure(["-i", isolation, "-w", "boxed"]).exit(0);
        let rows = ran.files.json("summary.json")["results"].clone();
        for row in rows.as_array().expect("rows") {
            let digest = row["artifact_sha256"].as_str().unwrap_or_default();
            assert!(
                row["outcome"] != "measured" || digest.len() == 64,
                "{row:#}"
            );
        }
    }
}

#[test]
fn a_build_that_fails_says_why_and_builds_the_rest() {
    let lab = Lab::fixture().guest("broken", "fn main() { no_such_function() }");
    let ran = lab.run(["build", "--json", "-i", "native/static"]).exit(1);
    let ran = ran.stderr_has("no_such_function");
    assert_eq!(ran.json()["built"].as_array().map(Vec::len), Some(1));
    assert_eq!(ran.json()["failed"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_has_no_row_of_a_scenario_is_not_launched() {
    // A control has no teardown, and no start has a warm instantiation here.
    let other = "\n[[metric]]\nname = \"time_to_first_result\"\nreference = \"native/static\"\n\
        reference_start = \"process\"\n";
    let lab =
        Lab::fixture()
            .isolation("control/spawn")
            .replace("scenarios/cold-start.toml", other, "");
    let ran = lab.measure([""; 0]).exit(0);
    let ran = ran.rows("right", "native/static", "measured", "");
    assert_eq!(
        ran.files.rows("right", "control/spawn"),
        [serde_json::Value::Null; 0]
    );
}

#[test]
fn what_a_scenario_does_not_have_is_told_from_what_is_nowhere() {
    let lab = lab().question(&Question::size().of("other", ""));
    for (asked, told) in [
        (
            ["-w", "right"],
            "the workload `right` is none of those of the scenario size, which are other",
        ),
        (
            ["-i", "good/*"],
            "the isolation `good/*` is none of those of the scenario size, which are native/*",
        ),
        (["-w", "nowhere"], "there is no workload `nowhere`"),
        (["-i", "nowhere/*"], "there is no isolation `nowhere/*`"),
    ] {
        lab.ask("size", asked).exit(2).stderr_has(told);
    }
}
