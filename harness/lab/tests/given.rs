//! Workloads that are given what they run: what of their files and definitions is taken, and what is
//! refused, with what to do.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use lab::define::Workload;
use labrun_record::Target;
use tempfile::TempDir;

/// A folder with a workload, whose `workload.toml` has these lines.
struct Own(TempDir);

const COMMAND: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
    (memory (export "memory") 1)
    (func (export "_start")))"#;

const REACTOR: &str = r#"(module (memory (export "memory") 1)
    (func (export "_initialize"))
    (func (export "handler_alloc") (param i32) (result i32) i32.const 0)
    (func (export "handler_respond") (param i32 i32) (result i64) i64.const 0))"#;

const BROWSER: &str = r#"(module
    (import "wbg" "__wbindgen_throw" (func (param i32 i32)))
    (func (export "_start")))"#;

const LIBRARY: &str = r#"(module (func (export "add") (param i32 i32) (result i32) i32.const 0))"#;

const UNSERVED: &str = r#"(component
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func $f (canon lift (core func $i "f")))
    (export "plugin" (func $f)))"#;

impl Own {
    /// One with a program, a module and a component in `bin`.
    fn with(lines: &str) -> Self {
        let own = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir(own.path("bin")).expect("made");
        fs::copy("/bin/true", own.path("bin/app")).expect("copied");
        for (name, text) in [
            ("command.wasm", COMMAND),
            ("reactor.wasm", REACTOR),
            ("browser.wasm", BROWSER),
            ("library.wasm", LIBRARY),
            ("unserved.wasm", UNSERVED),
        ] {
            let bytes = wat::parse_str(text).expect("is right");
            fs::write(own.path("bin").join(name), bytes).expect("written");
        }
        own.file("out.txt", "right\n");
        own.file("script.sh", "#!/bin/sh\necho right\n");
        let text = format!("name = \"own\"\nsummary = \"a test's\"\n{lines}");
        own.file("workload.toml", &text);
        own
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    fn read(&self) -> Workload {
        Workload::read_anywhere(self.0.path()).expect("is right")
    }

    /// Why it is refused.
    fn refused(&self) -> String {
        let refused = Workload::read_anywhere(self.0.path());
        refused.expect_err("is refused").to_string()
    }
}

const FROM_FILE: &str = "[run]\nexpected = \"out.txt\"\n";

#[test]
fn targets_follow_from_what_is_given_and_built() {
    let own = Own::with(
        "[artifacts]\nnative = \"bin/app\"\n[build.wasip1]\ncommand = [\"make\"]\n\
         [run]\nexpected = \"out.txt\"\n",
    )
    .read();
    assert_eq!(own.targets, [Target::Native, Target::Wasip1]);
    let given = &own.artifacts[&Target::Native];
    assert_eq!(given.sha256.len(), 64);
    let facts = given.native.as_ref().expect("a program");
    assert_eq!(facts.arch, std::env::consts::ARCH);
    assert!(
        facts.interpreter.is_some(),
        "/bin/true is linked dynamically"
    );
    assert!(
        !own.stays(),
        "what is given ends, unless it says that it holds"
    );
    let holds = Own::with(
        "[artifacts]\nnative = \"bin/app\"\n[run]\nexpected = \"out.txt\"\nhold = true\n",
    );
    assert!(holds.read().stays());
}

#[test]
fn what_a_file_is_has_to_be_what_it_is_given_as() {
    for (target, file, reasons) in [
        ("native", "script.sh", &["script.sh", "/bin/sh"][..]),
        ("native", "out.txt", &["out.txt"]),
        (
            "native",
            "bin/command.wasm",
            &["it is a WebAssembly module", "give it as wasip1"],
        ),
        (
            "wasip1",
            "bin/app",
            &["it is a native program", "give it as native"],
        ),
        (
            "wasip1",
            "bin/unserved.wasm",
            &["it is a WebAssembly component", "give it as wasip2"],
        ),
        (
            "wasip1",
            "bin/reactor.wasm",
            &["no command", "build it as a program"],
        ),
        (
            "wasip1",
            "bin/library.wasm",
            &["neither `_start` nor `_initialize`"],
        ),
        ("wasip1", "bin/browser.wasm", &["wbg"]),
        (
            "wasip2",
            "bin/unserved.wasm",
            &["its world is none that is served", "plugin"],
        ),
        ("native", "bin/gone", &["cannot read", "bin/gone"]),
        ("native", "bin", &["bin"]),
    ] {
        let lines = format!("[artifacts]\n{target} = \"{file}\"\n{FROM_FILE}");
        let said = Own::with(&lines).refused();
        for reason in reasons {
            assert!(
                said.contains(reason),
                "{target} {file}: no {reason:?} in {said}"
            );
        }
        assert!(said.contains("workload.toml"), "{said}");
    }
}

#[test]
fn a_command_answers_no_requests() {
    let serve = "[serve]\nrequest = \"/\"\nexpected = \"out.txt\"\n";
    let lines = format!("[artifacts]\nwasip1 = \"bin/command.wasm\"\n{serve}");
    let said = Own::with(&lines).refused();
    assert!(said.contains("answers no requests"), "{said}");
    let lines = format!("[artifacts]\nwasip1 = \"bin/reactor.wasm\"\n{serve}");
    assert_eq!(Own::with(&lines).read().targets, [Target::Wasip1]);
}

#[test]
fn a_program_that_may_not_be_executed_says_how_it_may() {
    let own = Own::with(&format!("[artifacts]\nnative = \"bin/app\"\n{FROM_FILE}"));
    let app = own.path("bin/app");
    fs::set_permissions(&app, fs::Permissions::from_mode(0o644)).expect("may be changed");
    let said = own.refused();
    assert!(
        said.contains(&format!("chmod +x {}", app.display())),
        "{said}"
    );
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let outside = tempfile::tempdir().expect("a folder");
    fs::copy("/bin/true", outside.path().join("app")).expect("copied");
    fs::write(outside.path().join("out.txt"), "right\n").expect("written");
    let app = outside.path().join("app").display().to_string();
    let up = format!(
        "../{}/app",
        outside
            .path()
            .file_name()
            .expect("a name")
            .to_string_lossy()
    );
    let given = |path: &str| format!("[artifacts]\nnative = \"{path}\"\n{FROM_FILE}");
    let own = "[artifacts]\nnative = \"bin/app\"\n";
    for lines in [
        given(&app),
        given(&up),
        given("bin/../bin/app"),
        given("linked"),
        format!("{own}[run]\nexpected = \"../out.txt\"\n"),
        format!("{own}[run]\n[run.expect]\nfile = \"linked.txt\"\n"),
        format!("{own}[run]\nexpected = \"out.txt\"\n[grant]\nfiles = \"away\"\n"),
    ] {
        let own = Own::with(&lines);
        symlink(&app, own.path("linked")).expect("linked");
        symlink(outside.path().join("out.txt"), own.path("linked.txt")).expect("linked");
        symlink(outside.path(), own.path("away")).expect("linked");
        let said = own.refused();
        assert!(said.contains("leads out of the folder"), "{lines}: {said}");
    }
    let inside = Own::with(&given("own"));
    symlink(Path::new("bin/app"), inside.path("own")).expect("linked");
    inside.read();
}

#[test]
fn what_is_right_is_said_once() {
    let own = "[artifacts]\nnative = \"bin/app\"\n[run]\n";
    let one = "needs exactly one of file";
    for (lines, reason) in [
        ("", "does not say which output is correct"),
        (
            "expected = \"out.txt\"\n[run.expect]\nany = true\n",
            "leave one out",
        ),
        ("[run.expect]\n", one),
        ("[run.expect]\nany = true\nfirst-line = true\n", one),
        ("[run.expect]\nregex = \"(\"\n", "is no regular expression"),
        ("[run.expect]\nregexp = \"x\"\n", "did you mean `regex`?"),
        ("[run.expect]\nfile = \"gone.txt\"\n", "gone.txt"),
    ] {
        let said = Own::with(&format!("{own}{lines}")).refused();
        assert!(said.contains(reason), "{lines}: {said}");
    }
    for (lines, checked) in [
        ("[run.expect]\nfirst-line = true\n", true),
        ("[run.expect]\nregex = \"^r\"\n", true),
        ("[run.expect]\nfile = \"out.txt\"\n", true),
        ("[run.expect]\nany = true\n", false),
    ] {
        let read = Own::with(&format!("{own}{lines}")).read();
        assert_eq!(read.is_checked(), checked, "{lines}");
    }
}

#[test]
fn an_output_that_is_too_long_to_be_compared_says_what_else_there_is() {
    let own = Own::with(&format!("[artifacts]\nnative = \"bin/app\"\n{FROM_FILE}"));
    own.file("out.txt", &"line\n".repeat(20_000));
    let said = own.refused();
    assert!(said.contains("first-line = true"), "{said}");
}

#[test]
fn what_is_wrong_with_a_build_is_said_with_its_target() {
    for (lines, reason) in [
        (
            "[build.wasip1]\ncommand = []\n",
            "build.wasip1: command is empty",
        ),
        (
            "[artifacts]\nnative = \"bin/app\"\n[build.native]\ncommand = [\"make\"]\n",
            "native is in [artifacts] and has a [build.native]",
        ),
        ("[build.image]\ncommand = [\"make\"]\n", "no command yet"),
        (
            "[build.wasip1]\ncomand = [\"make\"]\n",
            "did you mean `command`?",
        ),
        ("", "it has no targets"),
    ] {
        let said = Own::with(&format!("{lines}{FROM_FILE}")).refused();
        assert!(said.contains(reason), "{lines}: {said}");
    }
}

#[test]
fn names_and_variables_are_such() {
    for (lines, reason) in [
        ("env-from = [\"A=B\"]\n", "no name of a variable"),
        ("env-from = [\"LABRUN_OWNER\"]\n", "the lab's own"),
        ("[env]\nA = \"x\\u0000y\"\n", "holds a NUL"),
    ] {
        let said = Own::with(&format!("{lines}{FROM_FILE}")).refused();
        assert!(said.contains(reason), "{lines}: {said}");
    }
    let own = Own::with(&format!("[artifacts]\nnative = \"bin/app\"\n{FROM_FILE}"));
    let text = fs::read_to_string(own.path("workload.toml")).expect("read");
    own.file("workload.toml", &text.replace("\"own\"", "\"../own\""));
    let said = own.refused();
    assert!(said.contains("cannot be called"), "{said}");
}
