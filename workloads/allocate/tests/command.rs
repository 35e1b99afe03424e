//! The native command as a user meets it: output, errors, exit codes, and the memory.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

fn allocate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_allocate"))
        .args(arguments)
        .output()
        .expect("allocate starts")
}

#[test]
fn the_expected_output_is_what_it_prints() {
    let output = allocate(&["64"]);
    assert!(output.status.success());
    assert_eq!(output.stdout, include_bytes!("../expected/stdout.txt"));
    assert!(output.stderr.is_empty());
}

#[test]
fn bad_arguments_exit_2_and_too_much_exits_1() {
    for (arguments, code, reason) in [
        (&[][..], 2, "usage: allocate MIB"),
        (&["x"], 2, "usage: allocate MIB"),
        (&["-1"], 2, "usage: allocate MIB"),
        (&["1", "2"], 2, "usage: allocate MIB"),
        (&["8796093022208"], 1, "cannot have 8796093022208 MiB"),
    ] {
        let output = allocate(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(message.contains(reason), "{message}");
    }
}

/// Anonymous memory in KiB that `allocate MIB` has while it holds.
#[cfg(target_os = "linux")]
fn held(mebibytes: &str) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_allocate"))
        .arg(mebibytes)
        .env("LABRUN_HOLD", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("allocate starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let path = format!("/proc/{}/smaps_rollup", child.id());
    let smaps = std::fs::read_to_string(path).expect("its memory");
    drop(child.stdin.take());
    assert!(child.wait().expect("ends").success());
    let anonymous = smaps.lines().find_map(|it| it.strip_prefix("Anonymous:"));
    let kibibytes = anonymous.and_then(|it| it.trim().strip_suffix(" kB"));
    kibibytes.expect("a line").trim().parse().expect("a number")
}

#[test]
#[cfg(target_os = "linux")]
fn what_it_holds_is_what_was_asked_for() {
    let (none, much) = (held("0"), held("64"));
    let more = much - none;
    // Some pages of stack are touched in one launch and not in the next.
    assert!((65_536 - 64..=65_536 + 64).contains(&more), "{more} KiB");
}
