//! `scripts/suites` makes workloads of known suites: of small trees of the same shape here. What it
//! writes is read as any other workload is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lab::define::Workload;
use labrun_record::Target;
use tempfile::TempDir;

/// What a suite's folder holds, and where workloads are made of it.
struct Suite(TempDir);

impl Suite {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("makes a folder"))
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join("suite").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes a folder");
        fs::write(path, content).expect("writes");
        self
    }

    fn module(self, name: &str, text: &str) -> Self {
        self.file(name, wat::parse_str(text).expect("is right"))
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn made(&self, kind: &str, more: &[&str]) -> Made {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/suites");
        let ran = Command::new("sh")
            .arg(script)
            .arg(kind)
            .args([self.0.path().join("suite"), self.out()])
            .args(more)
            .env("CLANG", "cc")
            .output()
            .expect("runs");
        Made(ran)
    }

    fn workload(&self, name: &str) -> Workload {
        Workload::read(&self.out().join(name)).expect("reads")
    }
}

/// What the script did.
struct Made(Output);

impl Made {
    fn told(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    fn folders(&self) -> Vec<String> {
        assert!(self.0.status.success(), "{}", self.told());
        let printed = String::from_utf8_lossy(&self.0.stdout);
        let folder = |line: &str| Path::new(line).file_name().map(ToOwned::to_owned);
        let names = printed.lines().filter_map(folder);
        names.filter_map(|name| name.into_string().ok()).collect()
    }
}

/// The output that is right for it, as the lab will judge one.
fn is_right(workload: &Workload, output: &[u8]) -> bool {
    let lab::task::Task::Run { expected, .. } = workload.task().expect("a task") else {
        panic!("it is run");
    };
    expected.is_right(output)
}

#[test]
fn coremark_is_one_workload_that_checks_its_last_checksum() {
    let mut suite = Suite::new();
    for file in ["main", "list_join", "matrix", "state", "util"] {
        suite = suite.file(&format!("core_{file}.c"), "int main;");
    }
    let suite = suite.file("coremark.h", "").file("posix/core_portme.c", "");
    let without = suite.made("coremark", &[]);
    assert_eq!(without.0.status.code(), Some(2));
    assert!(
        without.told().contains("posix/core_portme.h is missing"),
        "{}",
        without.told()
    );
    let suite = suite.file("posix/core_portme.h", "");
    assert_eq!(suite.made("coremark", &[]).folders(), ["coremark"]);
    let workload = suite.workload("coremark");
    assert!(workload.build.contains_key(&Target::Native));
    assert!(workload.build.contains_key(&Target::Wasip1));
    assert!(workload.folder.join("posix/core_portme.c").is_file());
    assert!(is_right(
        &workload,
        b"...\n[0]crcfinal      : 0x4983\n...\n"
    ));
    assert!(!is_right(
        &workload,
        b"...\n[0]crcfinal      : 0x4984\n...\n"
    ));
    let again = suite.made("coremark", &[]);
    assert_eq!(again.0.status.code(), Some(2));
    assert!(
        again.told().contains("is there already"),
        "{}",
        again.told()
    );
}

const POLYBENCH_H: &str = "#define POLYBENCH_DUMP_TARGET stderr\n";

/// A kernel as `PolyBench` has them: it prints numbers to stderr.
const KERNEL: &str = r#"#include <stdio.h>
#include <polybench.h>
#include "twice.h"
int main(void) {
    for (int at = 0; at < N; at++) fprintf(POLYBENCH_DUMP_TARGET, "%0.2lf ", 2.0 * at);
    return 0;
}
"#;

#[test]
fn polybench_prints_one_line_which_is_what_unoptimised_code_gives() {
    let list = "./kernels/twice/twice.c\n./kernels/broken/broken.c\n./kernels/gone/gone.c\n";
    let suite = Suite::new()
        .file("utilities/benchmark_list", list)
        .file("utilities/polybench.c", "#include <stdio.h>\n")
        .file("utilities/polybench.h", POLYBENCH_H)
        .file("kernels/twice/twice.c", KERNEL)
        .file(
            "kernels/twice/twice.h",
            "#ifdef MINI_DATASET\n#define N 3\n#endif\n",
        )
        .file("kernels/broken/broken.c", "int main(void) { return no; }")
        .file("kernels/broken/broken.h", "");
    let unknown = suite.made("polybench", &["HUGE"]);
    assert!(unknown.told().contains("HUGE is no dataset"));
    let made = suite.made("polybench", &["MINI"]);
    assert_eq!(made.folders(), ["polybench-twice"]);
    let told = made.told();
    assert!(
        told.contains("left out: broken: it cannot be compiled and run"),
        "{told}"
    );
    assert!(told.contains("left out: gone:"), "{told}");
    assert!(!suite.out().join("polybench-broken").exists());
    let workload = suite.workload("polybench-twice");
    let binary = suite.0.path().join("twice");
    let [program, args @ ..] = &workload.build[&Target::Native].command[..] else {
        panic!("a command");
    };
    let built = Command::new(program)
        .args(args)
        .current_dir(&workload.folder)
        .env("LABRUN_OUT", &binary)
        .output();
    let built = built.expect("runs");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let ran = Command::new(&binary).output().expect("runs");
    // FNV-1a of "0.00 2.00 4.00 ".
    let line = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(line, "twice e939eb5483f9b5d7\n");
    assert!(is_right(&workload, &ran.stdout));
}

const BENCHMARK: &str = r#"(module (import "bench" "start" (func)) (import "bench" "end" (func))
    (func (export "_start")))"#;

#[test]
fn sightglass_gets_the_two_functions_that_it_calls() {
    let reading = BENCHMARK.replace(
        "(func (export",
        "(memory 1) (data (i32.const 0) \"./default.input\") (func (export",
    );
    let secret = reading.replace("default.input", "secret.der");
    let suite = Suite::new()
        .module("benchmarks/noop/benchmark.wasm", BENCHMARK)
        .file("benchmarks/noop/benchmark.stdout.expected", "one\ntwo\n")
        .module("benchmarks/shootout/shootout-fib2.wasm", BENCHMARK)
        .file(
            "benchmarks/shootout/default.stdout.expected",
            r"[f] it's 1+1 \ $2",
        )
        .module("benchmarks/quiet/benchmark.wasm", BENCHMARK)
        .module("benchmarks/input/benchmark.wasm", &reading)
        .module("benchmarks/secret/benchmark.wasm", &secret)
        .file("benchmarks/secret/secret.der", "secret")
        .module("benchmarks/later/later.wasm", "(component)");
    let made = suite.made("sightglass", &[]);
    assert_eq!(
        made.folders(),
        [
            "sightglass-noop",
            "sightglass-quiet",
            "sightglass-shootout-fib2"
        ]
    );
    let told = made.told();
    for left in [
        "input: it reads a file",
        "secret: it reads a file",
        "no core module",
    ] {
        assert!(told.contains(left), "{left}: {told}");
    }
    let noop = suite.workload("sightglass-noop");
    assert!(is_right(&noop, b"one\ntwo\n"));
    assert!(!is_right(&noop, b"one\n"));
    let fib = suite.workload("sightglass-shootout-fib2");
    assert!(is_right(&fib, b"[f] it's 1+1 \\ $2\n"));
    assert!(!is_right(&fib, b"f it's 11 \\ 2\n"));
    assert!(is_right(&suite.workload("sightglass-quiet"), b"anything\n"));
    let bench = fs::read(noop.folder.join("bench.wasm")).expect("reads");
    let again = r#"(module (func (export "start")) (func (export "end")))"#;
    assert_eq!(bench, wat::parse_str(again).expect("is right"));
}

#[test]
fn tests_of_wasi_are_those_that_end_well_and_want_no_root() {
    if Command::new("jq").arg("--version").output().is_err() {
        return skip(
            "tests_of_wasi_are_those_that_end_well_and_want_no_root",
            "jq is missing",
        );
    }
    let command = r#"(module (func (export "_start")))"#;
    let at = |name: &str| format!("tests/c/testsuite/wasm32-wasip1/{name}");
    let suite = Suite::new()
        .module(&at("plain.wasm"), command)
        .module(&at("said.wasm"), command)
        .file(&at("said.json"), r#"{"args": ["a", "the \"b\""], "env": {"a b": "new\nline"}, "stdout": "hello"}"#)
        .module(&at("steps.wasm"), command)
        .file(
            &at("steps.json"),
            r#"{"operations": [{"type": "run", "args": ["x"]}, {"type": "read", "payload": "one\n"}, {"type": "wait"}]}"#,
        )
        .module(&at("root.wasm"), command)
        .file(&at("root.json"), r#"{"root": "fs-tests.dir"}"#)
        .module(&at("dirs.wasm"), command)
        .file(&at("dirs.json"), r#"{"dirs": ["fs-tests.dir"]}"#)
        .module(&at("exit.wasm"), command)
        .file(&at("exit.json"), r#"{"exit_code": 33}"#)
        .module(&at("web.wasm"), command)
        .file(&at("web.json"), r#"{"proposals": ["http"], "operations": [{"type": "run"}, {"type": "request"}]}"#)
        .module(&at("component.wasm"), "(component)");
    let made = suite.made("wasi-testsuite", &[]);
    assert_eq!(
        made.folders(),
        ["wasi-c-plain", "wasi-c-said", "wasi-c-steps"]
    );
    let told = made.told();
    for left in [
        "wasi-c-root: it wants a folder as its root",
        "wasi-c-dirs: it wants a folder as its root",
        "wasi-c-exit: it has to end with 33",
        "wasi-c-web: it wants http, request",
        "no core module",
        "3 made, 5 left out",
    ] {
        assert!(told.contains(left), "{left}: {told}");
    }
    let said = suite.workload("wasi-c-said");
    assert_eq!(
        said.run.as_ref().expect("it is run").args,
        ["a", "the \"b\""]
    );
    assert_eq!(said.env["a b"], "new\nline");
    assert!(is_right(&said, b"hello"));
    assert!(said.artifacts.contains_key(&Target::Wasip1));
    assert!(is_right(&suite.workload("wasi-c-plain"), b""));
    let steps = suite.workload("wasi-c-steps");
    assert_eq!(steps.run.as_ref().expect("it is run").args, ["x"]);
    assert!(is_right(&steps, b"one\n"));
}

#[test]
fn a_folder_without_the_suite_is_refused_with_what_to_do() {
    let suite = Suite::new().file("README", "");
    for (kind, why) in [
        ("coremark", "is no CoreMark"),
        ("polybench", "is no PolyBench/C"),
        ("sightglass", "there is no module"),
        ("wasi-testsuite", "there is no module"),
        ("spec", "there is no suite spec; there are: coremark"),
    ] {
        let made = suite.made(kind, &[]);
        let told = made.told();
        let no_jq = told.contains("jq is missing");
        assert_eq!(made.0.status.code(), Some(2), "{kind}: {told}");
        assert!(told.contains(why) || no_jq, "{kind}: {told}");
    }
}

/// Notes a skip, where `scripts/test` sees it.
fn skip(test: &str, reason: &str) {
    use std::io::Write as _;
    let line = format!("SKIPPED {test}: {reason}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}
