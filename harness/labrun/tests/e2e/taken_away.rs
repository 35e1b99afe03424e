//! What is launched is taken away while a run goes on: what was measured before counts, with one clear
//! reason why there is no more of it.

use std::fs;

use crate::support::{GOOD_JOB, Lab, Ran, Runner, User, folders_of};

fn count(ran: &Ran, isolation: &str) -> u64 {
    let row = ran.files.row("right", isolation, "time_to_first_result");
    assert_eq!(row["outcome"], "measured", "{row:#}");
    row["n"].as_u64().expect("a count")
}

/// The reasons for which rows were stopped.
fn stopped(ran: &Ran) -> Vec<String> {
    let summary = ran.files.json("summary.json");
    let warnings = summary["warnings"].as_array().expect("a list");
    let own = warnings
        .iter()
        .filter(|warning| warning["name"] == "stopped");
    own.map(|warning| warning["message"].as_str().expect("a message").to_owned())
        .collect()
}

#[test]
fn a_build_folder_that_is_deleted_costs_no_launch_that_was_made() {
    let lab = Lab::unbuilt().samples(100_000);
    let mut live = lab.begin(|command| command);
    live.until_samples(40);
    fs::remove_dir_all(lab.path().join("target")).expect("deletes the build folder");
    let ran = live.ended().exit(0).stdout_has("warning: stopped");
    let n = count(&ran, "native/static");
    assert!((20..100_000).contains(&n), "{n}");
    let reasons = stopped(&ran);
    // Its time, and the removal.
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    for reason in reasons {
        assert!(
            reason.contains("is gone, which it was launched from"),
            "{reason}"
        );
        assert!(reason.contains("target/labrun/artifacts/right"), "{reason}");
    }
    let run = ran.files.json("run.json");
    assert!(
        run["interrupted"].is_null(),
        "its plan went on with what was there"
    );
}

#[test]
fn a_runner_that_is_deleted_stops_its_rows_alone() {
    let lab = Lab::fixture()
        .runner(&Runner::new("good", GOOD_JOB))
        .samples(300);
    let mut live = lab.begin(|command| command);
    live.until_samples(40);
    let runner = lab.path().join("harness/runners/good/run.sh");
    fs::remove_file(&runner).expect("deletes the runner");
    let ran = live.ended().exit(0);
    assert_eq!(count(&ran, "native/static"), 300);
    let n = count(&ran, "good/plain");
    assert!((5..300).contains(&n), "{n}");
    let reasons = stopped(&ran);
    let named = |reason: &String| reason.contains(runner.to_str().expect("a name"));
    assert!(
        !reasons.is_empty() && reasons.iter().all(named),
        "{reasons:?}"
    );
}

#[test]
fn a_replay_keeps_the_quads_that_were_whole() {
    let lab = Lab::unbuilt().isolation("native/dynamic");
    let number = [
        "--quads",
        "100000",
        "isolation:native/static",
        "isolation:native/dynamic",
    ];
    let mut command = lab.labrun(["replay", "--out", "replayed"]);
    command.args(number);
    let mut live = lab.start(command, &lab.path().join("replayed"));
    live.until_samples(100);
    fs::remove_dir_all(lab.path().join("target")).expect("deletes the build folder");
    let ran = live.ended().exit(0);
    for row in ran.files.rows("right", "native/static") {
        assert_eq!(row["outcome"], "measured", "{row:#}");
        assert!(
            row["quads"].as_u64().is_some_and(|quads| quads > 5),
            "{row:#}"
        );
    }
}

#[test]
fn the_lab_s_own_folder_that_is_deleted_costs_no_launch_that_was_made() {
    // A launch of a guest that is granted a directory needs it.
    let lab = Lab::fixture();
    let files = lab.path().join("workloads/granted/files");
    fs::create_dir_all(&files).expect("makes a folder");
    fs::write(files.join("file"), "text").expect("writes a file");
    let granted = "fn main() { println!(\"right\"); }";
    let lab = lab.workload("granted", "[grant]\nfiles = \"files\"\n\n[run]", granted);
    let lab = lab.samples(100_000);
    lab.run(["build", "-i", "native/*"]).exit(0);
    let mut live = lab.begin(|command| command.args(["-w", "granted"]));
    live.until_samples(40);
    for folder in folders_of(live.pid()) {
        fs::remove_dir_all(folder).expect("deletes the lab's folder");
    }
    let ran = live.ended().exit(0).stdout_has("warning: stopped");
    let row = ran
        .files
        .row("granted", "native/static", "time_to_first_result");
    assert_eq!(row["outcome"], "measured", "{row:#}");
    for reason in stopped(&ran) {
        assert!(
            reason.contains("is gone, which it was launched from"),
            "{reason}"
        );
        assert!(reason.contains("/dev/shm/labrun-"), "{reason}");
    }
}

#[test]
fn a_run_s_folder_that_is_deleted_is_told_as_lost() {
    let lab = Lab::fixture().samples(100_000);
    lab.run(["build", "-i", "native/*"]).exit(0);
    let mut live = lab.begin(|command| command);
    live.until_samples(40);
    fs::remove_dir_all(live.files().path()).expect("deletes the run's folder");
    live.signal(libc::SIGINT);
    live.ended()
        .exit(1)
        .stderr_has("its folder is gone: what was taken before is in it where it was moved to");
}

/// A build that goes on beside the run puts another program in its place, by its name or in the file itself.
#[test]
fn a_program_that_is_replaced_is_launched_no_more_and_no_time_of_the_other_counts() {
    for renamed in [true, false] {
        let user = User::of(Lab::fixture().guest("slow", SLOW));
        let app = user.right("app");
        let other = user.guest("slow");
        let args = ["cold-start", "--native", "./app", "-r", "100000"];
        let mut live = user.begin(&[&args[..], &["-i", "native/static"]].concat());
        live.until_samples(40);
        if renamed {
            fs::rename(&other, &app).expect("renames");
        } else {
            // What runs may not be written to, and so it is asked again between two launches.
            while fs::copy(&other, &app).is_err() {}
        }
        let ran = live.ended().exit(0).stdout_has("warning: stopped");
        let row = ran
            .files
            .row("app", "native/static", "time_to_first_result");
        assert_eq!(row["outcome"], "measured", "{row:#}");
        let slowest = row["max"].as_f64().expect("a time");
        assert!(slowest < 1e9, "{row:#}");
        let reasons = stopped(&ran);
        assert!(!reasons.is_empty(), "{}", ran.stdout);
        for reason in reasons {
            assert!(
                reason.contains("was changed while the run went on"),
                "{reason}"
            );
        }
    }
}

/// A program that takes a second more than any that is measured here.
const SLOW: &str = "fn main() {\n    std::thread::sleep(std::time::Duration::from_secs(1));\n    println!(\"right\");\n}\n";
