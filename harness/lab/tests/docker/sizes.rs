//! An image by its layers, against what `docker save` writes; and the daemon's programs.

use std::path::Path;
use std::process::Command;

use lab::interrupt::Interrupt;
use lab::isolation::Base;
use lab::isolation::docker::{self, DockerHost};
use lab::outcome::Failure;
use lab::size::{LAYER_GZIP_LEVEL, docker_side, image_size};
use labrun_record::Outcome;

use crate::own_daemon::OwnDaemon;
use crate::support::{daemon, image, skip};

fn never() -> Interrupt {
    Interrupt::never().expect("an interrupt")
}

/// What a shell prints.
fn shell(script: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", script])
        .output()
        .expect("sh runs");
    assert!(
        output.status.success(),
        "{script}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("plain text")
}

/// Bytes and digest of each layer, through Docker's own command, tar and sha256sum.
fn layers_of(image: &str) -> Vec<(u64, String)> {
    let ids = shell(&format!(
        "docker image inspect -f '{{{{range .RootFS.Layers}}}}{{{{println .}}}}{{{{end}}}}' {image}"
    ));
    // Every file in the archive, so that the name of a layer in either layout is no matter.
    let files = shell(&format!(
        "docker save {image} | tar -x --to-command='sha256sum | cut -c-64 | tr \"\\n\" \" \"; echo $TAR_SIZE'"
    ));
    let size = |id: &str| {
        let line = files.lines().find_map(|line| line.strip_prefix(id));
        line.expect("is saved").trim().parse().expect("a size")
    };
    let ids = ids
        .split_whitespace()
        .map(|id| id.trim_start_matches("sha256:"));
    ids.map(|id| (size(id), id.to_owned())).collect()
}

#[test]
fn a_layer_is_what_docker_saves() {
    let Some(host) = daemon("size-image") else {
        return;
    };
    let image = image(&host, Base::Scratch).expect("builds");
    let size = image_size(&host, &image.tag, None, &never()).expect("is saved");
    let found: Vec<_> = size
        .layers()
        .map(|layer| (layer.bytes, layer.sha256.clone()))
        .collect();
    assert_eq!(found, layers_of(&image.tag));
    assert_eq!((size.base.len(), size.own.len()), (0, 1));
    // The tar has the binary, whose size is the image's, and less than 4 KiB around it.
    assert!((image.bytes..image.bytes + 4096).contains(&size.bytes()));
    let layer = &size.own[0];
    assert!(layer.gzip_bytes < layer.bytes);
    assert_eq!(size.gzip_bytes(), layer.gzip_bytes + size.config_bytes);

    // gzip(1) makes about as much of it.
    let theirs: f64 = shell(&format!(
        "docker save {} | tar -x --to-command='test $TAR_SIZE = {} && gzip -{LAYER_GZIP_LEVEL} | wc -c || true'",
        image.tag, layer.bytes
    ))
    .trim()
    .parse()
    .expect("a size");
    let ratio = layer.gzip_bytes as f64 / theirs;
    assert!((0.97..1.03).contains(&ratio), "{ratio}");
}

#[test]
fn the_layers_of_the_base_are_told_from_our_own() {
    let test = "size-image-debian";
    let Some(host) = daemon(test) else { return };
    let image = match image(&host, Base::Debian) {
        Ok(image) => image,
        Err(Failure::Outcome(Outcome::Unavailable, reason)) => return skip(test, &reason),
        Err(error) => panic!("{error}"),
    };
    let base = docker::base_image(Base::Debian).expect("has a name");
    let size = image_size(&host, &image.tag, Some(&base), &never()).expect("is saved");
    assert_eq!((size.base.len(), size.own.len()), (1, 1));
    let found: Vec<_> = size
        .layers()
        .map(|layer| (layer.bytes, layer.sha256.clone()))
        .collect();
    assert_eq!(found, layers_of(&image.tag));
    assert!(
        size.base[0].bytes > 50_000_000 && size.own[0].bytes < 5_000_000,
        "{size:?}"
    );

    // On another base it was not built.
    let scratch = crate::support::image(&host, Base::Scratch).expect("builds");
    let error = image_size(&host, &scratch.tag, Some(&base), &never()).expect_err("another base");
    assert!(
        error.to_string().contains("was not built on labrun/debian"),
        "{error}"
    );
}

#[test]
fn an_image_that_is_not_there_is_named() {
    let Some(host) = daemon("size-image-missing") else {
        return;
    };
    let error = image_size(&host, "labrun/none:none", None, &never()).expect_err("is not there");
    assert!(matches!(error, Failure::Outcome(Outcome::Failed, _)));
    assert!(
        error.to_string().contains("has no image labrun/none:none"),
        "{error}"
    );
}

#[test]
fn an_absent_daemon_has_no_sizes() {
    let host = DockerHost::at("unix:///nonexistent/docker.sock");
    let image = image_size(&host, "any", None, &never()).expect_err("nobody answers");
    let side = docker_side(&host).expect_err("nobody answers");
    for error in [image, side] {
        assert!(matches!(error, Failure::Outcome(Outcome::Unavailable, _)));
        assert!(
            error.to_string().contains("/nonexistent/docker.sock"),
            "{error}"
        );
    }
}

#[test]
fn the_programs_of_the_daemon_are_those_that_run() {
    let test = "size-docker-side";
    if daemon(test).is_none() {
        return;
    }
    // SAFETY: geteuid() takes nothing and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return skip(
            test,
            "only root can start a second daemon: sudo scripts/test",
        );
    }
    let own = OwnDaemon::start();
    let side = docker_side(&own.host()).expect("is seen");
    let names: Vec<_> = side.iter().map(|needed| needed.name.as_str()).collect();
    let expected = [
        "dockerd",
        "docker-proxy",
        "containerd",
        "containerd-shim-runc-v2",
        "runc",
    ];
    assert_eq!(names, expected);
    let running = std::fs::read_link(format!("/proc/{}/exe", own.pid())).expect("runs");
    assert_eq!(side[0].path, running);
    for needed in &side {
        assert!(Path::new(&needed.path).is_file());
        let bytes = std::fs::metadata(&needed.path).expect("is there").len();
        assert!(needed.bytes == bytes && bytes > 0, "{needed:?}");
    }
    let version = own.host().version().expect("answers");
    assert_eq!(side[0].version.as_ref(), Some(&version.docker));
    for at in [2, 4] {
        let stated = side[at].version.as_ref().expect("the daemon says it");
        assert!(
            version
                .components
                .contains(&format!("{} {stated}", side[at].name))
        );
    }
}

/// Tells the child to save an image and to interrupt itself.
const CHILD: &str = "LABRUN_TEST_SAVE_INTERRUPTED";

#[test]
fn ctrl_c_ends_a_save_whose_stream_never_pauses() {
    let Some(host) = daemon("size-image-interrupt") else {
        return;
    };
    let image = image(&host, Base::Scratch).expect("builds");
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "sizes::an_interrupted_save", "--nocapture"])
        .env(CHILD, &image.tag)
        .output()
        .expect("runs");
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(printed.contains("the save was interrupted"), "{printed}");
}

/// The child's half; nothing when it is run as a test of its own.
#[test]
fn an_interrupted_save() {
    let Ok(image) = std::env::var(CHILD) else {
        return;
    };
    let interrupt = Interrupt::catch().expect("catches");
    let saved = DockerHost::default().save(&image, &interrupt, |archive| {
        let mut first = [0];
        archive.read_exact(&mut first)?;
        // SAFETY: raise() takes no pointer; the signal is caught, on this thread, before it
        // returns.
        unsafe { libc::raise(libc::SIGINT) };
        std::io::copy(archive, &mut std::io::sink())
    });
    assert!(matches!(saved, Err(Failure::Interrupted)), "{saved:?}");
    println!("the save was interrupted");
}
