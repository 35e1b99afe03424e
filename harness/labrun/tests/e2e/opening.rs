//! `labrun open`: which page is opened, and what is said where nothing opens it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::{Lab, Ran, RunFiles};

/// A lab in whose `runs` are these, which began at these times.
fn lab(runs: &[(&str, &str)]) -> Lab {
    let lab = Lab::unbuilt();
    for (name, started) in runs {
        run(&lab, &format!("runs/{name}"), started);
    }
    lab
}

fn run(lab: &Lab, name: &str, started: &str) -> RunFiles {
    let recorded = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../record/tests/runs/3-cold-start"
    );
    let files = RunFiles::of(&lab.path().join(name));
    fs::create_dir_all(files.path()).expect("makes folders");
    for file in ["run.json", "samples.jsonl"] {
        let from = format!("{recorded}/{file}");
        fs::copy(from, files.path().join(file)).expect("copies");
    }
    let mut run = files.json("run.json");
    run["started"] = json!(started);
    fs::write(files.path().join("run.json"), run.to_string()).expect("writes");
    files
}

/// What opens files on the machine of this test; it writes down which.
fn opener(lab: &Lab, last: &str) {
    let bin = lab.path().join("bin");
    fs::create_dir_all(&bin).expect("makes a folder");
    let name = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let script = format!(
        "#!/bin/sh\necho \"$@\" > \"{}/opened\"\n{last}\n",
        lab.path().display()
    );
    fs::write(bin.join(name), script).expect("writes a program");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(bin.join(name), mode).expect("may be run");
}

fn open(lab: &Lab, args: &[&str], display: Option<&str>) -> Ran {
    let mut command = lab.labrun(["open"].iter().chain(args));
    for name in ["DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(name);
    }
    command.envs(display.map(|name| ("DISPLAY", name)));
    lab.start(command, lab.path()).ended()
}

#[test]
fn a_page_that_is_older_than_its_summary_is_made_again() {
    let lab = lab(&[("a", "2026-11-27T10:00:00Z")]);
    lab.run(["report", "runs/a"]).exit(0);
    let page = lab.path().join("runs/a/report.html");
    let whole = fs::read_to_string(&page).expect("a page");
    fs::write(&page, "an own one").expect("writes");
    open(&lab, &["runs/a"], None).exit(0);
    assert_eq!(fs::read_to_string(&page).expect("a page"), "an own one");
    let file = fs::File::options().write(true).open(&page).expect("opens");
    file.set_modified(std::time::UNIX_EPOCH).expect("is old");
    open(&lab, &["runs/a"], None).exit(0);
    assert_eq!(fs::read_to_string(&page).expect("a page"), whole);
}

#[test]
fn the_newest_run_is_opened_and_its_page_made_where_it_has_none() {
    let lab = lab(&[
        ("a", "2026-11-27T10:00:00.5Z"),
        ("c", "2026-11-27T10:00:00Z"),
        ("b", "2026-11-26T23:00:00Z"),
    ]);
    // What is no run is passed over.
    fs::create_dir(lab.path().join("runs/z")).expect("makes a folder");
    opener(&lab, "exit 0");
    let ran = open(&lab, &[], Some(":0")).exit(0);
    let page = lab.path().join("runs/a/report.html");
    let page = page.canonicalize().expect("it was made");
    let shown = page.display().to_string();
    assert_eq!(
        (ran.stdout.trim_end(), ran.stderr.as_str()),
        (shown.as_str(), "")
    );
    let opened = fs::read_to_string(lab.path().join("opened")).expect("it was opened");
    assert_eq!(opened.trim_end(), shown);
    // A page that is there stays as it is, and a run is taken by its name or a file of it.
    fs::write(&page, "a page").expect("writes");
    for name in ["runs/a", "runs/a/report.html"] {
        open(&lab, &[name], Some(":0")).exit(0);
        assert_eq!(fs::read_to_string(&page).expect("is there"), "a page");
    }
}

#[test]
fn where_nothing_opens_it_the_path_is_printed_and_what_to_do() {
    let lab = lab(&[("a", "2026-11-27T10:00:00Z")]);
    let open = |display: Option<&str>, why: &str| {
        let ran = open(&lab, &[], display).exit(0);
        let ran = ran.stdout_has("runs/a/report.html").stderr_has(why);
        ran.stderr_has("open this file in a browser");
    };
    opener(&lab, "exit 3");
    if !cfg!(target_os = "macos") {
        open(None, "there is no display here");
        open(Some(""), "there is no display here");
        assert!(
            !lab.path().join("opened").exists(),
            "it was tried all the same"
        );
    }
    open(Some(":0"), "found nothing that opens it");
}

#[test]
fn an_opener_that_is_not_there_is_said_so() {
    let lab = lab(&[("a", "2026-11-27T10:00:00Z")]);
    let mut command = lab.labrun(["open"]);
    command.env("PATH", "/nonexistent").env("DISPLAY", ":0");
    let ran = lab.start(command, lab.path()).ended().exit(0);
    ran.stderr_has("does not start").stdout_has("report.html");
}

#[test]
fn what_is_no_run_is_refused_with_what_to_do() {
    let lab = lab(&[]);
    open(&lab, &[], None)
        .exit(2)
        .stderr_has("there is no run in runs: name the folder of one, or measure one");
    open(&lab, &["nowhere"], None)
        .exit(2)
        .stderr_has("nowhere is no run: it has no run.json");
    let files = run(&lab, "cut", "2026-11-27T10:00:00Z");
    fs::write(files.path().join("run.json"), "{\"schema_version\":").expect("writes");
    open(&lab, &["cut"], None)
        .exit(2)
        .stderr_has("take the run from where it was measured");
}
