//! `[[steady]]` and `[[calls]]` of `workload.toml`: what a workload does again and again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::Need;

/// A way of working steadily: the same batch of work again and again, and at the end of
/// each batch the same line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steady {
    /// Its name, in scenarios.
    pub name: String,
    /// Arguments; `{grant}` stands for the granted directory, and `{rounds}` for how often
    /// a batch repeats its work: the lab chooses that for each isolation, so that a batch
    /// is neither too short to time nor too long to wait for. `--batches 0` is added: it
    /// goes on until it is ended.
    #[serde(default)]
    pub args: Vec<String>,
    /// File that holds the line of a batch; `{rounds}` stands for the same there.
    pub expected: PathBuf,
    /// Operations of a round, or of a batch that has none.
    pub operations: u32,
    /// Bytes that it works through, where that is what it does.
    pub bytes: Option<u64>,
    /// Abilities that an isolation must really have for it.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What tells its rows from those of the workload's other ways.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

/// What stands for the number of rounds.
pub(super) const ROUNDS: &str = "{rounds}";

impl Steady {
    /// Whether the lab chooses how often a batch repeats its work.
    pub fn has_rounds(&self) -> bool {
        self.args.iter().any(|arg| arg.contains(ROUNDS))
    }
}

/// An export that is called one time after another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Its name, in scenarios.
    pub name: String,
    /// The bare export, of two numbers.
    pub export: String,
    /// What it is called with.
    pub arguments: [i32; 2],
    /// What each call returns.
    pub expected: i32,
    /// Calls of a batch.
    pub calls: u32,
    /// Operations inside one call, where they are what is counted and not the calls.
    pub operations: Option<u32>,
    /// What tells its rows from those of the workload's other exports.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}
