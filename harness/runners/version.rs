//! Build script of the runners: which version of its runtime a runner is built with, so
//! that `describe` says what is linked, whichever version that is.
//!
//! * `env!("RUNTIME_VERSION")` is the version that Cargo.lock has of the first crate
//!   under `[versions]` in runner.toml.
//! * `cfg(runtime_since = "48")` holds from 48.0.0 on: for code that another version
//!   needs otherwise.

use std::fs;

fn main() {
    let read = |file: &str| {
        println!("cargo::rerun-if-changed={file}");
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let (definition, lock) = (read("runner.toml"), read("Cargo.lock"));
    let runtime = first_crate(&definition).expect("runner.toml has [versions] with crates");
    let version = locked(&lock, runtime).expect("Cargo.lock has the runtime");
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    let major: u32 = major.expect("a version begins with a number");
    println!("cargo::rustc-env=RUNTIME_VERSION={version}");
    println!("cargo::rustc-check-cfg=cfg(runtime_since, values(any()))");
    for since in 1..=major {
        println!("cargo::rustc-cfg=runtime_since=\"{since}\"");
    }
}

/// The first quoted word after `crates`.
fn first_crate(definition: &str) -> Option<&str> {
    let (_, versions) = definition.split_once("[versions]")?;
    let (_, crates) = versions.split_once("crates")?;
    crates.split('"').nth(1)
}

/// The version of a package in a lockfile.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next()
}
