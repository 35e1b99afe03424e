//! `labrun new workload`: a folder to begin with.

use std::fs;

use crate::support::{GOOD_JOB, Lab, Runner, User};

#[test]
fn a_workload_is_made_of_a_file_and_tried() {
    let user = User::of(Lab::fixture().runner(&Runner::new("good", GOOD_JOB)));
    user.right("app");
    user.run_with(&["new", "workload", "mine", "--from", "app"], &[])
        .exit(0)
        .stdout_has("mine/workload.toml")
        .stdout_has("native/static");
    let text = fs::read_to_string(user.path("mine/workload.toml")).expect("is there");
    assert!(text.contains("native = \"app\""), "{text}");
    user.measure(&["-w", "mine/"])
        .exit(0)
        .rows("mine", "native/static", "measured", "");
    user.module("app.wasm");
    user.run_with(
        &["new", "workload", "other", "--from", "app.wasm", "--no-run"],
        &[],
    )
    .exit(0);
    user.measure(&["-w", "other/"])
        .exit(0)
        .rows("other", "good/plain", "measured", "");
}

#[test]
fn what_cannot_be_made_leaves_nothing() {
    let user = User::of(Lab::fixture());
    user.right("app");
    user.file("text", "no program");
    fs::create_dir(user.path("there")).expect("makes a folder");
    for (args, reason) in [
        (&["mine", "--from", "text"][..], "text"),
        (&["a/b", "--from", "app"], "cannot be called"),
        (
            &["there", "--from", "app"],
            "cannot make the folder there: there is something of that name already",
        ),
        // One of the lab's.
        (
            &["right", "--from", "app"],
            "there is a workload right already",
        ),
        (
            &["right", "--from", "app", "--no-run"],
            "there is a workload right already",
        ),
        (&["mine", "--from", "gone"], "gone"),
    ] {
        let args = [&["new", "workload"], args].concat();
        user.run_with(&args, &[]).exit(2).stderr_has(reason);
        assert!(!user.path("mine").exists(), "{args:?}");
        assert!(!user.path("right").exists(), "{args:?}");
    }
    // The second time it says what to do with the first.
    let again = ["new", "workload", "mine", "--from", "app", "--no-run"];
    user.run_with(&again, &[]).exit(0);
    user.run_with(&again, &[])
        .exit(2)
        .stderr_has("labrun scenario cold-start -w mine/");
}
