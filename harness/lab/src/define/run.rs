//! `[run]` and `[serve]` of `workload.toml`: how a program is used, and what is right.

use std::path::PathBuf;

use serde::Deserialize;

use super::Expect;
use super::requests::{Requests, warmup};

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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// Path of the request of the first result.
    pub request: String,
    /// File that holds the whole body.
    pub expected: Option<PathBuf>,
    /// Which body is correct, where it is not one file's.
    pub body: Option<Expect>,
    /// The status of an answer that is right; 200 where nothing is said.
    pub status: Option<u16>,
    /// Arguments of a program that is none of the lab's own, in which `{port}`, `{ip}`, `{address}` and
    /// `{grant}` are put in. Without it a program of the lab's own is told by `--listen ADDR`.
    pub args: Option<Vec<String>>,
    /// The port on which such a program listens, where nothing tells it another.
    pub port: Option<u16>,
    /// What it is asked under load; `request` where nothing is said.
    pub requests: Option<Requests>,
    /// Seconds of load on each server before what counts first, in place of the scenario's.
    #[serde(default, rename = "warmup-s", deserialize_with = "warmup")]
    pub warmup_s: Option<f64>,
}

impl Serve {
    /// The status of an answer that is right.
    pub fn status(&self) -> u16 {
        self.status.unwrap_or(200)
    }
}
