//! No daemon of Docker or containerd: its rows say why and how to mend it, and all else is measured.

use crate::support::{Lab, Ran};

const NOWHERE: &str = "unix:///nonexistent/docker.sock";

fn without_daemon(host: &str, args: &[&str]) -> Ran {
    let lab = Lab::fixture().isolation("docker/*");
    lab.begin(|command| command.env("DOCKER_HOST", host).args(args))
        .ended()
}

#[test]
fn without_a_daemon_its_rows_are_unavailable_and_the_rest_is_measured() {
    let mut ran = without_daemon(NOWHERE, &[])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .stderr_has("docker/runc: unavailable");
    for isolation in ["runc", "runc-hostnet", "runc-nonet", "runc-debian"] {
        let isolation = format!("docker/{isolation}");
        let absent = "no Docker daemon answers on /nonexistent/docker.sock";
        ran = ran.rows("right", &isolation, "unavailable", absent);
        // What mends it depends on whether Docker is installed.
        ran = ran.rows("right", &isolation, "unavailable", "it: sudo ");
    }
}

#[test]
fn under_strict_a_missing_daemon_is_an_unfit_environment() {
    let ran = without_daemon(NOWHERE, &["--strict"])
        .exit(102)
        .stderr_has("docker/runc: unavailable: no Docker daemon answers")
        .stderr_has("--strict: nothing was measured");
    assert_eq!(ran.stdout, "");
}

#[test]
fn strict_asks_only_for_what_is_selected() {
    without_daemon(NOWHERE, &["--strict", "--isolation", "native/*"])
        .exit(0)
        .rows("right", "docker/runc", "not-selected", "--isolation");
}

#[test]
fn with_docker_alone_nothing_is_measured() {
    without_daemon(NOWHERE, &["--isolation", "docker/*"])
        .exit(4)
        .rows("right", "native/static", "not-selected", "--isolation");
}

#[test]
fn a_daemon_on_another_machine_is_refused_with_the_way_out() {
    without_daemon("tcp://build.example:2375", &[])
        .exit(0)
        .rows("right", "docker/runc", "unavailable", "unset DOCKER_HOST")
        .rows("right", "native/static", "measured", "");
}

#[test]
fn a_socket_that_accepts_and_says_nothing_holds_nobody_up() {
    let lab = Lab::fixture().isolation("docker/runc");
    let path = lab.path().join("mute.sock");
    // Nobody accepts: the connection stands in the queue.
    let _listener = std::os::unix::net::UnixListener::bind(&path).expect("listens");
    let host = format!("unix://{}", path.display());
    lab.begin(|command| command.env("DOCKER_HOST", host))
        .ended()
        .exit(0)
        .rows("right", "docker/runc", "unavailable", "does not answer")
        .rows("right", "native/static", "measured", "");
}

#[test]
fn doctor_says_how_to_get_docker() {
    let lab = Lab::fixture();
    let mut command = lab.labrun(["doctor"]);
    command.env("DOCKER_HOST", NOWHERE);
    lab.start(command, lab.path())
        .ended()
        .exit(0)
        .stdout_has("no Docker daemon answers on /nonexistent/docker.sock")
        .stdout_has("it: sudo ");
}

#[test]
fn without_a_containerd_nothing_is_compiled_for_it() {
    let package = "[package]\nname = \"labrun-containerd\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    let lab = Lab::fixture()
        .isolation("containerd/runc")
        .write("harness/helpers/containerd/Cargo.toml", package)
        .write("harness/helpers/containerd/src/main.rs", "fn main() {}");
    let nowhere = "/nonexistent/containerd.sock";
    let ran = lab.begin(|command| {
        let command = command
            .env("CONTAINERD_ADDRESS", nowhere)
            .env("PROTOC", "/bin/true");
        command.args(["-i", "containerd/*"])
    });
    let ran = ran.ended().exit(4).rows(
        "right",
        "containerd/runc",
        "unavailable",
        "no containerd answers on /nonexistent/containerd.sock",
    );
    assert!(!ran.stderr.contains("helper"), "{}", ran.stderr);
}
