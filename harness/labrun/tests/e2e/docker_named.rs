//! What runs as a container's runtime is what its row is called after: a daemon whose default is
//! another, which starts something else by that name or another version, or which is not Docker's.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Lab, Ran};

/// Answers as a daemon that has made nothing.
fn answer(stream: UnixStream, version: &Value, info: &Value) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let path = path.split('?').next().unwrap_or_default();
    let (status, body) = match path.rsplit('/').next() {
        Some("version") => ("200 OK", version.to_string()),
        Some("info") => ("200 OK", info.to_string()),
        Some("_ping") => ("200 OK", "OK".to_owned()),
        _ if path.ends_with("/containers/json") => ("200 OK", "[]".to_owned()),
        _ => (
            "404 Not Found",
            "{\"message\": \"there is none\"}".to_owned(),
        ),
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// What doctor says where such a daemon listens, with these components and runtimes.
fn doctor(lab: &Lab, engine: &str, runtimes: &Value) -> Ran {
    doctor_of(
        lab,
        &json!([{"Name": engine, "Version": "24.0.7"}]),
        &json!({"DefaultRuntime": "nvidia", "Runtimes": runtimes}),
    )
}

/// The same, with all that the daemon says of its components and of itself.
fn doctor_of(lab: &Lab, components: &Value, info: &Value) -> Ran {
    let path = lab.path().join("docker.sock");
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(&path).expect("listens");
    let version = json!({
        "Version": "24.0.7", "ApiVersion": "1.43", "MinAPIVersion": "1.12",
        "Components": components,
    });
    let info = info.clone();
    // It ends with this process: a daemon listens for ever.
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (version, info) = (version.clone(), info.clone());
            std::thread::spawn(move || answer(stream, &version, &info));
        }
    });
    let mut command = lab.labrun(["doctor"]);
    command.env("DOCKER_HOST", format!("unix://{}", path.display()));
    lab.start(command, lab.path()).ended().exit(0)
}

/// The line of an isolation.
#[track_caller]
fn line<'a>(ran: &'a Ran, isolation: &str) -> &'a str {
    let name = format!("{isolation} ");
    let found = ran.stdout.lines().find(|line| line.starts_with(&name));
    found.unwrap_or_else(|| panic!("no {isolation} in {}", ran.stdout))
}

fn program(path: &Path, says: &str) {
    fs::write(path, format!("#!/bin/sh\necho '{says}'\n")).expect("writes a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("may be executed");
}

#[test]
fn a_daemon_without_the_named_runtime_has_none_of_its_rows() {
    let lab = Lab::fixture();
    let ran = doctor(
        &lab,
        "Engine",
        &json!({"nvidia": {"path": "nvidia-runtime"}}),
    );
    for isolation in ["docker/runc", "docker/runc-nonet", "docker/crun"] {
        let line = line(&ran, isolation);
        let runtime = isolation["docker/".len()..]
            .split('-')
            .next()
            .expect("a name");
        let reason = format!("has no runtime `{runtime}`");
        assert!(line.contains("missing") && line.contains(&reason), "{line}");
    }
}

#[test]
fn a_runtime_that_is_another_by_that_name_is_not_measured_as_it() {
    let lab = Lab::fixture();
    let (runc, crun) = (lab.path().join("runc"), lab.path().join("crun"));
    program(&runc, "runc version 1.2.3");
    program(&crun, "crun version 1.2.3");
    let runtimes =
        |runc: &Path, crun: &Path| json!({"runc": {"path": runc}, "crun": {"path": crun}});
    let ran = doctor(&lab, "Engine", &runtimes(&runc, &crun));
    assert!(line(&ran, "docker/runc").contains(" ok "), "{}", ran.stdout);
    assert!(line(&ran, "docker/crun").contains(" ok "), "{}", ran.stdout);
    let ran = doctor(&lab, "Engine", &runtimes(&crun, &runc));
    for (isolation, other) in [("docker/runc", "crun"), ("docker/crun", "runc")] {
        let line = line(&ran, isolation);
        let reason = format!("which calls itself \"{other} version 1.2.3\"");
        assert!(line.contains("missing") && line.contains(&reason), "{line}");
    }
}

#[test]
fn a_runtime_of_another_version_than_the_daemon_says_is_another() {
    let lab = Lab::fixture();
    fs::create_dir_all(lab.path().join("bin")).expect("makes a folder");
    program(&lab.path().join("bin/runc"), "runc version 1.2.3");
    program(&lab.path().join("bin/crun"), "crun version 1.14");
    let info = json!({
        "DefaultRuntime": "runc", "Runtimes": {"runc": {"path": "runc"}, "crun": {"path": "crun"}},
    });
    let of = |version: &str| {
        json!([
            {"Name": "Engine", "Version": "24.0.7"},
            {"Name": "containerd", "Version": "1.6.20"},
            {"Name": "runc", "Version": version},
        ])
    };
    let ran = doctor_of(&lab, &of("1.2.3"), &info);
    for (isolation, version) in [("docker/runc", "runc 1.2.3"), ("docker/crun", "crun 1.14")] {
        let line = line(&ran, isolation);
        let versions = format!("Docker 24.0.7, containerd 1.6.20, {version} (started by a script)");
        assert!(line.contains(" ok ") && line.ends_with(&versions), "{line}");
    }
    let ran = doctor_of(&lab, &of("1.14"), &info);
    let runc = line(&ran, "docker/runc");
    let reason = "runtime `runc` is version 1.14, it says, and ";
    assert!(runc.contains("missing") && runc.contains(reason), "{runc}");
    assert!(line(&ran, "docker/crun").contains(" ok "), "{}", ran.stdout);
}

#[test]
fn an_engine_that_is_not_docker_s_is_not_measured_as_docker() {
    let lab = Lab::fixture();
    let ran = doctor(&lab, "Podman Engine", &json!({"runc": {"path": "runc"}}));
    for isolation in ["docker/runc", "docker/runc-debian", "docker/crun"] {
        let line = line(&ran, isolation);
        let reason = "is Podman Engine, and not Docker";
        assert!(line.contains("missing") && line.contains(reason), "{line}");
    }
}

/// The main thread's name, by which a daemon is known.
fn called(name: &str) {
    fs::write(format!("/proc/self/task/{}/comm", std::process::id()), name).expect("renames it");
}

#[test]
fn a_runtime_that_is_a_script_or_is_not_there_is_told() {
    let lab = Lab::fixture();
    let runc = lab.path().join("runc");
    program(&runc, "runc version 1.2.3");
    let runtimes = json!({"runc": {"path": runc}, "crun": {"path": "/no/such/folder/crun"}});
    let ran = doctor(&lab, "Engine", &runtimes);
    let found = line(&ran, "docker/runc");
    assert!(
        found.ends_with("runc 1.2.3 (started by a script)"),
        "{found}"
    );
    // Whose files those are that a daemon sees, who knows.
    assert!(line(&ran, "docker/crun").contains(" ok "), "{}", ran.stdout);
    let own = fs::read_to_string(format!("/proc/self/task/{}/comm", std::process::id()));
    let own = own.expect("has a name");
    called("dockerd");
    let ran = doctor(&lab, "Engine", &runtimes);
    called(own.trim());
    let absent = line(&ran, "docker/crun");
    let reason = "runtime `crun` is /no/such/folder/crun, where no program is: name crun's own";
    assert!(
        absent.contains("missing") && absent.contains(reason),
        "{absent}"
    );
}
