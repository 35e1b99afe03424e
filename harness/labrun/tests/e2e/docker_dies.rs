//! A Docker daemon that is killed in mid-run: its rows say so, the rest is measured,
//! what was taken is kept, and the next command cleans up once a daemon is back.

use crate::support::{Lab, Live, skip};

#[path = "../../../lab/tests/docker/own_daemon.rs"]
mod own_daemon;

use own_daemon::OwnDaemon;

#[test]
fn a_daemon_that_dies_in_mid_run_costs_its_rows_alone() {
    let test = "docker-dies";
    // Namespaces of its own need root, and Docker has to be installed.
    // SAFETY: a plain system call.
    let root = unsafe { libc::geteuid() } == 0;
    if let (Err(reason), _) | (Ok(_), Some(reason)) = (
        lab::isolation::docker::DockerHost::default().version(),
        (!root).then(|| "a daemon of its own needs root: sudo scripts/test".to_owned()),
    ) {
        return skip(test, &reason);
    }
    let mut daemon = OwnDaemon::start();
    let socket = daemon.host().version().expect("answers").socket;
    let address = format!("unix://{}", socket.display());
    let lab = Lab::fixture()
        .isolation("docker/runc-nonet")
        .guest("orphan", "fn main() { println!(\"right\"); }")
        .samples(60);
    let mut live = lab.begin(|command| command.env("DOCKER_HOST", &address).args(["-w", "orphan"]));
    live.until("a container was measured", |live| measured(live) >= 2);
    let before = measured(&live);
    // SAFETY: a plain kill of a process that this test started and has not reaped.
    unsafe { libc::kill(daemon.pid().cast_signed(), libc::SIGKILL) };
    let ran = live.ended();
    let code = ran.status.code();
    assert!(
        matches!(code, Some(0 | 101)),
        "{}: {}",
        ran.status,
        ran.stderr
    );
    let ran = ran.rows("orphan", "native/static", "measured", "");
    for row in ran.files.rows("orphan", "docker/runc-nonet") {
        let outcome = row["outcome"].as_str();
        assert!(matches!(outcome, Some("unavailable" | "failed")), "{row:#}");
        let reason = row["reason"].as_str().unwrap_or_default();
        assert!(reason.to_lowercase().contains("docker"), "{reason}");
    }
    assert_eq!(
        ran.files.row("orphan", "native/static", "teardown")["n"],
        60
    );
    assert!(containers(&ran.files.samples(), &ran.files.json("run.json")) >= before);

    daemon.restart();
    let mut doctor = lab.labrun(["doctor"]);
    doctor.env("DOCKER_HOST", &address);
    lab.start(doctor, lab.path()).ended().exit(0);
    let left = std::process::Command::new("docker")
        .args(["-H", &address, "ps", "-aq"])
        .output()
        .expect("docker runs");
    assert_eq!(String::from_utf8_lossy(&left.stdout), "", "containers left");
}

/// Measured launches of containers that are on disk so far.
fn measured(live: &Live) -> usize {
    if !live.files().has("run.json") || live.files().lines() == 0 {
        return 0;
    }
    let text = live.files().text("samples.jsonl");
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let samples: Vec<_> = whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("a whole line"))
        .collect();
    containers(&samples, &live.files().json("run.json"))
}

fn containers(samples: &[serde_json::Value], run: &serde_json::Value) -> usize {
    let is_container = |sample: &&serde_json::Value| {
        let row = sample["row"].as_u64().expect("a row") as usize;
        sample["outcome"] == "measured" && run["rows"][row]["isolation"] == "docker/runc-nonet"
    };
    samples.iter().filter(is_container).count()
}
