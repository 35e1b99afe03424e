//! Whether a program runs here: this test's own, and copies of it that are altered.

use std::fs;
use std::path::{Path, PathBuf};

use lab::bundle::fit;

use crate::support::{folder, on_small_disk};

fn own() -> PathBuf {
    std::env::current_exe().expect("it has a path")
}

/// A copy of this program in which one thing is another of the same length.
fn altered(folder: &Path, old: &[u8], new: &[u8]) -> PathBuf {
    assert_eq!(old.len(), new.len());
    let mut bytes = fs::read(own()).expect("reads it");
    let found = bytes.windows(old.len()).enumerate();
    let found: Vec<usize> = found
        .filter(|(_, part)| *part == old)
        .map(|(at, _)| at)
        .collect();
    assert!(!found.is_empty(), "{}", String::from_utf8_lossy(old));
    for at in found {
        bytes[at..at + old.len()].copy_from_slice(new);
    }
    let path = folder.join("program");
    fs::write(&path, bytes).expect("writes it");
    path
}

#[test]
fn what_runs_here_fits() {
    assert_eq!(fit::program(&own()), Ok(()));
    assert_eq!(fit::program(Path::new("/bin/ls")), Ok(()));
}

#[test]
fn libraries_are_found_where_the_loader_has_no_cache() {
    on_small_disk("bundle-fit-no-cache", Path::new("/etc"), || {
        assert_eq!(fit::program(&own()), Ok(()));
    });
}

#[test]
fn another_architecture_does_not() {
    let folder = folder();
    let mut bytes = fs::read(own()).expect("reads it");
    // e_machine: SPARC V9, which nobody has.
    bytes[18] = 43;
    let path = folder.path().join("program");
    fs::write(&path, bytes).expect("writes it");
    let reason = fit::program(&path).expect_err("does not run");
    let here = std::env::consts::ARCH;
    assert!(
        reason.contains(&format!("this machine is {here}")),
        "{reason}"
    );
    assert_eq!(fit::architecture(&own()), Ok(()));
}

#[test]
fn a_missing_loader_is_named() {
    let folder = folder();
    let path = altered(folder.path(), b"/ld-linux", b"/ld-other");
    let reason = fit::program(&path).expect_err("does not run");
    assert!(
        reason.contains("ld-other") && reason.contains("not on this machine"),
        "{reason}"
    );
    assert_eq!(fit::loader(&own()), Ok(()));
}

#[test]
fn a_newer_glibc_is_named_beside_the_one_that_is_here() {
    let folder = folder();
    let path = altered(folder.path(), b"GLIBC_2.34\0", b"GLIBC_9.99\0");
    let reason = fit::program(&path).expect_err("does not run");
    assert!(reason.contains("needs GLIBC_9.99 of libc.so.6"), "{reason}");
    assert!(reason.contains("ends at GLIBC_2."), "{reason}");
}

#[test]
fn a_missing_library_is_named() {
    let folder = folder();
    let path = altered(folder.path(), b"libc.so.6\0", b"libx.so.6\0");
    let reason = fit::program(&path).expect_err("does not run");
    assert!(reason.contains("libx.so.6"), "{reason}");
}

#[test]
fn a_static_program_needs_no_loader_and_no_library() {
    let folder = folder();
    let source = folder.path().join("main.rs");
    fs::write(&source, "fn main() {}").expect("writes it");
    let program = folder.path().join("program");
    let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let rustc = std::process::Command::new("rustc")
        .args(["--target", &triple, "-o"])
        .args([&program, &source])
        .status();
    assert!(rustc.expect("runs").success());
    assert_eq!(fit::program(&program), Ok(()));
}

#[test]
fn what_is_no_program_does_not_fit() {
    let reason = fit::program(Path::new("/etc/passwd")).expect_err("is text");
    assert!(reason.contains("/etc/passwd is text"), "{reason}");
    let reason = fit::program(Path::new("/none")).expect_err("is not there");
    assert!(reason.contains("cannot read /none"), "{reason}");
}
