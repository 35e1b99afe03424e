//! A runner that is a cargo package, and its made-up runtime in several versions: beside
//! the lab, where cargo finds them without a network.

use std::fs;
use std::path::Path;

use super::lab::Lab;

/// The versions of the runtime `toyrt`. The runner is written for the first, and fits all
/// but the last.
pub(crate) const VERSIONS: [&str; 4] = ["2.0.0", "1.1.0", "1.0.0", "0.9.0"];

const RUNTIME: &str = "pub const VERSION: &str = env!(\"CARGO_PKG_VERSION\");\n";
const SAY: &str = "pub fn say() -> &'static str {\n    \"right\\n\"\n}\n";

const DEFINITION: &str = r#"name = "toy"
summary = "a made-up runtime"
tier = "wasm-sandbox"

[versions]
crates = ["toyrt"]

[[configuration]]
name = "plain"
summary = "as it is"
targets = ["wasip1"]
starts = ["process"]
"#;

const MANIFEST: &str = r#"[package]
name = "labrun-runner-toy"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
kit = { path = "../../kit" }
toyrt = "=2.0.0"
"#;

const LOCK: &str = r#"version = 4

[[package]]
name = "kit"
version = "0.0.0"

[[package]]
name = "labrun-runner-toy"
version = "0.0.0"
dependencies = [
 "kit",
 "toyrt",
]

[[package]]
name = "toyrt"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"#;

const SOURCE: &str = r##"use std::fs::File;
use std::io::{Write as _, stdin};
use std::os::fd::FromRawFd as _;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("describe") {
        let version = toyrt::VERSION;
        println!(r#"{{"protocol":3,"name":"toy","version":"{version}","configurations":["plain"]}}"#);
        return;
    }
    let mut guest = unsafe { File::from_raw_fd(kit::GUEST) };
    for line in stdin().lines().map_while(Result::ok) {
        if line.contains(r#""do":"run""#) {
            guest.write_all(toyrt::say().as_bytes()).expect("writes");
            println!(r#"{{"event":"done","exit_code":0}}"#);
        } else {
            println!(r#"{{"event":"done"}}"#);
        }
    }
}
"##;

impl Lab {
    /// A lab that measures the runner `toy` besides.
    pub(crate) fn with_toy() -> Self {
        let lab = Self::fixture();
        let put = |file: &str, text: &str| put(lab.path(), file, text);
        put(
            ".cargo/config.toml",
            "[source.crates-io]\nreplace-with = \"beside\"\n\n[source.beside]\ndirectory = \"vendor\"\n",
        );
        for version in VERSIONS {
            let folder = format!("vendor/toyrt-{version}");
            let manifest = format!(
                "[package]\nname = \"toyrt\"\nversion = \"{version}\"\nedition = \"2024\"\n"
            );
            let fits = version != VERSIONS[3];
            put(&format!("{folder}/Cargo.toml"), &manifest);
            put(&format!("{folder}/.cargo-checksum.json"), "{\"files\":{}}");
            let source = format!("{RUNTIME}{}", if fits { SAY } else { "" });
            put(&format!("{folder}/src/lib.rs"), &source);
        }
        put(
            "harness/kit/Cargo.toml",
            "[package]\nname = \"kit\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
        );
        put("harness/kit/src/lib.rs", "pub const GUEST: i32 = 3;\n");
        for (file, text) in [
            ("runner.toml", DEFINITION),
            ("Cargo.toml", MANIFEST),
            ("Cargo.lock", LOCK),
            ("src/main.rs", SOURCE),
        ] {
            put(&format!("harness/runners/toy/{file}"), text);
        }
        lab.isolation("toy/*")
    }
}

fn put(lab: &Path, file: &str, text: &str) {
    let path = lab.join(file);
    let folder = path.parent().expect("is in a folder");
    fs::create_dir_all(folder).expect("makes a folder");
    fs::write(path, text).expect("writes a file");
}
