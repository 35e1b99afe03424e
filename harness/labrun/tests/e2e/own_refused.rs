//! What is no program that can be measured here, or is not said well: exit code 2 or a row with the
//! reason, and nothing is launched.

use std::fs;

use crate::support::{GOOD_JOB, Lab, Runner, User};

/// A job loop that takes no module.
const PICKY_JOB: &str = r#"
while read -r line; do
  case "$line" in
    *'"do":"load"'* | *'"do":"precompile"'*) echo '{"event":"refused","reason":"no exceptions here"}' ;;
    *) echo '{"event":"failed","reason":"no module is loaded"}' ;;
  esac
done"#;

fn user() -> User {
    User::of(Lab::fixture().runner(&Runner::new("good", GOOD_JOB)))
}

#[track_caller]
fn is_refused(user: &User, args: &[&str], reason: &str) {
    user.measure(args).exit(2).stderr_has(reason);
    assert!(!user.path("run").exists(), "a run was begun: {args:?}");
}

#[test]
fn files_that_are_no_programs_say_what_they_are() {
    let user = user();
    user.file("empty", "");
    user.file("script.sh", "#!/usr/bin/env python3\nprint('right')\n");
    user.file("text", "just text\n");
    user.file("cut", b"\x7fELF\x02\x01\x01");
    user.module("app.wasm");
    user.right("app");
    for (args, reason) in [
        (["--native", "empty"], "empty"),
        (["--native", "script.sh"], "python3"),
        (["--native", "text"], "text"),
        (["--native", "cut"], "cut"),
        (["--native", "gone"], "cannot read"),
        (["--native", "."], "folder"),
        (["--native", "app.wasm"], "it is a WebAssembly module"),
        (
            ["--wasm", "app"],
            "is a native program: give it by --native",
        ),
        (["--wasm", "text"], "text"),
    ] {
        is_refused(&user, &args, reason);
    }
}

/// A module that imports one function of a module `wbg`, and exports `_start`.
const BROWSER: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x04\x01\x60\0\0\
    \x02\x0c\x01\x03wbg\x04init\0\0\
    \x03\x02\x01\0\
    \x07\x0a\x01\x06_start\0\x01\
    \x0a\x04\x01\x02\0\x0b";

#[test]
fn a_module_that_a_runtime_does_not_take_is_no_fault_of_either() {
    let lab = Lab::fixture()
        .runner(&Runner::new("good", GOOD_JOB))
        .runner(&Runner::new("picky", PICKY_JOB))
        .runner(&Runner::new("ahead", PICKY_JOB).precompiles());
    let user = User::of(lab);
    user.module("app.wasm");
    user.measure(&["--wasm", "app.wasm"])
        .exit(0)
        .rows("app", "good/plain", "measured", "")
        .rows("app", "picky/plain", "unsupported", "no exceptions here")
        .rows("app", "ahead/plain", "unsupported", "no exceptions here");
    user.measure(&["--wasm", "app.wasm", "-i", "picky/*"])
        .exit(4);
    // The lab's own are for every runtime that says that it takes modules.
    user.measure(&["-w", "right", "-i", "picky/*"])
        .exit(101)
        .rows("right", "picky/plain", "failed", "no exceptions here");
    user.measure(&["-w", "right", "-i", "ahead/*"])
        .exit(101)
        .rows("right", "ahead/plain", "failed", "no exceptions here");
}

#[test]
fn a_module_for_a_browser_is_refused_with_its_imports() {
    let user = user();
    user.file("page.wasm", BROWSER);
    is_refused(&user, &["--wasm", "page.wasm"], "wbg");
}

#[test]
fn another_architecture_s_program_is_named_with_its_own() {
    let user = user();
    let app = user.right("app");
    let mut bytes = fs::read(&app).expect("reads");
    // `e_machine`: EM_S390.
    bytes[18] = 22;
    fs::write(&app, bytes).expect("writes");
    user.measure(&["--native", "app"]).exit(4).rows(
        "app",
        "native/static",
        "unavailable",
        "app is a program for s390x",
    );
}

#[test]
fn what_is_said_of_no_program_is_a_mistake() {
    let user = user();
    for (args, reason) in [
        (
            &["--expect", "any"][..],
            "give it by --native, --wasm or --image",
        ),
        (&["--", "--help"], "what stands behind --"),
        (&["--http", "/"], "give it by --native"),
        (&["--port", "80"], "--http"),
        (
            &["--native", "/bin/true", "--env", "=x"],
            "no name of a variable",
        ),
        (
            &["--native", "/bin/true", "--expect", "("],
            "no regular expression",
        ),
        (
            &["--native", "/bin/true", "--http", "path"],
            "a path begins with `/`",
        ),
        (
            &["--native", "/bin/true", "--http", "/"],
            "on which port it listens",
        ),
        (
            &["--native", "/bin/true", "--name", "a/b"],
            "cannot be called",
        ),
        (
            &["--native", "/bin/true", "--bundle", "b"],
            "cannot be used with",
        ),
    ] {
        is_refused(&user, args, reason);
    }
    user.ask("conformance", &["--native", "/bin/true"], &[])
        .exit(2)
        .stderr_has("no scenario");
}

#[test]
fn what_can_only_be_meant_as_a_file_is_no_pattern_and_nothing_is_no_check() {
    let user = user();
    user.right("app");
    std::fs::create_dir(user.path("folder")).expect("makes a folder");
    for (value, reason) in [
        ("", "--expect any"),
        ("./missing.txt", "missing.txt"),
        ("missing.txt", "--expect '(missing.txt)'"),
        ("out/expected", "--expect '(out/expected)'"),
        ("folder", "a folder"),
    ] {
        let args = ["--native", "app", "--expect", value];
        user.measure(&args).exit(2).stderr_has(reason);
    }
    user.measure(&["--native", "app", "--http", "/", "--port", "0"])
        .exit(2)
        .stderr_has("0 is not in 1..=65535");
}

#[test]
fn what_cannot_be_copied_of_a_granted_folder_is_named_before_the_run() {
    let user = user();
    user.file("input/deep/file", "text");
    let pipe = user.path("input/deep/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let args = ["--native", "/bin/true", "--grant", "input"];
    is_refused(&user, &args, "input/deep/pipe: it is a named pipe");
    fs::remove_file(&pipe).expect("removes it");
    let _socket = std::os::unix::net::UnixListener::bind(&pipe).expect("listens");
    is_refused(&user, &args, "input/deep/pipe: it is a socket");
    user.right("own/app");
    std::os::unix::fs::symlink(user.path("input"), user.path("own/input")).expect("links");
    fs::create_dir(user.path("own/given")).expect("makes a folder");
    let _other = std::os::unix::net::UnixListener::bind(user.path("own/given/s")).expect("listens");
    user.file(
        "own/workload.toml",
        "name = \"mine\"\nsummary = \"a test's\"\n[artifacts]\nnative = \"app\"\n[run]\n\
         expect = { any = true }\n[grant]\nfiles = \"given\"\n",
    );
    is_refused(&user, &["-w", "./own"], "given/s: it is a socket");
}

#[test]
fn a_program_where_a_folder_is_taken_says_how_to_make_one() {
    let user = user();
    user.right("app");
    for args in [
        &[
            "bundle",
            "cold-start",
            "--native",
            "./app",
            "--out",
            "b.tar.zst",
        ][..],
        &["replay", "run:a", "run:b", "--native", "./app"],
        &["calibrate", "--native", "./app"],
        &["build", "--native=./app"],
    ] {
        user.run_with(args, &[])
            .exit(2)
            .stderr_has("labrun new workload NAME --from ./app")
            .stderr_has("-w NAME/");
    }
    user.run_with(&["doctor", "--native", "./app"], &[])
        .exit(2)
        .stderr_has("`doctor` takes no program of your own");
}
