//! The Rust toolchain: which it is, and the targets that it can build for.

use std::path::Path;
use std::process::Command;

use crate::progress::Progress;

/// The Rust toolchain that builds everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub version: String,
    /// `x86_64-unknown-linux-gnu`.
    pub host: String,
}

impl Toolchain {
    /// Asks rustc; an error says how to get one.
    pub fn find() -> Result<Self, String> {
        let missing = "is rustup installed? https://rustup.rs";
        let output = Command::new("rustc")
            .arg("-vV")
            .output()
            .map_err(|error| format!("rustc does not start: {error}; {missing}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.lines().next().map(str::to_owned);
        let host = text
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .map(str::to_owned);
        match (version, host) {
            (Some(version), Some(host)) => Ok(Self { version, host }),
            _ => Err(format!("rustc -vV says nothing of use; {missing}")),
        }
    }

    /// The architecture: `x86_64`, `aarch64`.
    pub fn arch(&self) -> &str {
        self.host
            .split('-')
            .next()
            .unwrap_or(std::env::consts::ARCH)
    }

    /// Makes sure that `triple` can be built for; adds it through rustup if not.
    pub fn ensure_target(&self, triple: &str, progress: &dyn Progress) -> Result<(), String> {
        if has_target(triple) {
            return Ok(());
        }
        progress.note(&format!(
            "adding the Rust target {triple}: rustup target add {triple}"
        ));
        let output = Command::new("rustup")
            .args(["target", "add", triple])
            .output()
            .map_err(|error| {
                format!("the Rust target {triple} is missing and rustup does not start: {error}")
            })?;
        if output.status.success() && has_target(triple) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said
            .lines()
            .rfind(|line| !line.trim().is_empty())
            .unwrap_or("no reason given");
        Err(format!("`rustup target add {triple}` failed: {last}"))
    }
}

/// Whether the standard library of a target is installed.
pub fn has_target(triple: &str) -> bool {
    Command::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .output()
        .is_ok_and(|output| {
            output.status.success()
                && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
        })
}
