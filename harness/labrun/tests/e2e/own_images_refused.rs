//! Images that cannot be launched, or do not do what they should: each says why.

use serde_json::json;

use super::own_images::user;
use crate::support::{Image, Lab, User};

/// It does what its first argument says.
const ODD: &str = r#"
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("endless") => loop { println!("again and again"); },
        Some("user") => {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let uid = status.lines().find(|line| line.starts_with("Uid:")).unwrap();
            println!("uid {}", uid.split_whitespace().nth(1).unwrap());
        }
        Some("needs") => match std::env::var("NEEDED") {
            Ok(_) => println!("right"),
            Err(_) => { eprintln!("NEEDED is not set"); std::process::exit(1) }
        },
        _ => println!("right"),
    }
}
"#;

fn odd() -> Lab {
    Lab::fixture()
        .guest("program", ODD)
        .isolation("docker/runc")
        .isolation("docker/runc-debian")
        .isolation("oci/runc")
        .isolation("bubblewrap/unshare-all")
        .samples(1)
        .plan("timeout_s", "5")
}

/// Whatever isolates it: the rows that are there have this outcome and reason.
#[track_caller]
fn on_all(user: &User, args: &[&str], outcome: &str, reason: &str) {
    let ran = user.measure(args);
    for isolation in ["docker/runc", "oci/runc", "bubblewrap/unshare-all"] {
        for row in ran.files.rows("odd", isolation) {
            let said = row["reason"].as_str().unwrap_or_default();
            // A runtime or a sandbox may not be here.
            let is_missing = row["outcome"] == "unavailable" && said.contains("install");
            let is_it = row["outcome"] == outcome && said.contains(reason);
            assert!(is_it || is_missing, "{row:#}\n{}", ran.stderr);
        }
    }
}

#[test]
fn what_is_no_image_is_refused_before_anything_is_begun() {
    let user = User::of(Lab::fixture().guest("program", ODD));
    let image = Image::of(&user.guest("program"));
    user.file("text", "no image\n");
    let whole = std::fs::read(image.write(&user, "whole.tar")).expect("reads");
    user.file("cut.tar", &whole[..whole.len() / 2]);
    image
        .config(&json!({"Entrypoint": null, "Cmd": []}))
        .write(&user, "nothing.tar");
    for (image, reason) in [
        ("text", "and no image"),
        ("./gone.tar", "cannot read"),
        ("cut.tar", "cut off"),
        ("a b", "neither a file nor the name of an image"),
        ("UPPER/Case", "neither a file nor the name of an image"),
        ("nothing.tar", "no entry point and no command"),
    ] {
        user.measure(&["--image", image]).exit(2).stderr_has(reason);
        assert!(!user.path("run").exists(), "a run was begun: {image}");
    }
}

#[test]
fn an_image_that_leads_out_is_refused_once_for_all_isolations() {
    let user = User::of(odd());
    for (name, to) in [
        ("../../escaped", None),
        ("bin/../../escaped", None),
        ("inside", Some("../../etc/passwd")),
    ] {
        let image = Image::of(&user.guest("program")).odd_layer(name, to);
        image.write(&user, "odd.tar");
        let led = to.unwrap_or(name);
        user.measure(&["--image", "odd.tar"])
            .exit(2)
            .stderr_has(&format!("names {led}, which leads out of the image"));
        assert!(!user.path("run").exists(), "a run was begun");
    }
}

#[test]
fn another_architecture_s_image_is_named_with_its_own() {
    let user = User::of(odd());
    Image::of(&user.guest("program"))
        .for_architecture("s390x")
        .write(&user, "odd.tar");
    let ran = user.measure(&["--image", "odd.tar"]).exit(4);
    for isolation in ["docker/runc", "oci/runc", "bubblewrap/unshare-all"] {
        let (reason, rows) = ("odd.tar is an image for linux on s390x", "unavailable");
        for row in ran.files.rows("odd", isolation) {
            let said = row["reason"].as_str().unwrap_or_default();
            assert!(row["outcome"] == rows && said.contains(reason), "{row:#}");
        }
    }
    ran.rows(
        "odd",
        "docker/runc-debian",
        "unsupported",
        "an image has its own",
    );
}

#[test]
fn an_image_without_an_entry_point_starts_what_it_is_given() {
    let Some(user) = user("own-image-no-entry", odd()) else {
        return;
    };
    Image::of(&user.guest("program"))
        .config(&json!({"Entrypoint": null}))
        .write(&user, "odd.tar");
    on_all(
        &user,
        &["--image", "odd.tar", "--", "/bin/app"],
        "measured",
        "",
    );
    on_all(
        &user,
        &["--image", "odd.tar", "--", "/bin/none"],
        "failed",
        "/bin/none",
    );
}

#[test]
fn an_image_s_user_is_who_it_runs_as_or_is_refused() {
    let Some(user) = user("own-image-user", odd()) else {
        return;
    };
    let users = "root:x:0:0::/:/bin/sh\nweb:x:101:102::/:/bin/sh\n";
    let image = Image::of(&user.guest("program"))
        .layer(&[("etc/passwd", 0o644, users.as_bytes().to_vec())])
        .config(&json!({"Cmd": ["user"]}));
    let of = |image: Image, who: &str| {
        image.config(&json!({"User": who})).write(&user, "odd.tar");
        user.measure(&["--image", "odd.tar", "--expect", "^uid 101$"])
    };
    let ran = of(image, "web").rows("odd", "docker/runc", "measured", "");
    for row in ran.files.rows("odd", "oci/runc") {
        assert!(
            row["outcome"] == "measured" || row["outcome"] == "unavailable",
            "{row:#}"
        );
    }
    ran.rows(
        "odd",
        "bubblewrap/unshare-all",
        "unsupported",
        "odd.tar runs as web",
    );
    let image = Image::of(&user.path("program"));
    let ran = of(image, "nobody-there");
    ran.rows(
        "odd",
        "docker/runc",
        "unavailable",
        "not in its /etc/passwd",
    );
}

#[test]
fn what_an_image_prints_and_needs_is_told_as_of_a_program() {
    let Some(user) = user("own-image-odd", odd()) else {
        return;
    };
    Image::of(&user.guest("program")).write(&user, "odd.tar");
    let endless = ["--image", "odd.tar", "--", "endless"];
    on_all(&user, &endless, "timeout", "");
    let needs = ["--image", "odd.tar", "--", "needs"];
    on_all(&user, &needs, "failed", "NEEDED is not set");
    let given = ["--image", "odd.tar", "--env", "NEEDED=1", "--", "needs"];
    on_all(&user, &given, "measured", "");
}
