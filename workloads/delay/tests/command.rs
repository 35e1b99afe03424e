//! The native command as a calibration uses it.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn delay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_delay"))
        .args(arguments)
        .output()
        .expect("delay starts")
}

#[test]
fn it_prints_one_line_whatever_it_is_told() {
    for arguments in [["0", "0"], ["1000", "3"]] {
        let output = delay(&arguments);
        assert!(output.status.success());
        assert_eq!(output.stdout, include_bytes!("../expected/stdout.txt"));
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn it_takes_as_long_as_it_is_told_at_least() {
    let began = Instant::now();
    delay(&["20000000", "0"]);
    assert!(began.elapsed() >= Duration::from_millis(20));
}

#[test]
fn bad_arguments_exit_2_and_too_much_exits_1() {
    for (arguments, code, reason) in [
        (&[][..], 2, "usage: delay NS MIB"),
        (&["1"], 2, "usage: delay NS MIB"),
        (&["-1", "0"], 2, "usage: delay NS MIB"),
        (&["1", "2", "3"], 2, "usage: delay NS MIB"),
        (&["0", "8796093022208"], 1, "cannot have 8796093022208 MiB"),
    ] {
        let output = delay(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(message.contains(reason), "{message}");
    }
}
