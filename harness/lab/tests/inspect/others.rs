//! Files that are no program, each said as what it is, and paths that are no file.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use lab::inspect::{Program, WhyNot, image_archive, program};

use crate::support::{file, folder, refusal};

#[test]
fn a_file_that_is_no_program_says_what_it_is_and_what_to_do() {
    let folder = folder();
    for (bytes, said) in [
        (&b""[..], "it is empty; build it again, or copy it again"),
        (
            b"#!/usr/bin/env python3\nprint(1)\n",
            "it is a script (`#!/usr/bin/env python3`); give the program that its first line names, \
             and the script as an argument",
        ),
        (b"#!", "it is a script (`#!`)"),
        (
            b"MZ\x90\0\x03",
            "it is a program for Windows; build it for Linux",
        ),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01", "it is a program for macOS"),
        (b"\xfe\xed\xfa\xce\0\0\0\x12", "it is a program for macOS"),
        // One for two architectures, and a class of Java 8: the same first bytes.
        (
            b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07",
            "it is a program for macOS",
        ),
        (
            b"\xca\xfe\xba\xbe\0\0\0\x34\0\x1d\x0a",
            "it is Java bytecode",
        ),
        (
            b"!<arch>\nlib.o/   ",
            "it is an archive of object files; unpack it",
        ),
        (b"!<arch>\ndebian-binary   ", "it is a Debian package"),
        (
            b"PK\x03\x04\x14\0",
            "it is a zip archive; unpack it, and give the program that is in it",
        ),
        (b"\x1f\x8b\x08\0", "it is a file compressed by gzip"),
        (b"\x28\xb5\x2f\xfd", "it is a file compressed by zstd"),
        (
            b"(module (func))",
            "it is WebAssembly as text; make a module of it: wasm-tools parse",
        ),
        (b"\n  (component)", "it is WebAssembly as text"),
        (
            b"hello\nworld\n",
            "it is text (`hello`); give a Linux program",
        ),
        (
            "\u{1b}[31m\u{202e}na\u{ef}ve\n".as_bytes(),
            "it is text (`\\u{202e}na\u{ef}ve`)",
        ),
        (
            b"\0\x01\x02",
            "it is neither an ELF program nor a WebAssembly module or component;",
        ),
        (
            b"\0asm\x02\0\0\0",
            "it is a WebAssembly module of version 2, which is not known; build it",
        ),
        (
            b"\0asm\x0a\0\x01\0",
            "it is a component of version 10, which is not known",
        ),
        (
            b"\0asm\x01\0",
            "it is cut off: its header is not whole; copy it again",
        ),
        (
            b"\x7fELF",
            "it is cut off: its headers speak of 64 bytes, and it has 4",
        ),
    ] {
        let refusal = refusal(&file(&folder, "given", bytes));
        assert!(refusal.starts_with(said), "{refusal}");
    }
    let long = refusal(&file(&folder, "long", "x".repeat(10_000)));
    assert!(long.len() < 200, "{long}");
    // A letter may lie across the end of what is looked at.
    let letters = refusal(&file(
        &folder,
        "letters",
        format!("a{}", "\u{e9}".repeat(600)),
    ));
    assert!(letters.starts_with("it is text"), "{letters}");
}

#[test]
fn what_is_no_file_is_never_waited_for() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    let socket = folder.path().join("socket");
    let _listening = UnixListener::bind(&socket).expect("listens");
    for (path, said) in [
        (
            pipe.as_path(),
            "it is a named pipe and no regular file; give the file of a program",
        ),
        (&socket, "it is a socket and no regular file"),
        (Path::new("/dev/zero"), "it is a device and no regular file"),
        (folder.path(), "it is a folder; give the file of a program"),
    ] {
        let refusal = refusal(path);
        assert_eq!(refusal.split("; give").next(), said.split("; give").next());
        if path != folder.path() {
            let refused = image_archive(path).expect_err("is no image").to_string();
            assert!(
                refused.contains("and no image; give an OCI layout"),
                "{refused}"
            );
        }
    }
}

#[test]
fn links_are_followed_and_what_is_not_there_is_said() {
    let folder = folder();
    let link = folder.path().join("link");
    symlink("/bin/true", &link).expect("makes a link");
    assert!(matches!(program(&link), Ok(Program::Elf(_))));
    let nowhere = folder.path().join("nowhere");
    symlink("/no/such/file", &nowhere).expect("makes a link");
    for path in [nowhere, folder.path().join("missing")] {
        let refused = program(&path).expect_err("is not there");
        assert!(matches!(refused.why, WhyNot::Unreadable(_)));
        let said = format!("cannot read {}: No such file", path.display());
        assert!(refused.to_string().starts_with(&said), "{refused}");
        let refused = image_archive(&path).expect_err("is not there").to_string();
        assert!(refused.starts_with(&said), "{refused}");
    }
}

#[test]
fn a_module_longer_than_any_runtime_takes_is_not_read() {
    let folder = folder();
    let path = file(&folder, "huge.wasm", b"\0asm\x01\0\0\0");
    // Nothing is written: it has no blocks.
    let huge = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("opens it");
    huge.set_len(3 << 30).expect("lengthens it");
    let refusal = refusal(&path);
    assert!(
        refusal.starts_with("it has 3221225472 bytes, and a wasm module"),
        "{refusal}"
    );
}
