//! The native command as a user meets it: output, errors, exit codes; and that it
//! computes in software.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

fn sha256(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sha256"))
        .args(arguments)
        .output()
        .expect("sha256 starts")
}

#[test]
fn the_expected_output_is_what_it_prints_in_each_batch() {
    let expected = include_str!("../expected/stdout.txt");
    for (arguments, batches) in [(&[][..], 1), (&["--batches", "3"], 3)] {
        let output = sha256(arguments);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            expected.repeat(batches)
        );
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn nothing_has_the_known_hash() {
    let output = sha256(&["--kib", "0", "--rounds", "1"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 1 x 0 KiB\n"
    );
}

#[test]
fn without_an_end_it_ends_when_nobody_reads() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sha256"))
        .args(["--rounds", "1", "--kib", "1", "--batches", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("sha256 starts");
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let mut lines = BufReader::new(stdout).lines();
    let mut line = || lines.next().expect("a line").expect("text");
    let first = line();
    assert!(first.ends_with(" 1 x 1 KiB"), "{first}");
    for _ in 0..10 {
        assert_eq!(line(), first);
    }
    assert!(child.try_wait().expect("can be waited for").is_none());
    drop(lines);
    assert!(child.wait().expect("ends").success());
}

#[test]
fn bad_arguments_exit_2_and_say_what_is_right() {
    for (arguments, reason) in [
        (
            &["--rounds", "0"][..],
            "--rounds wants a whole number from 1",
        ),
        (
            &["64"],
            "usage: sha256 [--kib N] [--rounds N] [--batches N]",
        ),
    ] {
        let output = sha256(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty());
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn it_has_no_sha_instructions() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_sha256")).expect("the program");
    // SHA256RNDS2 between registers. An implementation with it has 16 or more of them.
    let found = program
        .windows(4)
        .filter(|bytes| bytes[..3] == [0x0F, 0x38, 0xCB] && bytes[3] >= 0xC0);
    assert!(found.count() < 4);
}
