//! The isolations of a lab by all their names: `wasmtime@48/cranelift-aot` is
//! `wasmtime/cranelift-aot`, as long as the checkout has wasmtime 48.

use std::collections::BTreeSet;

use crate::define::{DefineError, RunnerDefinition};
use crate::glob::glob;
use crate::isolation::Profile;

/// Every isolation, and what else it answers to.
#[derive(Debug, Clone)]
pub struct Names {
    taken: Vec<Named>,
    /// Those that a run does not take.
    left: Vec<Named>,
}

#[derive(Debug, Clone)]
struct Named {
    name: String,
    also: Vec<String>,
}

impl Names {
    /// Those of the lab.
    pub fn of(runners: &[RunnerDefinition], profiles: &[Profile]) -> Self {
        let named = |profile: &Profile| {
            let (technology, configuration) = (profile.technology(), profile.configuration());
            let runner = runners.iter().find(|runner| runner.name == technology);
            let also = runner.into_iter().flat_map(|runner| &runner.also);
            Named {
                also: also.map(|one| format!("{one}/{configuration}")).collect(),
                name: profile.name.clone(),
            }
        };
        Self {
            taken: profiles.iter().map(named).collect(),
            left: Vec::new(),
        }
    }

    /// Those of them that a run takes.
    #[must_use]
    pub fn taken(mut self, takes: impl Fn(&str) -> bool) -> Self {
        let is_taken = |named: &Named| takes(&named.name);
        let (own, others) = self.taken.into_iter().partition(is_taken);
        self.taken = own;
        self.left.extend::<Vec<Named>>(others);
        self
    }

    /// The names by which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.taken.iter().map(|named| named.name.as_str())
    }

    /// The isolations that a glob of the command line names, by any of their names. One that
    /// names none is a mistake.
    pub fn asked(&self, pattern: &str) -> Result<Vec<&str>, DefineError> {
        let glob = glob(pattern).map_err(|_| self.unknown(pattern))?;
        let glob = glob.compile_matcher();
        let matches = |named: &&Named| {
            glob.is_match(&named.name) || named.also.iter().any(|also| glob.is_match(also))
        };
        let asked = self.taken.iter().filter(matches);
        let asked: Vec<&str> = asked.map(|named| named.name.as_str()).collect();
        if !asked.is_empty() {
            return Ok(asked);
        }
        if self.left.iter().any(|named| matches(&named)) {
            return Err(self.not_taken(pattern));
        }
        Err(self.unknown(pattern))
    }

    /// That a glob names only what the run does not take.
    fn not_taken(&self, pattern: &str) -> DefineError {
        let technology = |name: &str| format!("{}/*", name.split('/').next().unwrap_or_default());
        let takes: BTreeSet<String> = self.iter().map(technology).collect();
        DefineError::NotTaken {
            of: "the run".to_owned(),
            kind: "isolation",
            name: pattern.to_owned(),
            takes: takes.into_iter().collect(),
        }
    }

    fn unknown(&self, pattern: &str) -> DefineError {
        match pattern.split_once('@') {
            Some((runtime, _)) => DefineError::NoVersion {
                name: pattern.to_owned(),
                runtime: runtime.to_owned(),
            },
            None => DefineError::unknown("isolation", pattern, self.iter()),
        }
    }
}
