//! Where a run is to be written: a folder that is its own.

use std::fs;

use crate::support::{Lab, User};

#[test]
fn a_folder_that_holds_something_is_not_that_of_a_run() {
    let user = User::of(Lab::fixture().samples(1));
    let to = |out: &str| user.run_with(&["scenario", "cold-start", "--out", out], &[]);
    to("runs/first").exit(0);
    to("runs")
        .exit(2)
        .stderr_has("runs is a folder of runs")
        .stderr_has("--out runs/NAME");
    to("runs/first").exit(2).stderr_has("already holds a run");
    user.file("other/notes.txt", "mine");
    to("other").exit(2).stderr_has("other is not empty");
    to("other/notes.txt")
        .exit(2)
        .stderr_has("it is a file, and a run is a folder");
    // Nothing was written beside what was there.
    let names = |folder: &str| {
        let entries = fs::read_dir(user.path(folder)).expect("lists a folder");
        entries.count()
    };
    assert_eq!((names("runs"), names("other")), (1, 1));
    fs::create_dir(user.path("empty")).expect("makes a folder");
    to("empty").exit(0);
}
