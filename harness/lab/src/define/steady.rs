//! `[[steady]]` and `[[calls]]` of `workload.toml`: what a workload does again and again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::expect::whole;
use super::fault::{Fault, at};
use super::{Need, Workload};
use crate::task::Task;

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

impl Workload {
    /// Whether its ways of working steadily, and its calls, do something.
    pub(super) fn check_ways(&self) -> Result<(), Fault> {
        for (number, steady) in self.steady.iter().enumerate() {
            let number = number.to_string();
            let wrong = |key: &str, why: String| {
                let why = format!("steady {}: {why}", steady.name);
                at(&["steady", &number, key])(why)
            };
            self.batches(steady, 1)
                .map_err(|why| wrong("expected", why))?;
            if steady.operations == 0 || steady.bytes == Some(0) {
                let key = if steady.operations == 0 {
                    "operations"
                } else {
                    "bytes"
                };
                let reason = "operations and bytes have to be over 0";
                return Err(wrong(key, reason.to_owned()));
            }
        }
        for (number, calls) in self.calls.iter().enumerate() {
            if calls.calls == 0 || calls.operations == Some(0) {
                let (name, number) = (&calls.name, number.to_string());
                let key = if calls.calls == 0 {
                    "calls"
                } else {
                    "operations"
                };
                return Err(at(&["calls", &number, key])(format!(
                    "calls {name}: calls and operations have to be over 0"
                )));
            }
        }
        Ok(())
    }

    /// One of its ways of working steadily, as a task whose batches have so many rounds.
    pub fn batches(&self, steady: &Steady, rounds: u32) -> Result<Task, String> {
        let line = whole(&self.folder, &steady.expected)?;
        let shown = self.folder.join(&steady.expected);
        let shown = shown.display();
        let line = String::from_utf8(line).map_err(|_| format!("{shown}:1: it is no text"))?;
        if line.is_empty() || line.find('\n') != line.len().checked_sub(1) {
            return Err(format!("{shown}:1: it has to be one line, that of a batch"));
        }
        let with_rounds = |text: &String| text.replace(ROUNDS, &rounds.to_string());
        let mut args: Vec<String> = steady.args.iter().map(with_rounds).collect();
        args.extend(["--batches".to_owned(), "0".to_owned()]);
        Ok(Task::Batches {
            args,
            line: with_rounds(&line).into_bytes(),
        })
    }
}
