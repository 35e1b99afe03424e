//! `[run]` and `[serve]` of `workload.toml`: how a program is used, and what is right.

use std::path::PathBuf;

use serde::Deserialize;

use super::Expect;

/// How a workload is run as a command.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Arguments; `{grant}` stands for the granted directory.
    #[serde(default)]
    pub args: Vec<String>,
    /// File that holds the whole of stdout.
    pub expected: Option<PathBuf>,
    /// Which output is correct, where it is not one file's.
    pub expect: Option<Expect>,
    /// Whether it stays after its output with `LABRUN_HOLD=1`, until its stdin ends. What is built
    /// here does; what is given does where this says so.
    pub hold: Option<bool>,
}

/// How a workload serves HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// Path of the request of the first result.
    pub request: String,
    /// File that holds the whole body.
    pub expected: PathBuf,
}
