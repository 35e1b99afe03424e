//! Running cargo, with progress, and with its own words when it fails.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::owner::{self, Owner};
use crate::progress::Progress;

/// One cargo build of one package for one target.
#[derive(Debug)]
pub(crate) struct CargoBuild<'a> {
    /// What is built, for a person: `runner wasmtime`.
    pub what: String,
    /// Folder of the package.
    pub package: &'a Path,
    /// Folder whose cargo configuration holds: the profiles of the lab's
    /// `.cargo/config.toml`, wherever labrun was started and the package lies.
    pub configured_by: &'a Path,
    /// Target triple.
    pub triple: &'a str,
    /// `--bin NAME`, `--lib`, or nothing.
    pub select: Vec<String>,
    /// Cargo's target folder.
    pub target_dir: &'a Path,
    /// Ends the build.
    pub interrupt: &'a Interrupt,
}

impl CargoBuild<'_> {
    /// Builds it; gives the path of the artifact named `file`, or of the program
    /// where no name is given.
    pub(crate) fn run(
        &self,
        file: Option<&str>,
        progress: &dyn Progress,
    ) -> Result<PathBuf, String> {
        let manifest = self.package.join("Cargo.toml");
        let total = self.crates(&manifest);
        progress.step(&self.what, 0, total);
        let mut child = Command::new("cargo")
            .args([
                "build",
                "--release",
                "--locked",
                "--message-format=json-render-diagnostics",
            ])
            .arg("--manifest-path")
            .arg(&manifest)
            .args(["--target", self.triple])
            .args(&self.select)
            .env("CARGO_TARGET_DIR", self.target_dir)
            .env(owner::VARIABLE, Owner::this().to_string())
            .current_dir(self.configured_by)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, so that all that cargo started ends with it.
            .process_group(0)
            .spawn()
            .map_err(|error| {
                format!("cargo does not start: {error}; is rustup installed? https://rustup.rs")
            })?;
        let stderr = child.stderr.take();
        // stderr is read beside stdout, or cargo would stop at a full pipe.
        let said = std::thread::spawn(move || {
            let mut text = String::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_string(&mut text);
            }
            text
        });
        let mut built = None;
        let mut done = 0;
        // A crate may compile for minutes without a line: lines are waited for beside
        // an interruption.
        let (send, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
                lines.try_for_each(|line| send.send(line))
            });
            loop {
                if self.interrupt.raised() {
                    // SAFETY: cargo is not yet reaped, so the group's number is its own.
                    unsafe { libc::kill(-child.id().cast_signed(), libc::SIGKILL) };
                    break;
                }
                let line = match lines.recv_timeout(Duration::from_millis(50)) {
                    Ok(line) => line,
                    Err(mpsc::RecvTimeoutError::Timeout) => continue,
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                };
                let Ok(message) = serde_json::from_str::<serde_json::Value>(&line) else {
                    continue;
                };
                if message["reason"] != "compiler-artifact" {
                    continue;
                }
                done += 1;
                progress.step(&self.what, done, total.max(done));
                if let Some(path) = artifact(&message, file) {
                    built = Some(path);
                }
            }
        }
        let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
        let said = said.join().unwrap_or_default();
        progress.finish(&self.what);
        if !status.success() {
            return Err(format!(
                "cargo could not build {}:\n{}",
                self.what,
                told(&said)
            ));
        }
        let what = &self.what;
        built.ok_or_else(|| format!("cargo built {what}, but no {}", file.unwrap_or("program")))
    }

    /// About how many artifacts the build makes: one a crate, one more a build
    /// script. Only for progress, so that any failure means "unknown".
    fn crates(&self, manifest: &Path) -> u64 {
        let tree = Command::new("cargo")
            .args([
                "tree",
                "--locked",
                "--offline",
                "--prefix",
                "none",
                "-e",
                "normal,build",
            ])
            .args(["--target", self.triple])
            .arg("--manifest-path")
            .arg(manifest)
            .current_dir(self.configured_by)
            .output();
        let Ok(tree) = tree else { return 0 };
        let text = String::from_utf8_lossy(&tree.stdout).into_owned();
        let names: BTreeSet<&str> = text
            .lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .collect();
        names.len() as u64 * 5 / 4
    }
}

/// The file of a cargo message that is looked for.
fn artifact(message: &serde_json::Value, file: Option<&str>) -> Option<PathBuf> {
    let Some(file) = file else {
        return message["executable"].as_str().map(PathBuf::from);
    };
    let files = message["filenames"].as_array()?.iter();
    let mut paths = files.filter_map(|path| path.as_str()).map(PathBuf::from);
    paths.find(|path| path.file_name().is_some_and(|name| name == file))
}

/// What cargo said from its first error on: whatever comes after it may come of it.
/// Without an error, the end.
pub(crate) fn told(said: &str) -> String {
    const LINES: usize = 30;
    let lines: Vec<&str> = said.lines().collect();
    let end = lines.len().saturating_sub(LINES);
    let first = lines.iter().position(|line| line.starts_with("error"));
    let from = first.unwrap_or(end);
    lines[from..]
        .iter()
        .take(LINES)
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}
