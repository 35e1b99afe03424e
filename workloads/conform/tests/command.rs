//! The native command as a user meets it: output, errors, exit codes.

use std::process::{Command, Output};

fn conform(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conform"));
    command.args(words).output().expect("conform starts")
}

fn line(words: &[&str]) -> String {
    let output = conform(words);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_expected_output_is_what_it_prints() {
    let expected = include_str!("../expected/stdout.txt");
    assert_eq!(line(&["arguments", "one", "two"]), expected);
    assert_eq!(line(&["arguments", "", "a b"]), "\"\" \"a b\"\n");
}

#[test]
fn it_reads_writes_and_syncs_in_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("given.txt"), "given").expect("writes");
    let path = folder.path().to_str().expect("UTF-8");
    assert_eq!(line(&["granted", path]), "given\n");
    assert_eq!(line(&["sync", path, "3"]), "synced\n");
    let synced = std::fs::read(folder.path().join("synced.txt")).expect("reads");
    assert_eq!(synced, b"...");
}

#[test]
fn it_tells_what_it_can_reach() {
    let here = env!("CARGO_BIN_EXE_conform");
    assert_eq!(line(&["ungranted", here]), "reached\n");
    assert_eq!(line(&["ungranted", "/nowhere"]), "denied\n");
    assert_eq!(line(&["environment", "LABRUN_NOWHERE"]), "unset\n");
}

#[test]
fn its_clock_steps_and_its_numbers_differ() {
    let clock = line(&["clock"]);
    let numbers: Vec<u128> = clock
        .split_whitespace()
        .map_while(|n| n.parse().ok())
        .collect();
    assert!(numbers.len() == 2 && numbers[1] > 0, "{clock}");
    assert_ne!(line(&["random"]), line(&["random"]));
    assert_eq!(line(&["output", "28"]), "abcdefghijklmnopqrstuvwxyzab\n");
}

#[test]
fn it_ends_as_it_is_told() {
    assert_eq!(conform(&["exit", "3"]).status.code(), Some(3));
    assert_eq!(conform(&["crash"]).status.code(), None);
    assert_eq!(conform(&["dance"]).status.code(), Some(2));
    assert_eq!(conform(&["granted", "/nowhere"]).status.code(), Some(1));
}
