//! `[run.expect]` of `workload.toml`: which output is correct where it is not one file's.

use std::path::{Path, PathBuf};

use regex::bytes::Regex;
use serde::Deserialize;

use super::fault::{Fault, at};
use super::trust::inside;
use crate::task::{Expected, Learned, OUTPUT_LIMIT, Rule};
use labrun_record::regular;

/// Which output is correct: exactly one of these is said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// File that holds the whole of it.
    pub file: Option<PathBuf>,
    /// Regular expression that is found in the line by which it has answered.
    pub regex: Option<String>,
    /// Whether it has answered by its first line, which is the same in all launches.
    #[serde(default)]
    pub first_line: bool,
    /// Whether any output is correct: then no row of it is checked.
    #[serde(default)]
    pub any: bool,
    /// The first line, once a launch has printed it.
    #[serde(skip)]
    learned: Learned,
}

impl Expect {
    /// The whole output is that of a file.
    pub fn file(file: PathBuf) -> Self {
        Self {
            file: Some(file),
            ..Self::default()
        }
    }

    /// A line in which this regular expression is found.
    pub fn regex(pattern: String) -> Self {
        Self {
            regex: Some(pattern),
            ..Self::default()
        }
    }

    /// The same first line in all launches.
    pub fn first_line() -> Self {
        Self {
            first_line: true,
            ..Self::default()
        }
    }

    /// Anything.
    pub fn any() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    /// The first line that is correct, for who learns it.
    pub(super) fn learned(&self) -> &Learned {
        &self.learned
    }

    /// The output that is correct, or what is wrong with what is said.
    pub(super) fn expected(&self, folder: &Path) -> Result<Expected, Fault> {
        match (&self.file, &self.regex, self.first_line, self.any) {
            (Some(file), None, false, false) => whole(folder, file)
                .map(Expected::Whole)
                .map_err(at(&["file"])),
            (None, Some(pattern), false, false) => match Regex::new(pattern) {
                Ok(regex) => Ok(Expected::Line(Rule::Matching(regex))),
                Err(error) => Err(at(&["regex"])(format!(
                    "regex: {pattern:?} is no regular expression: {error}"
                ))),
            },
            (None, None, true, false) => Ok(Expected::Line(Rule::First(self.learned.clone()))),
            (None, None, false, true) => Ok(Expected::Line(Rule::Any)),
            _ => Err(
                "it needs exactly one of file = \"..\", regex = \"..\", first-line = true and \
                 any = true"
                    .into(),
            ),
        }
    }
}

/// An output that is a file's.
pub(super) fn whole(folder: &Path, file: &Path) -> Result<Vec<u8>, String> {
    let path = inside(folder, file)?;
    let bytes =
        regular::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if bytes.len() > OUTPUT_LIMIT {
        return Err(format!(
            "{} has over {} KiB, and no output that is compared as a whole may: write a [run.expect] \
             with regex, or with first-line = true",
            path.display(),
            OUTPUT_LIMIT / 1024
        ));
    }
    Ok(bytes)
}
