//! Which rows of a scenario are asked for.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::define::{DefineError, Scenario};

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Names of workloads; all where empty.
    pub workloads: Vec<String>,
    /// Globs of isolations; all where empty.
    pub isolations: Vec<String>,
    /// Whether only the configurations that the scenario marks quick are taken.
    pub quick: bool,
}

/// A selection that fits a scenario: answers for each row.
#[derive(Debug)]
pub struct Selected {
    selection: Selection,
    globs: GlobSet,
    quick: GlobSet,
}

impl Selection {
    /// Holds the selection against a scenario: a word that matches nothing is a
    /// mistake, and said with the nearest one.
    pub fn resolve(
        self,
        scenario: &Scenario,
        isolations: &[String],
    ) -> Result<Selected, DefineError> {
        for name in &self.workloads {
            if !scenario
                .workloads
                .iter()
                .any(|workload| &workload.name == name)
            {
                let known = scenario
                    .workloads
                    .iter()
                    .map(|workload| workload.name.as_str());
                return Err(DefineError::unknown("workload", name, known));
            }
        }
        let known = || isolations.iter().map(String::as_str);
        for pattern in &self.isolations {
            let glob =
                glob(pattern).map_err(|_| DefineError::unknown("isolation", pattern, known()))?;
            let glob = glob.compile_matcher();
            if !isolations.iter().any(|name| glob.is_match(name)) {
                return Err(DefineError::unknown("isolation", pattern, known()));
            }
        }
        let none = || DefineError::unknown("isolation", "", []);
        let globs = glob_set(&self.isolations).ok_or_else(none)?;
        let quick = glob_set(&scenario.quick.isolations).ok_or_else(none)?;
        Ok(Selected {
            selection: self,
            globs,
            quick,
        })
    }
}

impl Selected {
    /// Why a row is left out, if it is.
    pub fn leaves_out(&self, workload: &str, isolation: &str) -> Option<String> {
        let selection = &self.selection;
        if !selection.workloads.is_empty()
            && !selection.workloads.iter().any(|name| name == workload)
        {
            return Some(format!(
                "--workload asks for {} alone",
                selection.workloads.join(", ")
            ));
        }
        if !selection.isolations.is_empty() {
            // An isolation that is asked for by name is taken, quick or not.
            return (!self.globs.is_match(isolation)).then(|| {
                format!(
                    "--isolation asks for {} alone",
                    selection.isolations.join(", ")
                )
            });
        }
        (selection.quick && !self.quick.is_match(isolation)).then(|| {
            "--quick takes fewer configurations; without it this one is measured".to_owned()
        })
    }
}

/// The set of isolations that some globs name.
pub fn glob_set(patterns: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern).ok()?);
    }
    set.build().ok()
}

/// `*` stays within a word: `native/*`, `*/cranelift-*`; a lone `*` is everything.
fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(pattern != "*")
        .build()
}
