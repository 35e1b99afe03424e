//! Runners that are built only where something is: where it is not, they are skipped with
//! the one reason and how to mend it, and the rest goes on.

use std::fs;
use std::path::Path;

use crate::support::{GOOD_JOB, Lab, Live, Runner};

/// The variable that says where the library is.
const VARIABLE: &str = "FOO_DIR";
const LIBRARY: &str = "lib/libfoo.so";

fn linked() -> Runner {
    Runner::new("linked", GOOD_JOB).linked(VARIABLE, &["lib64/libfoo.so", LIBRARY])
}

fn measured_with(lab: &Lab, library: &Path) -> Live {
    lab.begin(|command| command.env(VARIABLE, library))
}

#[test]
fn a_runner_that_cannot_be_built_here_is_skipped() {
    let lab = Lab::fixture().runner(&linked());
    let reason = "the runner linked is missing: FOO_DIR is not set; apt-get install libfoo";
    let ran = lab
        .measure([""; 0])
        .exit(0)
        .rows("right", "linked/plain", "unavailable", reason)
        .rows("right", "native/static", "measured", "");
    for row in ran.files.rows("right", "linked/plain") {
        assert_eq!(row["reason"], reason, "and nothing more");
    }
    lab.measure(["--strict"]).exit(102).stderr_has(reason);
    // It is no failure of a build, and what was asked for beside it is built.
    lab.run(["build", "-i", "linked/*", "-i", "native/static"])
        .exit(0)
        .stdout_has("right for")
        .stderr_has(&format!("skipped: {reason}"));
    let ran = lab.run(["build", "--json"]);
    assert_eq!(ran.json()["skipped"][0], reason);
    lab.run(["doctor"]).exit(0).stdout_has(reason);
}

#[test]
fn a_variable_that_leads_astray_is_a_fault() {
    let lab = Lab::fixture().runner(&linked());
    let folder = tempfile::tempdir().expect("a folder");
    let reason = format!(
        "FOO_DIR is {}, where there is no lib64/libfoo.so and no {LIBRARY}; apt-get install libfoo",
        folder.path().display()
    );
    measured_with(&lab, folder.path())
        .ended()
        .exit(0)
        .rows("right", "linked/plain", "unavailable", &reason)
        .rows("right", "native/static", "measured", "");
    let mut build = lab.labrun(["build", "-i", "linked/*"]);
    build.env(VARIABLE, folder.path());
    lab.start(build, lab.path())
        .ended()
        .exit(1)
        .stderr_has(&reason);
}

#[test]
fn another_library_is_another_build() {
    let folder = tempfile::tempdir().expect("a folder");
    let library = folder.path().join(LIBRARY);
    fs::create_dir(folder.path().join("lib")).expect("made");
    fs::write(&library, "one").expect("written");
    // Once for each time that it is built.
    let log = folder.path().join("described");
    let said = r#"{"protocol":3,"name":"linked","version":"1.2.3","configurations":["plain"]}"#;
    let describe = format!("echo described >> {}\necho '{said}'", log.display());
    let lab = Lab::fixture().runner(&linked().describe(&describe));
    let builds = || {
        measured_with(&lab, folder.path()).ended().exit(0).rows(
            "right",
            "linked/plain",
            "measured",
            "",
        );
        let text = fs::read_to_string(&log).expect("it was described");
        text.lines().count()
    };
    assert_eq!(builds(), 1);
    assert_eq!(builds(), 1);
    fs::write(&library, "three").expect("written");
    assert_eq!(builds(), 2);
}
