//! Ctrl-C: what was taken is kept, the page is made, nothing is left, exit code 130.

use std::fs::File;

use crate::support::{GOOD_JOB, Images, Lab, Ran, Runner, containers_of, skip, until};

/// What an interrupted run has to have.
fn check(ran: Ran, at_least: usize) -> Ran {
    let ran = ran.exit(130);
    assert!(ran.files.lines() >= at_least);
    assert!(ran.files.has("report.html") && ran.files.has("summary.json"));
    for file in ["run.json", "summary.json"] {
        let why = ran.files.json(file)["interrupted"].clone();
        assert!(why.as_str().is_some_and(|why| why.contains("interrupted")));
    }
    ran
}

#[test]
fn a_signal_in_mid_run_keeps_what_was_taken() {
    let lab = Lab::fixture()
        .runner(&Runner::new("good", GOOD_JOB).every_start())
        .samples(100_000);
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let mut live = lab.begin(|command| command.arg("--json"));
        live.until_samples(3);
        live.signal(signal);
        let ran = check(live.ended(), 3);
        assert_eq!(
            ran.json()["interrupted"],
            ran.files.json("run.json")["interrupted"]
        );
        // A launch gives all of its samples or none.
        let measured = |row: &serde_json::Value| row["outcome"] == "measured";
        assert!(
            ran.files
                .rows("right", "native/static")
                .iter()
                .any(measured)
                || ran.files.rows("right", "good/plain").iter().any(measured)
        );
    }
}

#[test]
fn that_a_run_was_interrupted_is_told_once() {
    let lab = Lab::fixture().samples(100_000);
    for more in [&[][..], &["--full"]] {
        let mut live = lab.begin(|command| command.args(more));
        live.until_samples(3);
        live.signal(libc::SIGINT);
        let ran = check(live.ended(), 3);
        let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(told.matches("was interrupted").count(), 1, "{told}");
        assert_eq!(told.matches("run it again to the end").count(), 1, "{told}");
    }
}

#[test]
fn a_bundle_that_is_interrupted_says_that_it_was_not_written() {
    let lab = Lab::fixture().guest("slow", "fn main() { println!(\"right\"); }");
    let begun = lab.path().join("begun");
    let script = format!(
        "fn main() {{ std::fs::write({begun:?}, \"\").unwrap(); loop {{ std::thread::park(); }} }}"
    );
    let lab = lab.write("workloads/slow/build.rs", &script);
    let bundle = lab.labrun(["bundle", "cold-start", "-w", "slow", "--out", "b.tar.zst"]);
    let mut live = lab.start(bundle, lab.path());
    live.until("the build is under way", |_| begun.is_file());
    live.signal_group(libc::SIGINT);
    live.ended()
        .exit(130)
        .stderr_has("interrupted: b.tar.zst was not written");
    assert!(!lab.path().join("b.tar.zst").exists());
}

#[test]
fn a_signal_that_comes_twice_at_once_counts_as_one() {
    let lab = Lab::fixture().samples(100_000);
    let mut live = lab.begin(|command| command);
    live.until_samples(3);
    live.signal(libc::SIGHUP);
    live.signal(libc::SIGTERM);
    live.signal(libc::SIGTERM);
    check(live.ended(), 3);
}

#[test]
fn a_signal_inside_a_launch_does_not_wait_for_it() {
    let server = "fn main() { loop { std::thread::park(); } }";
    let lab = Lab::fixture()
        .plan("timeout_s", "600")
        .guest("hangs", "fn main() { loop { std::thread::park(); } }")
        .server("deaf", server)
        .runner(&Runner::new("stuck", "sleep 1000"));
    lab.run(["build", "-i", "native/*"]).exit(0);
    for (kind, name) in [("-w", "hangs"), ("-w", "deaf"), ("-i", "stuck/*")] {
        let mut live = lab.begin(|command| command.args([kind, name]));
        live.until("it waits for a launch", |live| {
            !crate::support::processes_of(live.pid()).is_empty()
        });
        live.signal_group(libc::SIGINT);
        check(live.ended(), 0);
    }
}

#[test]
fn a_signal_while_another_lab_builds_ends_the_wait() {
    let lab = Lab::unbuilt();
    let store = lab.path().join("target/labrun");
    std::fs::create_dir_all(&store).expect("makes a folder");
    let turn = File::create(store.join("building")).expect("makes a file");
    turn.lock().expect("has the turn");
    let mut live = lab.start(lab.labrun(["build", "-i", "native/static"]), lab.path());
    live.until("it waits for its turn", |live| {
        live.said("stderr").contains("another labrun builds")
    });
    live.signal(libc::SIGINT);
    live.ended().exit(130);
    drop(turn);
    lab.run(["build", "-i", "native/static"]).exit(0);
}

#[test]
fn a_signal_while_a_guest_is_built_ends_the_build() {
    for (alone, signal) in [(false, libc::SIGINT), (true, libc::SIGTERM)] {
        let lab = Lab::fixture().guest("slow", "fn main() { println!(\"right\"); }");
        let begun = lab.path().join("begun");
        let script = format!(
            "fn main() {{ std::fs::write({begun:?}, std::process::id().to_string()).unwrap(); \
             loop {{ std::thread::park(); }} }}"
        );
        let lab = lab.write("workloads/slow/build.rs", &script);
        let mut live = lab.begin(|command| command);
        live.until("the build is under way", |_| begun.is_file());
        if alone {
            live.signal(signal);
        } else {
            live.signal_group(signal);
        }
        let ran = check(live.ended(), 0);
        let script: u32 = until("its number is written", || {
            std::fs::read_to_string(&begun).ok()?.parse().ok()
        });
        until("the build script is gone", || {
            (!std::path::Path::new(&format!("/proc/{script}")).exists()).then_some(())
        });
        let rows = ran.files.rows("slow", "native/static");
        assert!(
            rows.iter().all(|row| row["outcome"] == "not-selected"),
            "{rows:#?}"
        );
    }
}

#[test]
fn a_signal_under_strict_is_an_interruption() {
    let runner = Runner::new("slow", GOOD_JOB).describe("sleep 1000");
    let lab = Lab::fixture().runner(&runner);
    let mut live = lab.begin(|command| command.arg("--strict"));
    live.until("it waits for the runner", |live| {
        !crate::support::processes_of(live.pid()).is_empty()
    });
    live.signal_group(libc::SIGINT);
    let rows = live.ended().exit(130).files.rows("right", "slow/plain");
    assert!(!rows.is_empty());
    assert!(
        rows.iter().all(|row| row["outcome"] == "not-selected"),
        "{rows:#?}"
    );
}

#[test]
fn a_signal_with_a_container_alive_removes_it() {
    let test = "interrupt-docker";
    if let Err(reason) = lab::isolation::docker::DockerHost::default().version() {
        return skip(test, &reason);
    }
    let _images = Images::of("boxed");
    let lab = Lab::fixture()
        .isolation("docker/runc-nonet")
        .guest("boxed", "fn main() { println!(\"right\"); }")
        .samples(100_000);
    let mut live = lab.begin(|command| command.args(["-i", "docker/*", "-w", "boxed"]));
    live.until_samples(3);
    live.until("a container is there", |live| {
        !containers_of(live.pid()).is_empty()
    });
    live.signal_group(libc::SIGINT);
    let ran = check(live.ended(), 3);
    assert_eq!(containers_of(ran.pid), [""; 0], "a container is left");
}
