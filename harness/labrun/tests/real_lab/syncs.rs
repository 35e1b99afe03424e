//! What the rows of `fsync` count are system calls: `strace` sees them. An isolation that
//! makes none has no such rows.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::skip::skip;
use crate::{Ran, scenario, text};

/// Traces nothing but what syncs, and stops processes for nothing else.
const STRACE: [&str; 5] = ["strace", "-f", "--seccomp-bpf", "-qq", "-e"];
const CALLS: &str = "trace=fsync,fdatasync,sync_file_range";

/// In a launch of `fsync`, in memory alone: 16 batches at least, of 8,000 operations.
const LEAST: usize = 16 * 8_000;

fn files(name: &str, before: &[&str], isolation: &str) -> Ran {
    let what = [
        "throughput",
        "-w",
        "file-io",
        "-i",
        isolation,
        "--samples",
        "1",
    ];
    scenario(name, before, &what)
}

/// Outcomes and reasons of the rows of `fsync`.
fn fsyncs(ran: &Ran) -> Vec<(String, String)> {
    ran.results()
        .filter(|row| row["params"]["op"] == "fsync" && row["outcome"] != "not-selected")
        .map(|row| (text(row, "outcome"), text(row, "reason")))
        .collect()
}

fn assert_measured(ran: &Ran) {
    let rows = fsyncs(ran);
    // Both file systems, unless this machine has no disk.
    let measured = |(outcome, reason): &(String, String)| {
        outcome == "measured" || Some(reason) == lab::site::no_disk().as_ref()
    };
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(measured), "{rows:?}");
}

fn count(trace: &Path) -> usize {
    let text = fs::read_to_string(trace).expect("strace wrote it");
    text.lines()
        .filter(|line| line.contains("sync(") && line.ends_with("= 0"))
        .count()
}

fn strace_is_missing(test: &str) -> bool {
    let missing = Command::new("strace").arg("-V").output().is_err();
    if missing {
        skip(test, "strace is missing: sudo apt-get install strace");
    }
    missing
}

fn node_is_there() -> bool {
    let mut node = Command::new("node");
    node.args(["-p", "parseInt(process.versions.node, 10) >= 20"]);
    node.output().is_ok_and(|said| said.stdout == b"true\n")
}

#[test]
fn native_code_and_wasm_sync() {
    if strace_is_missing("syncs") {
        return;
    }
    let mut isolations = vec![
        "native/static",
        "wasmtime/cranelift-aot",
        "wasmi/interpreter",
        "node/v8",
    ];
    // Its library is where it is installed; elsewhere its rows say so.
    if std::env::var_os("WASMEDGE_DIR").is_some() {
        isolations.extend(["wasmedge/interpreter", "wasmedge/aot"]);
    }
    for isolation in isolations {
        if isolation == "node/v8" && !node_is_there() {
            skip(
                "syncs-node",
                "no node, 20 or newer: sudo apt-get install nodejs",
            );
            continue;
        }
        let trace = tempfile::NamedTempFile::new().expect("a file");
        let path = trace.path().to_str().expect("UTF-8");
        let before = [&STRACE[..], &[CALLS, "-o", path]].concat();
        let ran = files("real-lab-syncs", &before, isolation);
        assert_measured(&ran);
        let seen = count(trace.path());
        assert!(seen >= LEAST, "{isolation}: {seen} calls");
    }
}

#[test]
fn a_container_syncs() {
    if strace_is_missing("syncs-docker") {
        return;
    }
    let trace = tempfile::NamedTempFile::new().expect("a file");
    let Some(strace) = Attached::to("containerd", trace.path()) else {
        skip(
            "syncs-docker",
            "no process containerd that strace can follow",
        );
        return;
    };
    let ran = files("real-lab-syncs-docker", &[], "docker/runc");
    drop(strace);
    assert_measured(&ran);
    let seen = count(trace.path());
    assert!(seen >= LEAST, "{seen} calls");
}

#[test]
fn wasmer_does_not_sync_and_says_so() {
    let ran = files("real-lab-syncs-wasmer", &[], "wasmer/cranelift-aot");
    let rows = fsyncs(&ran);
    assert_eq!(rows.len(), 4);
    for (outcome, reason) in rows {
        assert_eq!(outcome, "unsupported");
        assert!(reason.contains("fsync"), "{reason}");
    }
}

/// strace that follows processes that were there before; it lets go of them when dropped.
struct Attached(Child);

impl Attached {
    /// Follows all processes of a name, and what they start.
    fn to(name: &str, trace: &Path) -> Option<Self> {
        let processes = fs::read_dir("/proc").expect("/proc");
        let processes = processes.flatten().filter(|entry| {
            let named = fs::read_to_string(entry.path().join("comm"));
            named.is_ok_and(|named| named.trim() == name)
        });
        let mut command = Command::new("strace");
        command.args(["-f", "-e", CALLS, "-o"]).arg(trace);
        let mut found = false;
        for process in processes {
            found = true;
            command.arg("-p").arg(process.file_name());
        }
        if !found {
            return None;
        }
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace starts");
        // It says that it is attached before anything can be traced.
        let mut line = String::new();
        let stderr = child.stderr.take().expect("a pipe");
        let mut lines = std::io::BufReader::new(stderr);
        std::io::BufRead::read_line(&mut lines, &mut line).expect("it says something");
        assert!(line.contains("attached"), "{line}");
        // Nobody reads the rest, which is little.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Some(Self(child))
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // SAFETY: a signal to a child of ours that was not waited for.
        unsafe { libc::kill(self.0.id().cast_signed(), libc::SIGINT) };
        let _ = self.0.wait();
    }
}
