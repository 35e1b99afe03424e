//! Stripping programs: they still run, and are as small as binutils makes them.

use std::path::Path;

use lab::outcome::Failure;
use lab::size::strip_elf;
use labrun_record::Outcome;
use object::{Object as _, ObjectSection as _};

use crate::support::{file, folder, has, own_program, run, text};

/// Compiles a program with symbols and debug sections, for a target.
fn program(folder: &tempfile::TempDir, triple: &str, more: &[&str]) -> std::path::PathBuf {
    let source = file(folder, "main.rs", b"fn main() { println!(\"{}\", 6 * 7); }");
    let program = folder.path().join("program");
    let args = [
        "-g",
        "--target",
        triple,
        "-o",
        text(&program),
        text(&source),
    ];
    run("rustc", &[&args[..], more].concat());
    program
}

fn sections(bytes: &[u8]) -> Vec<String> {
    let file = object::File::parse(bytes).expect("an ELF file");
    let names = file
        .sections()
        .filter_map(|section| section.name().ok().map(str::to_owned));
    names.collect()
}

/// Strips a program with debug sections, and runs it.
fn stripped_runs(triple: &str, more: &[&str]) {
    let folder = folder();
    let program = program(&folder, triple, more);
    let before = std::fs::read(&program).expect("reads");
    let has = |sections: &[String], name: &str| sections.iter().any(|section| section == name);
    assert!(has(&sections(&before), ".symtab") && has(&sections(&before), ".debug_info"));

    let after = strip_elf(&program).expect("strips");
    let left = sections(&after);
    // What is mapped stays, whatever its name (`.debug_gdb_scripts`).
    for gone in [
        ".symtab",
        ".strtab",
        ".debug_info",
        ".debug_line",
        ".debug_str",
    ] {
        assert!(!has(&left, gone), "{left:?}");
    }
    assert!(
        has(&left, ".text") && has(&left, ".rodata") && has(&left, ".comment"),
        "{left:?}"
    );
    assert!(after.len() < before.len());
    let stripped = file(&folder, "stripped", &after);
    assert_eq!(run(&stripped, &[]).stdout, b"42\n");
    // Nothing is left to strip.
    assert_eq!(
        strip_elf(&stripped).expect("strips again").len(),
        after.len()
    );
}

#[test]
fn a_dynamic_program_still_runs_and_has_no_symbols() {
    stripped_runs(
        &format!("{}-unknown-linux-gnu", std::env::consts::ARCH),
        &[],
    );
}

#[test]
fn a_static_program_still_runs_and_has_no_symbols() {
    stripped_runs(
        &format!("{}-unknown-linux-musl", std::env::consts::ARCH),
        &[],
    );
}

#[test]
fn a_static_program_of_glibc_s_whose_relocations_link_to_its_symbols() {
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    // As ld of binutils links them.
    let fixed = [
        "-C",
        "target-feature=+crt-static",
        "-C",
        "relocation-model=static",
        "-C",
        "link-arg=-fuse-ld=bfd",
    ];
    stripped_runs(&triple, &fixed);
}

#[test]
fn this_test_itself_still_runs() {
    let folder = folder();
    let stripped = file(&folder, "own", &strip_elf(&own_program()).expect("strips"));
    let listed = run(&stripped, &["--list"]).stdout;
    assert!(String::from_utf8_lossy(&listed).contains("this_test_itself_still_runs"));
}

#[test]
fn it_is_as_small_as_with_binutils() {
    let test = "size-strip-binutils";
    if !has(test, "strip") {
        return;
    }
    let folder = folder();
    let compiled = program(
        &folder,
        &format!("{}-unknown-linux-gnu", std::env::consts::ARCH),
        &[],
    );
    for program in [&compiled, &own_program(), Path::new("/bin/sh")] {
        let theirs = folder.path().join("theirs");
        run(
            "strip",
            &["--strip-all", "-o", text(&theirs), text(program)],
        );
        let theirs = std::fs::metadata(&theirs).expect("is there").len();
        let ours = strip_elf(program).expect("strips").len() as u64;
        assert!(
            ours.abs_diff(theirs) <= 256,
            "{}: {ours} and {theirs}",
            program.display()
        );
    }
}

#[test]
fn what_is_no_program_is_named() {
    let folder = folder();
    let whole = std::fs::read("/bin/sh").expect("reads");
    for (name, bytes, expected) in [
        ("empty", &b""[..], "empty is empty"),
        ("text", b"#!/bin/sh\n", "text is not a 64-bit ELF file"),
        (
            "cut",
            &whole[..whole.len() / 2],
            "cut is not a 64-bit ELF file",
        ),
        ("header", &whole[..20], "header is not a 64-bit ELF file"),
    ] {
        let error = strip_elf(&file(&folder, name, bytes)).expect_err("is no program");
        assert!(matches!(error, Failure::Outcome(Outcome::Failed, _)));
        assert!(error.to_string().contains(expected), "{error}");
    }
    let error = strip_elf(&folder.path().join("missing")).expect_err("is not there");
    assert!(
        error.to_string().contains("missing: No such file"),
        "{error}"
    );
}
