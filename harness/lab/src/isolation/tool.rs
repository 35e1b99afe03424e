//! A program of somebody else's that an isolation needs: whether it is on `PATH`, whether
//! it runs, and its version. It is looked for once, when it is first asked for.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use labrun_record::{IsolationRecord, Outcome, Setting};

use super::Isolation;
use crate::build::sha256;

/// How long a program may take to say its version.
const LIMIT: Duration = Duration::from_secs(10);

/// A program that has to be there.
#[derive(Debug)]
pub(super) struct Tool {
    program: &'static str,
    /// How to get it, as a command.
    hint: &'static str,
    /// The least version that does what the lab needs, and what an older one lacks.
    least: Option<(&'static str, &'static str)>,
    found: OnceLock<Result<Found, String>>,
}

/// A program that runs.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its file.
    pub(super) path: PathBuf,
    /// As it says itself.
    pub(super) version: String,
    /// SHA-256 of its file.
    pub(super) sha256: Option<String>,
}

impl Tool {
    /// The program of a name, and the command that installs it.
    pub(super) fn new(program: &'static str, hint: &'static str) -> Self {
        Self {
            program,
            hint,
            least: None,
            found: OnceLock::new(),
        }
    }

    /// The same of at least a version; `lacks` says what an older one cannot do.
    pub(super) fn at_least(self, version: &'static str, lacks: &'static str) -> Self {
        Self {
            program: self.program,
            hint: self.hint,
            least: Some((version, lacks)),
            found: OnceLock::new(),
        }
    }

    /// The program; or why it cannot be used, with the way to mend it.
    pub(super) fn found(&self) -> Result<&Found, String> {
        let found = self.found.get_or_init(|| self.look());
        found.as_ref().map_err(Clone::clone)
    }

    /// The record of an isolation that stands on it.
    pub(super) fn record(
        &self,
        isolation: &dyn Isolation,
        settings: Vec<Setting>,
    ) -> IsolationRecord {
        let found = self.found();
        let (version, sha256) = found.as_ref().map_or((None, None), |found| {
            (Some(found.version.clone()), found.sha256.clone())
        });
        IsolationRecord {
            name: isolation.name().to_owned(),
            tier: isolation.tier(),
            version,
            sha256,
            settings,
            outcome: if found.is_ok() {
                Outcome::Measured
            } else {
                Outcome::Unavailable
            },
            reason: found.err(),
        }
    }

    fn look(&self) -> Result<Found, String> {
        let (program, hint) = (self.program, self.hint);
        let path =
            on_path(program).ok_or_else(|| format!("{program} is not on PATH; get it: {hint}"))?;
        let broken = |why: String| {
            let path = path.display();
            format!("{path} is there, but `{program} --version` {why}; get it anew: {hint}")
        };
        let said = said(&path).map_err(broken)?;
        let version = version_in(&said)
            .ok_or_else(|| broken(format!("names no version: {:?}", said.trim())))?;
        if let Some((least, lacks)) = self.least
            && numbers(&version) < numbers(least)
        {
            return Err(format!(
                "{program} {version} is too old: before {least} it {lacks}; get a newer one: {hint}"
            ));
        }
        Ok(Found {
            sha256: sha256(&path).ok(),
            path,
            version,
        })
    }
}

/// The first file of a name on `PATH` that may be executed.
pub(super) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where Debian keeps what only root runs, and a user's PATH may lack.
    let beside = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut files = std::env::split_paths(&path)
        .chain(beside)
        .map(|folder| folder.join(program));
    files.find(|file| {
        file.is_absolute()
            && file
                .metadata()
                .is_ok_and(|of| of.is_file() && of.permissions().mode() & 0o111 != 0)
    })
}

/// What a program prints when it is asked for its version.
fn said(path: &Path) -> Result<String, String> {
    let mut child = Command::new(path)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let (send, heard) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.map(|mut pipe| pipe.read_to_string(&mut text));
        let mut complaint = String::new();
        let _ = stderr.map(|mut pipe| pipe.read_to_string(&mut complaint));
        // Nobody listens when it took too long.
        let _ = send.send((text, complaint));
    });
    let heard = heard.recv_timeout(LIMIT);
    if heard.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let (text, complaint) =
        heard.map_err(|_| format!("said nothing within {} s", LIMIT.as_secs()))?;
    if !status.success() {
        let why = complaint.lines().chain(text.lines()).next();
        return Err(format!("failed ({status}): {}", why.unwrap_or_default()));
    }
    Ok(text)
}

/// The first word that begins like a version.
fn version_in(said: &str) -> Option<String> {
    let mut words = said.split([' ', '\n', '\t', ',']);
    words
        .find_map(|word| {
            let word = word.strip_prefix('v').unwrap_or(word);
            let begins = word.starts_with(|first: char| first.is_ascii_digit());
            (begins && word.contains('.')).then_some(word)
        })
        .map(str::to_owned)
}

/// The numbers of a version, to compare: `1.8.1` is 1, 8, 1.
fn numbers(version: &str) -> Vec<u64> {
    let end = version.find(|c: char| c != '.' && !c.is_ascii_digit());
    version[..end.unwrap_or(version.len())]
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_say() {
        for (said, version) in [
            ("bubblewrap 0.8.0\n", "0.8.0"),
            (
                "runc version 1.1.5+ds1\ncommit: 1.1.5\nspec: 1.0.2-dev\n",
                "1.1.5+ds1",
            ),
            ("crun version 1.8.1\ncommit: f8a096be\n", "1.8.1"),
            ("v20.20.2\n", "20.20.2"),
        ] {
            assert_eq!(version_in(said).as_deref(), Some(version));
        }
        assert_eq!(version_in("usage: tool [2 options]"), None);
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("1.8.1") < numbers("1.10"));
        assert!(numbers("0.0~20221219.0") < numbers("0.1"));
        assert!(numbers("0.8.0+ds1") >= numbers("0.8"));
    }
}
