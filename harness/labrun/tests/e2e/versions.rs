//! Several versions of one runtime side by side: built, named, listed, selected, measured,
//! removed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{GOOD_JOB, Lab, Ran, Runner};

fn version<'a>(version: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["build", "--runner", "toy", "--version", version];
    args.extend(more);
    args
}

/// The names under which the runner `toy` is listed.
fn names(lab: &Lab) -> Vec<String> {
    let listed = lab.run(["list", "isolations", "--json"]).exit(0).json();
    let all = listed["isolations"].as_array().expect("isolations");
    let names = all.iter().filter_map(|one| one["name"].as_str());
    let toys = names.filter(|name| name.starts_with("toy"));
    toys.map(str::to_owned).collect()
}

/// What `run.json` says of an isolation: its version, and the digest of its program.
fn said(ran: &Ran, isolation: &str) -> (String, String) {
    let run = ran.files.json("run.json");
    let all = run["isolations"].as_array().expect("isolations");
    let one = all.iter().find(|one| one["name"] == isolation);
    let one = one.unwrap_or_else(|| panic!("no {isolation} in {all:#?}"));
    let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    (word("version"), word("sha256"))
}

/// The files of the checkout, without what is made in it.
fn checkout(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("lists a folder") {
        let path = entry.expect("lists a folder").path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(checkout(&path));
        } else if path.is_file() {
            let contents = std::fs::read(&path).expect("reads a file");
            found.insert(path, contents);
        }
    }
    found
}

#[test]
fn another_version_is_an_isolation_like_any_other() {
    let lab = Lab::with_toy();
    let before = checkout(lab.path());
    lab.run(version("1.1.0", &[]))
        .exit(0)
        .stdout_has("runner toy 1.1.0")
        .stderr_has("there is toy@1/plain");
    assert_eq!(before, checkout(lab.path()), "the checkout was changed");
    assert_eq!(names(&lab), ["toy/plain", "toy@1/plain"]);
    lab.run(["doctor"]).exit(0).stdout_has("toy@1/plain");

    // Each by its own version; the checkout's own keeps its name.
    let asked = [
        "-i",
        "toy@1/plain",
        "-i",
        "toy@2/plain",
        "-i",
        "native/static",
    ];
    let ran = lab
        .measure(asked)
        .exit(0)
        .rows("right", "toy/plain", "measured", "")
        .rows("right", "toy@1/plain", "measured", "");
    let (own, other) = (said(&ran, "toy/plain"), said(&ran, "toy@1/plain"));
    assert_eq!((own.0.as_str(), other.0.as_str()), ("2.0.0", "1.1.0"));
    assert!(own.1.len() == 64 && other.1.len() == 64 && own.1 != other.1);

    // What takes the technology takes its versions; what asks for the name, the name.
    lab.measure([""; 0])
        .exit(0)
        .rows("right", "toy/plain", "measured", "")
        .rows("right", "toy@1/plain", "measured", "");
    lab.measure(["-i", "toy/*"])
        .exit(0)
        .rows("right", "toy/plain", "measured", "")
        .rows("right", "toy@1/plain", "not-selected", "--isolation");
}

#[test]
fn a_version_is_built_again_when_the_runner_changes() {
    let lab = Lab::with_toy();
    let built = |lab: &Lab| {
        let args = ["build", "--json", "-i", "toy@1/*"];
        let ran = lab.run(args).exit(0);
        let cargo = ran.stderr.contains("runner toy@1");
        let all = ran.json()["built"].clone();
        let all = all.as_array().expect("things");
        let runner = all.iter().find(|one| one["what"] == "runner toy@1 1.1.0");
        (cargo, runner.expect("the runner")["sha256"].clone())
    };
    lab.run(version("1.1.0", &[])).exit(0);
    let (_, first) = built(&lab);
    assert_eq!(built(&lab), (false, first.clone()));
    let lab = lab.replace(
        "harness/runners/toy/src/main.rs",
        "let version = ",
        "eprintln!(\"described\");\n        let version = ",
    );
    let doctor = lab.run(["doctor", "--json"]).exit(0).json();
    let all = doctor["isolations"].as_array().expect("isolations");
    let stale = all.iter().find(|one| one["name"] == "toy@1/plain");
    assert_eq!(stale.expect("is listed")["outcome"], "unavailable");
    let (cargo, second) = built(&lab);
    assert!(cargo && second != first, "it was not built again");
}

#[test]
fn versions_of_one_major_have_longer_names_and_can_be_removed() {
    let lab = Lab::with_toy();
    lab.run(version("1.1.0", &[])).exit(0);
    lab.run(version("1.0.0", &[]))
        .exit(0)
        .stderr_has("there is toy@1.0/plain")
        .stderr_has("there is toy@1.1/plain");
    assert_eq!(names(&lab), ["toy/plain", "toy@1.0/plain", "toy@1.1/plain"]);
    let ran = lab
        .measure(["-i", "toy@1/*"])
        .exit(0)
        .rows("right", "toy@1.0/plain", "measured", "")
        .rows("right", "toy@1.1/plain", "measured", "")
        .rows("right", "toy/plain", "not-selected", "--isolation");
    assert_eq!(said(&ran, "toy@1.0/plain").0, "1.0.0");
    lab.measure(["-i", "toy@1.0.0/plain"])
        .exit(0)
        .rows("right", "toy@1.0/plain", "measured", "")
        .rows("right", "toy@1.1/plain", "not-selected", "--isolation");

    lab.run(version("1.0.0", &["--remove"])).exit(0);
    assert_eq!(names(&lab), ["toy/plain", "toy@1/plain"]);
    let store = lab.path().join("target/labrun");
    for gone in [
        "versions/toy@1.0.0",
        "runners/toy/1.0.0",
        "stamps/runner-toy@1.0.0",
    ] {
        assert!(!store.join(gone).exists(), "{gone} is still there");
    }
    lab.run(version("1.0.0", &["--remove"]))
        .exit(2)
        .stderr_has("there is no toy 1.0.0 here: there are 1.1.0");
    // What was built is all that there is of a version.
    std::fs::remove_dir_all(store).expect("removes the store");
    assert_eq!(names(&lab), ["toy/plain"]);
}

#[test]
fn a_version_that_the_sources_do_not_fit_is_refused_with_the_first_error() {
    let lab = Lab::with_toy();
    lab.run(version("0.9.0", &[]))
        .exit(1)
        .stderr_has("error[E0425]")
        .stderr_has("cannot find function `say` in crate `toyrt`")
        .stderr_has("written for toy 2.0.0");
    assert_eq!(names(&lab), ["toy/plain"]);
    let left = lab.path().join("target/labrun/versions/toy@0.9.0");
    assert!(!left.exists(), "half of a version is left");
}

#[test]
fn a_version_that_does_not_exist_is_refused_with_those_that_do() {
    let lab = Lab::with_toy();
    lab.run(version("1.7.0", &[]))
        .exit(1)
        .stderr_has("cargo finds no toy 1.7.0 that fits")
        .stderr_has("requirement `toyrt = \"=1.7.0\"`")
        .stderr_has("candidate versions found which didn't match: 2.0.0, 1.1.0, 1.0.0");
    assert_eq!(names(&lab), ["toy/plain"]);
    let left = lab.path().join("target/labrun/versions/toy@1.7.0");
    assert!(!left.exists(), "half of a version is left");
}

#[test]
fn what_is_no_runner_or_no_version_is_a_mistake() {
    let lab = Lab::with_toy().runner(&Runner::new("ready", GOOD_JOB));
    for (args, told) in [
        (
            &["--runner", "toi", "--version", "1.1.0"][..],
            "did you mean `toy`?",
        ),
        (&["--runner", "toy", "--version", "1"], "`1` is no version"),
        (
            &["--runner", "toy", "--version", "^1.1.0"],
            "`cargo info toyrt`",
        ),
        (
            &["--runner", "toy", "--version", "2.0.0"],
            "the lab's own, `toy/*`",
        ),
        (
            &["--runner", "ready", "--version", "1.0.0"],
            "no [versions]",
        ),
        (&["--runner", "toy"], "--version <V>"),
        (&["--version", "1.1.0"], "--runner <NAME>"),
        (&["--remove"], "--version <V>"),
        (
            &["--runner", "toy", "--version", "1.1.0", "-i", "toy/*"],
            "cannot be used with",
        ),
        (
            &["-i", "toy@1/*"],
            "`labrun build --runner toy --version X.Y.Z`",
        ),
    ] {
        lab.run(["build"].iter().chain(args))
            .exit(2)
            .stderr_has(told);
    }
    lab.run(["scenario", "cold-start", "-i", "toy@1/plain"])
        .exit(2)
        .stderr_has("`labrun build --runner toy --version X.Y.Z`");
    lab.replace(
        "harness/runners/ready/runner.toml",
        "[build]\n",
        "[versions]\ncrates = [\"ready\"]\n\n[build]\n",
    )
    .run(["list"])
    .exit(2)
    .stderr_has("runner.toml:5: [versions]: a ready-made program has no crates");
}
