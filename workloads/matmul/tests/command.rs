//! The native command as a user meets it: output, errors, exit codes.

use std::process::{Command, Output};

fn matmul(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matmul"))
        .args(arguments)
        .output()
        .expect("matmul starts")
}

#[test]
fn the_expected_output_is_what_it_prints_in_each_batch() {
    let expected = include_str!("../expected/stdout.txt");
    for (arguments, batches) in [(&[][..], 1), (&["--batches", "3"], 3)] {
        let output = matmul(arguments);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            expected.repeat(batches)
        );
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn bad_arguments_exit_2_and_say_what_is_right() {
    for (arguments, reason) in [
        (
            &["--size", "0"][..],
            "--size wants a whole number from 1 to 4096",
        ),
        (
            &["256"],
            "usage: matmul [--size N] [--rounds N] [--batches N]",
        ),
    ] {
        let output = matmul(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty());
        assert!(message.contains(reason), "{message}");
    }
}
