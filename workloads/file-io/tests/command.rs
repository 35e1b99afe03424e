//! The native command as a user meets it: output, errors, exit codes, and what is
//! left in the directory.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn file_io(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_file-io"))
        .args(arguments)
        .output()
        .expect("file-io starts")
}

fn grant(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("config.json"), config).expect("a config");
    folder
}

fn fails(arguments: &[&Path], code: i32, reason: &str) {
    let output = file_io(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(output.stdout.is_empty());
    assert!(message.contains(reason), "{message}");
}

#[test]
fn the_expected_output_is_what_it_prints_also_the_second_time() {
    let folder = grant(include_str!("../grant/config.json"));
    for _ in 0..2 {
        let output = file_io(&[folder.path()]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            include_str!("../expected/stdout.txt")
        );
    }
    let large = folder.path().join("large.bin");
    assert_eq!(fs::metadata(large).expect("is there").len(), 1 << 20);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 4);
}

#[test]
fn a_seed_of_its_own_gives_a_digest_of_its_own() {
    let line = |seed: u32| {
        let folder = grant(&format!(
            r#"{{"seed":{seed},"files":[{{"name":"a","bytes":10}},{{"name":"b","bytes":0}}]}}"#
        ));
        String::from_utf8(file_io(&[folder.path()]).stdout).expect("text")
    };
    assert!(line(1).ends_with(" 2 files 10 bytes\n"));
    assert_eq!(line(1), line(1));
    assert_ne!(line(1), line(2));
}

#[test]
fn nothing_outside_the_directory_is_touched() {
    let outer = tempfile::tempdir().expect("a folder");
    let folder = outer.path().join("grant");
    fs::create_dir(&folder).expect("a folder");
    for name in ["../escaped", "a/../../escaped", "/tmp/labrun-escaped", ".."] {
        let config = format!(r#"{{"seed":1,"files":[{{"name":"{name}","bytes":1}}]}}"#);
        fs::write(folder.join("config.json"), config).expect("a config");
        fails(&[&folder], 2, "cannot be a file here");
    }
    assert_eq!(fs::read_dir(outer.path()).expect("a folder").count(), 1);
    assert!(!Path::new("/tmp/labrun-escaped").exists());
}

#[test]
fn bad_arguments_and_configs_exit_2() {
    fails(&[], 2, "usage: file-io DIRECTORY");
    fails(&[Path::new("a"), Path::new("b")], 2, "usage");
    fails(
        &[Path::new("/nonexistent")],
        2,
        "cannot read /nonexistent/config.json",
    );
    let folder = grant("{\"seed\": 1,\n \"fils\": []}");
    fails(
        &[folder.path()],
        2,
        "unknown field `fils`, expected `seed` or `files` at line 2",
    );
}

#[test]
fn a_file_that_cannot_be_made_exits_1() {
    let folder = grant(r#"{"seed":1,"files":[{"name":"a","bytes":1}]}"#);
    fs::create_dir(folder.path().join("a")).expect("a folder");
    fails(&[folder.path()], 1, "cannot create");
}
