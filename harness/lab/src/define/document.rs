//! Reading a TOML file so that a mistake in it is found: file, line, nearest word.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::fault::{Fault, at, key_at};
use super::nearest::hint;
use super::plain::plain;
use labrun_record::regular;

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
    #[error("there is no {kind} `{name}`{hint}; `labrun list {kind}s` shows them all")]
    Unknown {
        /// `scenario`, `workload`, `isolation`.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What was probably meant, in brackets.
        hint: String,
    },
    /// A name that is defined, and that what was asked for does not take.
    #[error("the {kind} `{name}` is none of those of {of}, which are {}", .takes.join(", "))]
    NotTaken {
        /// What does not take it: `scenario cold-start`.
        of: String,
        /// `workload`, `isolation`.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What it takes instead.
        takes: Vec<String>,
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
            hint: hint(name, candidates),
        }
    }

    /// Something is wrong with a file as a whole.
    pub(crate) fn shape(path: &Path, reason: impl Into<String>) -> Self {
        Self::Shape {
            path: path.to_owned(),
            line: 1,
            reason: reason.into(),
        }
    }

    /// Something is wrong with a file of this text.
    pub(super) fn faulty(path: &Path, text: &str, fault: impl Into<Fault>) -> Self {
        let (place, reason) = fault.into().placed(text);
        Self::Shape {
            path: path.to_owned(),
            line: line_of(text, place),
            reason,
        }
    }

    /// A file or folder cannot be read.
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// Reads a TOML file into `T`.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, DefineError> {
    read_toml_with_text(path).map(|(read, _)| read)
}

/// The line of a place in a text, from 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    1 + before.filter(|byte| **byte == b'\n').count()
}

/// The same with the file's text, for whoever has to name a place in it later.
pub(super) fn read_toml_with_text<T: DeserializeOwned>(
    path: &Path,
) -> Result<(T, String), DefineError> {
    let text = read_text(path)?;
    let read = toml::from_str(&text).map_err(|error| {
        let place = error.span().map(|span| span.start);
        DefineError::Shape {
            path: path.to_owned(),
            line: place.map_or(1, |place| line_of(&text, place)),
            reason: reason(error.message(), &text, place),
        }
    });
    Ok((read?, text))
}

/// What a file holds, which has to be text.
fn read_text(path: &Path) -> Result<String, DefineError> {
    let bytes = regular::read(path).map_err(DefineError::io(path))?;
    String::from_utf8(bytes).map_err(|error| {
        let (good, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let before = bytes[..good].iter().filter(|byte| **byte == b'\n');
        DefineError::Shape {
            path: path.to_owned(),
            line: 1 + before.count(),
            reason: format!(
                "it is no text in UTF-8, which TOML is: here is a byte 0x{:02x}; save it as UTF-8",
                bytes.get(good).copied().unwrap_or_default()
            ),
        }
    })
}

/// What is wrong by serde, in plain words, with the key that it is about and the nearest valid word.
fn reason(message: &str, text: &str, place: Option<usize>) -> String {
    let Some((there, wanted)) = plain(message) else {
        let said = format!("{message}{}", suggestion(message));
        return said.replacen("unknown variant ", "unknown word ", 1);
    };
    let is_date =
        place.is_some_and(|place| text[place..].starts_with(|c: char| c.is_ascii_digit()));
    let there = match there.as_str() {
        // So it comes to serde.
        "a table" if is_date => "a date",
        there => there,
    };
    let key = place.and_then(|place| key_at(text, place));
    let key = key.unwrap_or_else(|| "it".to_owned());
    format!("{key} is {there}, and has to be {wanted}")
}

/// A definition has to be called what its file or folder is.
pub(super) fn check_name(what: &str, found: Option<&OsStr>, name: &str) -> Result<(), Fault> {
    if found.is_some_and(|found| found == name) {
        return Ok(());
    }
    let reason = format!("name is `{name}`, but its {what} has another name");
    Err(at(&["name"])(reason))
}

/// From serde's "unknown field `x`, expected one of `a`, `b`": the nearest of the
/// expected words.
fn suggestion(message: &str) -> String {
    let mut words = message.split('`').skip(1).step_by(2);
    match words.next() {
        Some(wrong) if message.starts_with("unknown ") => hint(wrong, words),
        _ => String::new(),
    }
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
        std::fs::write(&path, text).expect("written");
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
            error.starts_with(
                "/sheet.toml:2: samples is the text \"many\", and has to be a whole number"
            ),
            "{error}"
        );
    }
}
