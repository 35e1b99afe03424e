//! HTTP hosts as they ship, made up: one that serves, and some that do not end.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Lab, Product, folders_of, processes_of};

/// A host in the standard library alone, which answers `right`; `$TERM` is what it does on
/// SIGTERM, and `$START` what it does first.
const HOST: &str = r#"
use std::io::{Read, Write};
unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn _exit(code: i32) -> !;
}
extern "C" fn end(_: i32) { unsafe { $TERM } }
fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--version") {
        println!("$NAME 1.2.3");
        return;
    }
    unsafe { signal(15, end as *const () as usize) };
    $START
    let listener = std::net::TcpListener::bind(args.next().unwrap()).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nright\n");
    }
}
"#;

fn compile(lab: &Path, name: &str, term: &str, start: &str) {
    let bin = lab.join("bin");
    let source = bin.join(format!("{name}.rs"));
    let text = HOST
        .replace("$TERM", term)
        .replace("$START", start)
        .replace("$NAME", name);
    fs::write(&source, text).expect("writes a source");
    let built = Command::new("rustc")
        .args(["--edition", "2024", "-o"])
        .arg(bin.join(name))
        .arg(&source)
        .output()
        .expect("rustc runs");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
}

#[test]
fn each_host_that_misbehaves_costs_its_own_rows() {
    let well = "_exit(0)";
    let helper =
        "let _ = std::process::Command::new(\"setsid\").args([\"sleep\", \"1000\"]).spawn();";
    let by_signal = "signal(15, 0); unsafe extern \"C\" { fn raise(n: i32) -> i32; } raise(15);";
    let orderly = "stop = \"SIGTERM\"";
    let cases = [
        ("hosts", well, "", orderly, "measured", ""),
        (
            "stays",
            "let _ = signal(15, 1);",
            "",
            orderly,
            "timeout",
            "did not end",
        ),
        (
            "sulks",
            "_exit(7)",
            "",
            orderly,
            "failed",
            "when it was asked to end it exited with code 7",
        ),
        (
            "dies",
            by_signal,
            "",
            orderly,
            "failed",
            "was ended by signal 15",
        ),
        (
            "dieswell",
            by_signal,
            "",
            "stop = \"SIGTERM\"\nends_by_signal = true",
            "measured",
            "",
        ),
        (
            "deserts",
            well,
            helper,
            orderly,
            "failed",
            "left processes behind, which were ended: sleep (",
        ),
        (
            "quits",
            well,
            "std::process::exit(5);",
            orderly,
            "failed",
            "exited with code 5 before it answered",
        ),
    ];
    let mut lab = Lab::fixture().handler("asked").plan("timeout_s", "3");
    for (name, term, start, host, ..) in cases {
        lab = lab.product(&Product::new(name, "").without_program().hosts(host));
        compile(lab.path(), name, term, start);
    }
    let mut ran = lab.measure([""; 0]).exit(101);
    for (name, .., outcome, reason) in cases {
        let isolation = format!("{name}/run");
        ran = ran.rows("asked", &isolation, outcome, reason);
        assert!(
            ran.files.rows("right", &isolation).is_empty(),
            "a host has rows of a command"
        );
    }
    let ran = ran.rows("right", "native/static", "measured", "");
    assert!(processes_of(ran.pid).is_empty());
    assert_eq!(folders_of(ran.pid), [""; 0]);
}

#[test]
fn a_server_without_a_policy_is_a_mistake() {
    Lab::fixture()
        .product(&Product::new("odd", "").hosts("stop = \"SIGTERM\""))
        .replace(
            "harness/servers/odd/server.toml",
            "policy = \"fresh\"\n",
            "",
        )
        .run(["list", "isolations"])
        .exit(2)
        .stderr_has("odd/server.toml:14: configuration run: a server needs `policy`");
}
