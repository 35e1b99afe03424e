//! Servers in images of the user's own: on their port, told one, and those that nobody can reach.

use serde_json::json;

use super::own_images::user;
use crate::support::{Image, Lab, Ran, User};

/// It listens where its first argument says, answers its first `UNREADY` requests with 503, and handles no
/// signal, but for SIGTERM with `STUBBORN`, by going on.
const SERVER: &str = r#"
use std::io::{Read, Write};
unsafe extern "C" {
    safe fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}
extern "C" fn goes_on(_: i32) {}
fn main() {
    if std::env::var_os("STUBBORN").is_some() {
        signal(15, goes_on);
    }
    let address = match std::env::args().nth(1).as_deref() {
        Some("ends") => return,
        Some(address) => address.to_owned(),
        None => "0.0.0.0:9123".to_owned(),
    };
    let unready: u32 = std::env::var("UNREADY").map_or(0, |n| n.parse().unwrap());
    let listener = std::net::TcpListener::bind(address).unwrap();
    for (number, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let (status, body) = if (number as u32) < unready { ("503 Wait", "wait\n") } else { ("200 OK", "right\n") };
        let length = body.len();
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    }
}
"#;

const CONTAINERS: [&str; 6] = [
    "docker/runc",
    "docker/runc-hostnet",
    "docker/runc-nonet",
    "oci/runc",
    "oci/youki",
    "bubblewrap/unshare-all",
];

fn served(test: &str) -> Option<User> {
    let lab = Lab::fixture()
        .guest("server", SERVER)
        .samples(1)
        .plan("timeout_s", "10");
    let lab = CONTAINERS.iter().fold(lab, |lab, glob| lab.isolation(glob));
    let user = user(test, lab)?;
    Image::of(&user.guest("server"))
        .config(&json!({"ExposedPorts": {"9123/tcp": {}}}))
        .write(&user, "web.tar");
    Some(user)
}

fn ask(user: &User, more: &[&str]) -> Ran {
    user.measure(&[&["--image", "web.tar", "--http", "/"], more].concat())
}

/// The rows on these have this outcome and reason, where they are here.
#[track_caller]
fn all(ran: &Ran, isolations: &[&str], outcome: &str, reason: &str) {
    for isolation in isolations {
        let rows = ran.files.rows("web", isolation);
        assert!(!rows.is_empty(), "{isolation}");
        for row in rows {
            let said = row["reason"].as_str().unwrap_or_default();
            let is_missing = row["outcome"] == "unavailable"
                && (said.contains("install") || said.contains("cannot be had"));
            let is_it = row["outcome"] == outcome && said.contains(reason);
            assert!(is_it || is_missing, "{row:#}\n{}", ran.stderr);
        }
    }
}

#[test]
fn a_server_is_reached_on_the_port_that_it_exposes_or_is_told() {
    let Some(user) = served("own-image-server") else {
        return;
    };
    for more in [
        &[][..],
        &["--port", "9124", "--", "0.0.0.0:9124"],
        &["--", "0.0.0.0:{port}"],
        &["--env", "UNREADY=3"],
    ] {
        all(&ask(&user, more), &CONTAINERS, "measured", "");
    }
}

#[test]
fn a_server_that_cannot_be_reached_says_where_it_listens() {
    let Some(user) = served("own-image-unreached") else {
        return;
    };
    let own = [
        "docker/runc",
        "docker/runc-nonet",
        "oci/runc",
        "bubblewrap/unshare-all",
    ];
    let ran = ask(&user, &["--", "127.0.0.1:9123"]);
    all(&ran, &own, "timeout", "it listens on 127.0.0.1 alone");
    let ran = ask(&user, &["--", "0.0.0.0:9999"]);
    all(
        &ran,
        &own,
        "timeout",
        "0.0.0.0 port 9999, and not on port 9123",
    );
    let ran = ask(&user, &["--", "ends"]);
    all(&ran, &own, "failed", "before it answered");
}

/// Docker waits for ten seconds. One launch that is discarded does, and none that counts.
#[test]
fn a_server_that_handles_sigterm_and_stays_is_waited_for_once() {
    let Some(user) = served("own-image-stubborn") else {
        return;
    };
    let asked = ["-r", "3", "--warmup", "1", "--env", "STUBBORN=1"];
    let containers = ["docker/runc", "oci/runc"];
    let ran = ask(
        &user,
        &[&asked[..], &["-i", "docker/runc", "-i", "oci/runc"]].concat(),
    );
    all(&ran, &containers, "measured", "");
    let rows = containers.map(|container| ran.files.rows("web", container));
    let ended = rows.iter().flatten();
    let ended = ended.filter(|row| row["metric"] == "teardown" && row["outcome"] == "measured");
    let longest_ns = ended.map(|row| row["max"].as_f64().expect("a number"));
    let longest_ns = longest_ns.reduce(f64::max).expect("one was measured");
    assert!(longest_ns < 10e9, "{longest_ns}");
}

#[test]
fn a_server_whose_port_is_not_known_is_not_guessed_at() {
    let Some(user) = served("own-image-no-port") else {
        return;
    };
    let image = |ports: &serde_json::Value| {
        Image::of(&user.path("server"))
            .config(&json!({"ExposedPorts": ports}))
            .write(&user, "web.tar")
    };
    for (ports, told) in [
        (json!({}), "the image exposes none"),
        (json!({"53/udp": {}}), "the image exposes none"),
        (
            json!({"80/tcp": {}, "443/tcp": {}}),
            "the image exposes 80, 443",
        ),
    ] {
        image(&ports);
        ask(&user, &[])
            .exit(2)
            .stderr_has(told)
            .stderr_has("--port N");
        assert!(!user.path("run").exists(), "a run was begun");
    }
    // One that the daemon holds is asked of it, before anything is begun.
    let written = image(&json!({}));
    let once = ["--image", "web.tar", "-i", "docker/runc", "--", "ends"];
    user.measure(&[&["--expect", "any"], &once[..]].concat())
        .exit(0);
    let id = lab::inspect::image_archive(&written).expect("reads").id;
    let held = format!("labrun/own:{}", &id[..12]);
    user.measure(&["--image", &held, "--http", "/"])
        .exit(2)
        .stderr_has(&format!("{held}: it is not said on which port it listens"));
    assert!(!user.path("run").exists(), "a run was begun");
}
