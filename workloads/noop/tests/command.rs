//! The native command as a user meets it: output, errors, exit codes.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

fn noop() -> Command {
    Command::new(env!("CARGO_BIN_EXE_noop"))
}

#[test]
fn the_expected_output_is_what_it_prints() {
    let output = noop().output().expect("noop starts");
    assert!(output.status.success());
    assert_eq!(output.stdout, include_bytes!("../expected/stdout.txt"));
    assert!(output.stderr.is_empty());
}

#[test]
fn arguments_exit_2() {
    let output = noop().arg("x").output().expect("noop starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(output.stderr, b"usage: noop (without arguments)\n");
}

#[test]
fn it_stays_until_stdin_ends_if_asked() {
    let mut child = noop()
        .env("LABRUN_HOLD", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("noop starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    assert!(child.try_wait().expect("can be waited for").is_none());
    drop(child.stdin.take());
    assert!(child.wait().expect("ends").success());
}
