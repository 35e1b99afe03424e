//! Images of the user's own: the same on every isolation that makes containers, by real daemons and
//! runtimes where they are here.

use serde_json::json;

use crate::support::{Image, Lab, Question, Ran, User, skip};

/// What is in the images: it says what it sees, once.
const APP: &str = r#"
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let folder = std::env::current_dir().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let uid = status.lines().find(|line| line.starts_with("Uid:")).unwrap();
    let uid = uid.split_whitespace().nth(1).unwrap();
    let file = std::fs::read_to_string("/etc/fact").unwrap_or_default();
    // What another launch has written here would be seen.
    let was = std::path::Path::new("/tmp/mine").exists();
    let _ = std::fs::create_dir_all("/tmp");
    let wrote = std::fs::write("/tmp/mine", "x").is_ok();
    println!("{} {} {} {} uid {uid} fact {file} was {was} wrote {wrote}",
        args.join("+"), variable("FROM_IMAGE"), variable("GIVEN"), folder.display());
}
"#;

/// Isolations that take an image, with what each needs.
const CONTAINERS: [&str; 6] = [
    "docker/runc",
    "docker/runc-hostnet",
    "docker/runc-nonet",
    "oci/runc",
    "oci/youki",
    "bubblewrap/unshare-all",
];

fn lab() -> Lab {
    let lab = Lab::fixture().guest("program", APP).samples(2);
    CONTAINERS.iter().fold(lab, |lab, glob| lab.isolation(glob))
}

/// A user; none where containers cannot be made.
pub(crate) fn user(test: &str, lab: Lab) -> Option<User> {
    // SAFETY: geteuid() takes nothing and cannot fail.
    let is_root = unsafe { libc::geteuid() } == 0;
    let daemon = lab::isolation::docker::DockerHost::default().version();
    let missing = if is_root {
        daemon.err()
    } else {
        Some("it needs root".to_owned())
    };
    if let Some(reason) = missing {
        skip(test, &reason);
        return None;
    }
    Some(User::of(lab))
}

/// An image with the program and its facts.
fn image(user: &User) -> Image {
    Image::of(&user.guest("program"))
        .layer(&[
            ("etc/fact", 0o644, b"old".to_vec()),
            ("etc/gone", 0o644, b"gone".to_vec()),
        ])
        .layer(&[
            ("etc/fact", 0o644, b"new".to_vec()),
            ("etc/.wh.gone", 0o644, Vec::new()),
        ])
        .config(&json!({
            "Cmd": ["from", "image"], "Env": ["PATH=/bin", "FROM_IMAGE=yes"],
            "WorkingDir": "/srv/new",
        }))
}

/// It is measured on each of these that is here, and on none it is something else.
#[track_caller]
fn is_measured(ran: &Ran, workload: &str, isolations: &[&str]) {
    for isolation in isolations {
        let rows = ran.files.rows(workload, isolation);
        assert!(!rows.is_empty(), "{isolation}");
        for row in rows {
            // A runtime or a sandbox may not be here.
            let is_docker = isolation.starts_with("docker/runc");
            let outcome = row["outcome"].as_str().expect("an outcome");
            let may_be = outcome == "unavailable" && !is_docker;
            assert!(outcome == "measured" || may_be, "{row:#}\n{}", ran.stderr);
        }
    }
}

#[test]
fn an_image_is_the_same_on_every_isolation() {
    let Some(user) = user("own-image", lab()) else {
        return;
    };
    let written = image(&user).write(&user, "app.tar");
    // Each prints the same first line, or it is no right output.
    let line = "from.image yes  /srv/new uid 0 fact new was false wrote true";
    let ran = user.measure(&["--image", "app.tar", "--expect", &format!("^{line}$")]);
    let ran = ran.exit(0);
    is_measured(&ran, "app", &CONTAINERS);
    let run = ran.files.json("run.json");
    let given = run["given"].as_array().expect("a list");
    assert_eq!(given.len(), 1, "{given:?}");
    assert_eq!(
        (&given[0]["name"], &given[0]["target"]),
        (&"app.tar".into(), &"image".into())
    );
    let facts = lab::inspect::image_archive(&written).expect("reads");
    assert_eq!(given[0]["sha256"], facts.id.as_str());
    for artifact in run["artifacts"].as_array().expect("a list") {
        assert_eq!(
            artifact["sha256"],
            facts.id.as_str(),
            "one digest everywhere"
        );
        assert_eq!(artifact["bytes"], facts.bytes);
    }
    user.lab_is_untouched();
}

#[test]
fn arguments_and_variables_come_instead_of_the_image_s() {
    let Some(user) = user("own-image-arguments", lab()) else {
        return;
    };
    image(&user).write(&user, "app.tar");
    let asked = |expect: &str| {
        let args = [
            "--image",
            "app.tar",
            "--env",
            "GIVEN",
            "--env",
            "FROM_IMAGE=no",
            "--expect",
            expect,
            "--",
            "mine",
            "too",
        ];
        user.measure_with(&args, &[("GIVEN", "s3cret-value")])
    };
    let ran = asked("^mine.too no s3cret.value /srv/new ").exit(0);
    is_measured(&ran, "app", &CONTAINERS);
    for name in ["run.json", "summary.json", "samples.jsonl", "report.html"] {
        let text = ran.files.text(name);
        assert!(!text.contains("s3cret-value"), "it is in {name}");
    }
    // Nor is it in the reason of a launch that printed it.
    let ran = asked("^other$").exit(101);
    let text = ran.files.text("summary.json");
    assert!(
        text.contains("$GIVEN") && !text.contains("s3cret-value"),
        "{text}"
    );
}

#[test]
fn one_that_the_daemon_holds_is_asked_of_it_and_never_pulled() {
    let Some(user) = user("own-image-held", lab()) else {
        return;
    };
    let written = image(&user).write(&user, "app.tar");
    let none = "registry.invalid/none:1";
    user.measure(&["--image", none]).exit(4).rows(
        "none",
        "docker/runc",
        "unavailable",
        &format!("docker pull {none}"),
    );
    // The daemon has it under this name once it was measured.
    user.measure(&["--image", "app.tar", "-i", "docker/runc", "-r", "1"])
        .exit(0);
    let id = lab::inspect::image_archive(&written).expect("reads").id;
    let held = format!("labrun/own:{}", &id[..12]);
    let ran = user.measure(&["--image", &held, "--name", "held"]).exit(0);
    is_measured(&ran, "held", &CONTAINERS);
    let run = ran.files.json("run.json");
    assert_eq!(
        run["given"][0]["sha256"],
        id.as_str(),
        "it is the same image"
    );
    // A plan asks no daemon.
    let plan = ["plan", "cold-start", "--image", none];
    user.run_with(&plan, &[("DOCKER_HOST", "unix:///nowhere")])
        .exit(0);
}

#[test]
fn two_images_are_two_workloads_and_have_sizes() {
    let size = CONTAINERS
        .iter()
        .fold(Question::size(), |size, glob| size.isolation(glob));
    let lab = lab().question(&size.of("right", ""));
    let Some(user) = user("own-image-two", lab) else {
        return;
    };
    image(&user).write(&user, "app.tar");
    let other = image(&user).layer(&[("more", 0o644, vec![7; 100_000])]);
    other.write(&user, "other.tar");
    let args = ["--image", "app.tar", "--image", "other.tar"];
    let ran = user.ask("size", &args, &[]).exit(0);
    let bytes = |workload: &str, isolation: &str| {
        let rows = ran.files.rows(workload, isolation);
        let shipped = rows.iter().find(|row| row["params"]["form"] == "shipped");
        shipped.and_then(|row| row["median"].as_f64())
    };
    let app = bytes("app", "docker/runc").expect("is counted");
    let other = bytes("other", "docker/runc").expect("is counted");
    assert!(other >= app + 100_000.0, "{app} {other}");
    for isolation in ["oci/runc", "bubblewrap/unshare-all"] {
        // The same layers are shipped everywhere.
        assert!(
            bytes("app", isolation).is_none_or(|bytes| (bytes - app).abs() < 1.0),
            "{isolation}"
        );
    }
}

#[test]
fn a_folder_with_an_image_is_a_workload_and_goes_into_a_bundle() {
    let Some(user) = user("own-image-bundle", lab()) else {
        return;
    };
    image(&user).write(&user, "app.tar");
    user.run_with(
        &["new", "workload", "mine", "--from", "app.tar", "--no-run"],
        &[],
    )
    .exit(0);
    let text = std::fs::read_to_string(user.path("mine/workload.toml")).expect("is there");
    assert!(text.contains("image = \"app.tar\""), "{text}");
    let bundle = [
        "bundle",
        "cold-start",
        "-w",
        "mine/",
        "--out",
        "mine.tar.zst",
    ];
    user.run_with(&bundle, &[]).exit(0);
    let ran = user.run_with(
        &["scenario", "--bundle", "mine.tar.zst", "--out", "run"],
        &[],
    );
    is_measured(&ran.exit(0), "mine", &CONTAINERS);
    // One that a daemon holds is named and not copied.
    user.run_with(
        &[
            "new",
            "workload",
            "held",
            "--from",
            "my/app:1.2",
            "--no-run",
        ],
        &[],
    )
    .exit(0);
    let text = std::fs::read_to_string(user.path("held/workload.toml")).expect("is there");
    assert!(text.contains("image = \"my/app:1.2\""), "{text}");
}

/// gVisor, of the release that Debian has, lets it on its own account, by Docker too.
#[test]
fn who_is_not_root_may_not_write_to_the_root_of_an_image() {
    let more = ["oci/crun", "docker/crun"];
    let lab = more.iter().fold(lab(), |lab, glob| lab.isolation(glob));
    let Some(user) = user("own-image-user-writes", lab) else {
        return;
    };
    let of = |who: &str, expect: &str| {
        image(&user)
            .config(&json!({"User": who}))
            .write(&user, "app.tar");
        user.measure(&["--image", "app.tar", "--expect", expect])
    };
    let ran = of("1000", " uid 1000 fact new was false wrote false$").exit(0);
    let all = CONTAINERS.iter().chain(&more);
    let all: Vec<&str> = all
        .copied()
        .filter(|one| !one.starts_with("bubblewrap"))
        .collect();
    is_measured(&ran, "app", &all);
    let ran = of("0", " uid 0 fact new was false wrote true$").exit(0);
    is_measured(&ran, "app", &all);
}
