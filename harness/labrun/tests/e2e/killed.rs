//! SIGKILL of the lab in mid-run: the next one removes what it left behind.

use crate::support::{
    Images, Lab, Live, Runner, containers_of, folders_of, processes_of, skip, until,
};

/// Kills it, then lets another command look at the machine.
fn kill_then(lab: &Lab, live: Live, next: &[&str]) -> u32 {
    let pid = live.pid();
    live.signal(libc::SIGKILL);
    let ran = live.ended();
    assert_eq!(ran.status.code(), None, "it was killed");
    lab.run(next).exit(0);
    until("its processes are gone", || {
        processes_of(pid).is_empty().then_some(())
    });
    assert_eq!(folders_of(pid), [""; 0], "a scratch folder is left");
    pid
}

#[test]
fn the_next_command_ends_a_server_that_was_left() {
    let deaf = "fn main() { loop { std::thread::park(); } }";
    let lab = Lab::fixture().plan("timeout_s", "600").server("deaf", deaf);
    lab.run(["build", "-i", "native/*"]).exit(0);
    for next in [
        &["doctor"][..],
        &["scenario", "cold-start", "-w", "right", "--out", "next"],
    ] {
        let mut live = lab.begin(|command| command.args(["-w", "deaf"]));
        live.until("the server runs", |live| {
            !processes_of(live.pid()).is_empty() && !folders_of(live.pid()).is_empty()
        });
        kill_then(&lab, live, next);
    }
}

#[test]
fn the_next_command_ends_a_runner_that_was_left() {
    let lab = Lab::fixture()
        .plan("timeout_s", "600")
        .runner(&Runner::new("stuck", "sleep 1000"));
    let mut live = lab.begin(|command| command.args(["-i", "stuck/*"]));
    live.until("the runner runs", |live| {
        processes_of(live.pid()).len() >= 2
    });
    kill_then(&lab, live, &["doctor"]);
}

#[test]
fn the_next_command_ends_a_build_that_was_left() {
    let lab = Lab::fixture().guest("slow", "fn main() { println!(\"right\"); }");
    let begun = lab.path().join("begun");
    let script = format!(
        "fn main() {{ std::fs::write({begun:?}, \"\").unwrap(); loop {{ std::thread::park(); }} }}"
    );
    let lab = lab.write("workloads/slow/build.rs", &script);
    let mut live = lab.begin(|command| command);
    live.until("the build is under way", |_| begun.is_file());
    kill_then(&lab, live, &["doctor"]);
}

#[test]
fn the_samples_of_a_killed_run_are_whole() {
    let lab = Lab::fixture().samples(100_000);
    let mut live = lab.begin(|command| command);
    live.until_samples(10);
    let files = live.files();
    kill_then(&lab, live, &["doctor"]);
    let path = files.path().to_str().expect("a name");
    let again = lab.run(["report", path, "--json"]).exit(0);
    let row = again.json()["results"][0].clone();
    assert!(row["n"].as_u64() >= Some(5), "{row:#}");
    assert!(files.has("report.html"));
    let why = files.json("run.json")["interrupted"].clone();
    assert!(
        why.as_str()
            .is_some_and(|why| why.contains("still going on"))
    );
}

#[test]
fn a_run_has_its_page_before_it_is_over() {
    let lab = Lab::fixture().samples(100_000);
    let mut live = lab.begin(|command| command);
    live.until("the page is there", |live| live.files().has("report.html"));
    let files = live.files();
    kill_then(&lab, live, &["doctor"]);
    let page = std::fs::read_to_string(files.path().join("report.html")).expect("a page");
    assert!(page.contains("Incomplete.") && page.contains("still going on"));
    assert_eq!(
        files.json("summary.json")["results"][0]["outcome"],
        "measured"
    );
}

#[test]
fn the_next_command_removes_a_container_that_was_left() {
    let test = "killed-docker";
    if let Err(reason) = lab::isolation::docker::DockerHost::default().version() {
        return skip(test, &reason);
    }
    let _images = Images::of("left-behind");
    let lab = Lab::fixture()
        .plan("timeout_s", "600")
        .isolation("docker/runc-nonet")
        .guest("left-behind", "fn main() { loop { std::thread::park(); } }");
    let mut live = lab.begin(|command| command.args(["-i", "docker/*", "-w", "left-behind"]));
    live.until("the container is there", |live| {
        !containers_of(live.pid()).is_empty()
    });
    let pid = kill_then(&lab, live, &["doctor"]);
    assert_eq!(containers_of(pid), [""; 0], "a container is left");
}
