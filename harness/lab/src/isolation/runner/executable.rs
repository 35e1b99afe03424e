//! What is executed when a runner is started.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::isolation::Emulator;
use crate::process::Program;

/// A runner's program: a file of its own, or a script and what runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executable {
    /// The file that is executed: the program itself, or the interpreter.
    pub path: PathBuf,
    /// What the interpreter is given to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<PathBuf>,
    /// What runs it, where it is of another architecture. What was kept of one does not say.
    #[serde(skip)]
    pub under: Option<Emulator>,
}

impl Executable {
    /// A program of this machine's that is a file of its own.
    pub fn of_file(path: PathBuf) -> Self {
        Self {
            path,
            script: None,
            under: None,
        }
    }

    /// The program with one of the protocol's verbs.
    pub(crate) fn program(&self, verb: &str) -> Program {
        let script = self.script.iter();
        let mut args: Vec<_> = script
            .map(|script| script.to_string_lossy().into_owned())
            .collect();
        args.push(verb.to_owned());
        let program = Program {
            path: self.path.clone(),
            args,
            ..Program::default()
        };
        match &self.under {
            None => program,
            Some(emulator) => emulator.around(program),
        }
    }
}
