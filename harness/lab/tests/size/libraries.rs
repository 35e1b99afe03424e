//! Shared libraries against what the loader itself says (`ldd`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lab::outcome::Failure;
use lab::size::shared_libraries;
use labrun_record::Outcome;

use crate::support::{file, folder, has, own_program, run, text};

/// The files that ldd(1) lists, symbolic links followed.
fn ldd(program: &Path) -> BTreeSet<PathBuf> {
    let listed = run("ldd", &[text(program)]).stdout;
    let listed = String::from_utf8(listed).expect("plain text");
    let paths = listed.lines().filter_map(|line| {
        let path = line
            .split_once(" => ")
            .map_or(line, |(_, path)| path)
            .trim();
        let path = path.split(" (").next().unwrap_or_default();
        path.starts_with('/')
            .then(|| std::fs::canonicalize(path).expect("is there"))
    });
    paths.collect()
}

fn ours(program: &Path) -> BTreeSet<PathBuf> {
    let found = shared_libraries(program, "").expect("reads");
    for library in &found {
        let bytes = std::fs::metadata(&library.path).expect("is there").len();
        assert_eq!(library.bytes, bytes);
    }
    found.into_iter().map(|library| library.path).collect()
}

#[test]
fn they_are_those_of_the_loader() {
    if !has("size-ldd", "ldd") {
        return;
    }
    for program in [
        "/bin/ls",
        "/usr/bin/apt-get",
        "/usr/sbin/dockerd",
        "/usr/bin/python3",
    ] {
        let program = Path::new(program);
        if program.exists() {
            assert_eq!(ours(program), ldd(program), "{}", program.display());
        }
    }
    assert_eq!(ours(&own_program()), ldd(&own_program()));
    assert!(ours(Path::new("/bin/ls")).len() >= 2);
}

#[test]
fn a_static_program_needs_nothing() {
    let folder = folder();
    let source = file(&folder, "main.rs", b"fn main() {}");
    let program = folder.path().join("program");
    let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    run(
        "rustc",
        &["--target", &triple, "-o", text(&program), text(&source)],
    );
    assert_eq!(shared_libraries(&program, "").expect("reads"), []);
}

#[test]
fn a_library_beside_the_program_is_found_through_its_own_path() {
    if !has("size-ldd-origin", "ldd") {
        return;
    }
    for (tags, what) in [
        ("--enable-new-dtags", "RUNPATH"),
        ("--disable-new-dtags", "RPATH"),
    ] {
        let folder = folder();
        std::fs::create_dir(folder.path().join("beside")).expect("makes a folder");
        let library = file(
            &folder,
            "own.rs",
            b"#[unsafe(no_mangle)] pub extern \"C\" fn six() -> i32 { 6 }",
        );
        let made = folder.path().join("beside/libown.so");
        run(
            "rustc",
            &[
                "--edition=2024",
                "--crate-type=cdylib",
                "-o",
                text(&made),
                text(&library),
            ],
        );
        let source = b"#[link(name = \"own\")] unsafe extern \"C\" { safe fn six() -> i32; } fn main() { print!(\"{}\", six()) }";
        let source = file(&folder, "main.rs", source);
        let program = folder.path().join("program");
        let beside = folder.path().join("beside");
        let args = [
            "--edition=2024",
            "-L",
            text(&beside),
            "-C",
            &format!("link-args=-Wl,-rpath,$ORIGIN/beside,{tags}"),
            "-o",
            text(&program),
            text(&source),
        ];
        run("rustc", &args);
        assert_eq!(run(&program, &[]).stdout, b"6");
        assert_eq!(ours(&program), ldd(&program), "{what}");
        assert!(
            ours(&program).contains(&std::fs::canonicalize(&made).expect("is there")),
            "{what}"
        );

        std::fs::remove_file(&made).expect("removes it");
        let error = shared_libraries(&program, "").expect_err("it is gone");
        assert!(matches!(error, Failure::Outcome(Outcome::Unavailable, _)));
        assert!(
            error.to_string().contains("program needs libown.so"),
            "{error}"
        );
    }
}

#[test]
fn a_library_is_found_where_the_program_s_own_variable_says() {
    if !has("size-ldd-asked", "ldd") {
        return;
    }
    let folder = folder();
    let source = b"#[unsafe(no_mangle)] pub extern \"C\" fn six() -> i32 { 6 }";
    let library = file(&folder, "own.rs", source);
    for place in ["one", "two"] {
        std::fs::create_dir(folder.path().join(place)).expect("makes a folder");
    }
    let made = folder.path().join("two/libown.so");
    let kind = "--crate-type=cdylib";
    run(
        "rustc",
        &["--edition=2024", kind, "-o", text(&made), text(&library)],
    );
    let source = b"#[link(name = \"own\")] unsafe extern \"C\" { safe fn six() -> i32; } fn main() { print!(\"{}\", six()) }";
    let source = file(&folder, "main.rs", source);
    let program = folder.path().join("program");
    let beside = folder.path().join("two");
    run(
        "rustc",
        &[
            "--edition=2024",
            "-L",
            text(&beside),
            "-o",
            text(&program),
            text(&source),
        ],
    );
    let error = shared_libraries(&program, "").expect_err("nobody says where");
    assert!(
        error.to_string().contains("--env LD_LIBRARY_PATH=FOLDER"),
        "{error}"
    );
    let made = std::fs::canonicalize(&made).expect("is there");
    let (one, two) = (folder.path().join("one"), text(&beside));
    for asked in [
        two.to_owned(),
        format!("{}:{two}", text(&one)),
        format!("{};;{two}", text(&one)),
        "$ORIGIN/two".into(),
    ] {
        let found = shared_libraries(&program, &asked).expect(&asked);
        assert!(
            found.iter().any(|library| library.path == made),
            "{asked}: {found:?}"
        );
    }
}

#[test]
fn what_is_no_program_is_named() {
    let folder = folder();
    let error =
        shared_libraries(&file(&folder, "text", b"#!/bin/sh\n"), "").expect_err("is no program");
    assert!(
        error.to_string().contains("text is a script (`#!/bin/sh`)"),
        "{error}"
    );
    let error = shared_libraries(&folder.path().join("missing"), "").expect_err("is not there");
    assert!(
        error.to_string().contains("missing: No such file"),
        "{error}"
    );
}
