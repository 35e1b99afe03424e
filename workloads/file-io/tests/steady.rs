//! The native command in steady state: its lines, its errors, and what it leaves.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const OPS: [&str; 6] = [
    "sequential-read",
    "random-read",
    "sequential-write",
    "random-write",
    "fsync",
    "small-files",
];

/// A small file that a batch goes round more than once.
const SMALL: [&str; 6] = [
    "--file-bytes",
    "65536",
    "--block-bytes",
    "1024",
    "--ops",
    "150",
];

fn file_io(folder: &Path, op: &str, others: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_file-io"))
        .arg(folder)
        .args(["--op", op])
        .args(SMALL)
        .args(others)
        .output()
        .expect("file-io starts")
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

#[test]
fn each_batch_prints_the_same_line_and_nothing_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    for (op, line) in OPS.into_iter().zip([
        "22c3509e581b180a 150 reads of 1024 bytes",
        "c5774dde8e9b7c2f 150 reads of 1024 bytes",
        "2397dadd8b71fcdb 150 writes of 1024 bytes",
        "b81860d697ca9e19 150 writes of 1024 bytes",
        "2397dadd8b71fcdb 150 synced writes of 1024 bytes",
        "f176f59b36fc7772 150 files of 1024 bytes",
    ]) {
        for batches in [1, 3] {
            let output = file_io(folder.path(), op, &["--batches", &batches.to_string()]);
            assert!(output.status.success(), "{output:?}");
            let lines = String::from_utf8_lossy(&output.stdout);
            assert_eq!(lines, format!("{line}\n").repeat(batches), "{op}");
            assert_eq!(entries(folder.path()), 0, "{op}");
        }
    }
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let grant = folder.path().join("grant");
    fs::create_dir(&grant).expect("a folder");
    let outside = folder.path().join("outside");
    fs::write(&outside, "untouched").expect("a file");
    for op in OPS {
        for name in ["steady.bin", "steady-0"] {
            let link = grant.join(name);
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(&outside, link).expect("a link");
        }
        assert!(file_io(&grant, op, &[]).status.success(), "{op}");
        assert_eq!(fs::read_to_string(&outside).expect("a file"), "untouched");
    }
}

#[test]
fn bad_arguments_exit_2_and_say_what_is_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("text");
    for (arguments, reason) in [
        (&[path, "--op", "read"][..], "or small-files, not \"read\""),
        (&[path, "--ops", "1"], "--op wants sequential-read"),
        (&[path, "--op"], "--op wants sequential-read"),
        (&[path, "--op", "fsync", "x"], "\"x\" is no option"),
        (
            &[path, "--op", "fsync", "--block-bytes", "20"],
            "--block-bytes has to be a multiple of 8",
        ),
        (
            &[path, "--op", "fsync", "--file-bytes", "5000"],
            "--file-bytes has to be a multiple of --block-bytes",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_file-io"))
            .args(arguments)
            .output()
            .expect("file-io starts");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(message.contains(reason), "{message}");
        assert!(message.contains("usage: file-io DIRECTORY --op OP"));
    }
    assert_eq!(entries(folder.path()), 0);
}

#[test]
fn what_gets_no_room_exits_1_and_leaves_nothing() {
    // A limit on the size of files needs no file system of its own; the signal for it is
    // ignored, so that the write fails as on a full disk.
    let folder = tempfile::tempdir().expect("a folder");
    for op in ["random-read", "sequential-write", "small-files"] {
        let output = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
            .arg(env!("CARGO_BIN_EXE_file-io"))
            .arg(folder.path())
            .args([
                "--op",
                op,
                "--file-bytes",
                "131072",
                "--block-bytes",
                "65536",
            ])
            .output()
            .expect("sh starts");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(output.stdout.is_empty(), "{op}");
        assert!(message.contains("cannot write "), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert_eq!(entries(folder.path()), 0, "{op}");
    }
}
