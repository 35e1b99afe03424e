//! Reading a TOML file so that a mistake in it is found: file, line, nearest word.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::nearest;

/// What is wrong with a definition.
#[derive(Debug, Error)]
pub enum DefineError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file has a wrong key, type or value.
    #[error("{path}:{line}: {reason}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong, and the nearest valid word.
        reason: String,
    },
    /// A name that is not defined.
    #[error("there is no {kind} `{name}`{}; `labrun list {kind}s` shows them all", hint(.nearest.as_deref()))]
    Unknown {
        /// `scenario`, `workload`, `isolation`.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A version of a runtime that was not built.
    #[error(
        "there is no isolation `{name}` here: `labrun build --runner {runtime} --version X.Y.Z` builds \
         another version, and `labrun list isolations` shows those that there are"
    )]
    NoVersion {
        /// What was asked for.
        name: String,
        /// The part before the `@`.
        runtime: String,
    },
    /// No lab is here.
    #[error("{0}")]
    NoLab(String),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!(" (did you mean `{word}`?)"))
}

impl DefineError {
    /// A name that is none of `candidates`.
    pub fn unknown<'a>(
        kind: &'static str,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::Unknown {
            kind,
            name: name.to_owned(),
            nearest: nearest(name, candidates).map(str::to_owned),
        }
    }
}

/// Reads a TOML file into `T`.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, DefineError> {
    let text = fs::read_to_string(path).map_err(|source| DefineError::Io {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            1 + text[..span.start.min(text.len())].matches('\n').count()
        });
        let mut reason = error.message().to_owned();
        if let Some(word) = suggestion(&reason) {
            reason = format!("{reason} (did you mean `{word}`?)");
        }
        DefineError::Shape {
            path: path.to_owned(),
            line,
            reason,
        }
    })
}

/// From serde's "unknown field `x`, expected one of `a`, `b`": the nearest of the
/// expected words.
fn suggestion(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let wrong = words.next()?;
    nearest(wrong, words).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sheet {
        #[allow(dead_code)]
        workload: String,
        #[allow(dead_code)]
        samples: Option<u32>,
    }

    fn fault(text: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sheet.toml");
        fs::write(&path, text).expect("written");
        let error = read_toml::<Sheet>(&path).expect_err("is wrong").to_string();
        error.replace(&folder.path().display().to_string(), "")
    }

    #[test]
    fn a_wrong_key_names_file_line_and_word() {
        let error = fault("workload = \"add\"\nsampels = 3\n");
        assert!(
            error.starts_with("/sheet.toml:2: unknown field `sampels`"),
            "{error}"
        );
        assert!(error.ends_with("(did you mean `samples`?)"), "{error}");
    }

    #[test]
    fn a_wrong_type_names_file_and_line() {
        let error = fault("workload = \"add\"\nsamples = \"many\"\n");
        assert!(
            error.starts_with("/sheet.toml:2: invalid type: string"),
            "{error}"
        );
    }
}
