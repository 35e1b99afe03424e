//! The native command as a user meets it: output, errors, exit codes.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

fn add(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_add"))
        .args(arguments)
        .output()
        .expect("add starts")
}

#[test]
fn the_expected_output_is_what_it_prints() {
    let output = add(&["19", "23"]);
    assert!(output.status.success());
    assert_eq!(output.stdout, include_bytes!("../expected/stdout.txt"));
    assert!(output.stderr.is_empty());
}

#[test]
fn bad_arguments_exit_2_and_say_why() {
    for (arguments, reason) in [
        (&["4", "two"][..], "\"two\" is not a whole number"),
        (&["2147483647", "1"], "the sum 2147483648 does not fit"),
        (&[], "usage: add NUMBER..."),
    ] {
        let output = add(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn it_stays_until_stdin_ends_if_asked() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_add"))
        .args(["1", "2"])
        .env("LABRUN_HOLD", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("add starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert_eq!(line, "3\n");
    assert!(child.try_wait().expect("can be waited for").is_none());
    drop(child.stdin.take());
    assert!(child.wait().expect("ends").success());
}
