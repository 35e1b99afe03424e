//! `config.json`: which files are written, how long they are, and from which seed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

/// Name of the config file in the granted directory.
pub(crate) const FILE: &str = "config.json";

/// Most files, and most bytes of all files together, that a config may ask for.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 4 << 30;

/// What to write.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// What the content is derived from.
    pub(crate) seed: u64,
    /// In the order in which they are written.
    pub(crate) files: Vec<Entry>,
}

/// One file.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its name in the granted directory.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
}

/// What is wrong with the config.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read {}: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("{}: {error}", path.display())]
    Malformed {
        path: PathBuf,
        error: serde_json::Error,
    },
    #[error("{FILE}: {name:?} cannot be a file here: {reason}")]
    Name { name: String, reason: &'static str },
    #[error("{FILE}: `files` is empty; there is nothing to do")]
    Empty,
    #[error("{FILE}: more than {MOST_FILES} files, or {MOST_BYTES} bytes in all")]
    TooMuch,
}

impl Config {
    /// Reads and checks the config of the directory `grant`.
    pub(crate) fn read(grant: &Path) -> Result<Self, ConfigError> {
        let path = grant.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) => return Err(ConfigError::Unreadable { path, error }),
        };
        let config: Self = match serde_json::from_slice(&text) {
            Ok(config) => config,
            Err(error) => return Err(ConfigError::Malformed { path, error }),
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.files.is_empty() {
            return Err(ConfigError::Empty);
        }
        let total = self
            .files
            .iter()
            .try_fold(0_u64, |total, file| total.checked_add(file.bytes));
        if self.files.len() > MOST_FILES || total.is_none_or(|total| total > MOST_BYTES) {
            return Err(ConfigError::TooMuch);
        }
        let mut seen = BTreeSet::new();
        for Entry { name, .. } in &self.files {
            let reason = match fault(name) {
                None if seen.insert(name.as_str()) => continue,
                None => "it is named twice",
                Some(reason) => reason,
            };
            return Err(ConfigError::Name {
                name: name.clone(),
                reason,
            });
        }
        Ok(())
    }
}

/// Why `name` is not the plain name of a file in the directory itself.
fn fault(name: &str) -> Option<&'static str> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.len() > 255 {
        Some("a name has 1 to 255 bytes")
    } else if name.starts_with('.') {
        Some("a name does not start with a dot")
    } else if !name.bytes().all(known) {
        Some("a name has letters, digits, '-', '_' and '.', so that it leads nowhere else")
    } else if name == FILE {
        Some("it is the config itself")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), text).unwrap();
        Config::read(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_default_config_is_good() {
        let config = read(include_str!("../grant/config.json")).unwrap();
        assert_eq!(config.files.len(), 3);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "/etc/passwd",
            ".a",
            "a\\\\b",
            "a\\u0000",
            "é",
        ] {
            let text = format!(r#"{{"seed":1,"files":[{{"name":"{name}","bytes":1}}]}}"#);
            let error = read(&text).unwrap_err();
            assert!(error.contains("cannot be a file here"), "{error}");
        }
    }

    #[test]
    fn other_faults_are_named() {
        for (files, reason) in [
            ("", "`files` is empty"),
            (
                r#"{"name":"config.json","bytes":1}"#,
                "it is the config itself",
            ),
            (
                r#"{"name":"a","bytes":1},{"name":"a","bytes":1}"#,
                "named twice",
            ),
            (r#"{"name":"a","bytes":-1}"#, "config.json: invalid value"),
            (r#"{"name":"a","size":1}"#, "unknown field `size`"),
            (
                r#"{"name":"a","bytes":18446744073709551615},{"name":"b","bytes":1}"#,
                "bytes in all",
            ),
            (r#"{"name":"a","bytes":5000000000}"#, "bytes in all"),
        ] {
            let error = read(&format!(r#"{{"seed":1,"files":[{files}]}}"#)).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
