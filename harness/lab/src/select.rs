//! Which rows of a scenario are asked for.

mod names;

use std::collections::BTreeSet;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

pub use names::Names;

use crate::define::{DefineError, LeftOut, Scenario, WorkloadPlan};

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
    /// Isolations that are asked for.
    asked: BTreeSet<String>,
    quick: Globs,
    left_out: Vec<LeftOut>,
}

impl Selection {
    /// Holds the selection against the scenarios of a run: a word that matches nothing
    /// in any of them is a mistake, and said with the nearest one.
    pub fn resolve(
        &self,
        scenarios: &[Scenario],
        isolations: &Names,
    ) -> Result<Vec<Selected>, DefineError> {
        let workloads = || scenarios.iter().flat_map(|scenario| &scenario.workloads);
        for name in &self.workloads {
            if !workloads().any(|workload| &workload.name == name) {
                let known = workloads().map(|workload| workload.name.as_str());
                return Err(DefineError::unknown("workload", name, known));
            }
        }
        let mut asked = BTreeSet::new();
        for pattern in &self.isolations {
            asked.extend(isolations.asked(pattern)?.into_iter().map(str::to_owned));
        }
        let none = || DefineError::unknown("isolation", "", []);
        scenarios
            .iter()
            .map(|scenario| {
                Ok(Selected {
                    left_out: scenario.left_out.clone(),
                    selection: self.clone(),
                    asked: asked.clone(),
                    quick: glob_set(&scenario.quick.isolations).ok_or_else(none)?,
                })
            })
            .collect()
    }
}

impl Selected {
    /// Whether the run is an indication only.
    pub fn is_quick(&self) -> bool {
        self.selection.quick
    }

    /// Why a row is left out, if it is.
    pub fn leaves_out(&self, workload: &WorkloadPlan, isolation: &str) -> Option<String> {
        let selection = &self.selection;
        if !selection.workloads.is_empty() && !selection.workloads.contains(&workload.name) {
            return Some(format!(
                "--workload asks for {} alone",
                selection.workloads.join(", ")
            ));
        }
        if selection.quick && !workload.quick {
            return Some("--quick takes fewer kinds of it, and leaves this one out".to_owned());
        }
        if !selection.isolations.is_empty() {
            // An isolation that is asked for by name is taken, quick or not.
            return (!self.asked.contains(isolation)).then(|| {
                format!(
                    "--isolation asks for {} alone",
                    selection.isolations.join(", ")
                )
            });
        }
        let mut left_out = self.left_out.iter();
        if let Some(left) = left_out.find(|left| left.concerns(&workload.name, isolation)) {
            return Some(left.reason.clone());
        }
        (selection.quick && !self.quick.is_match(isolation))
            .then(|| "--quick takes fewer configurations, and leaves this one out".to_owned())
    }
}

/// Globs of isolations, as a scenario's file has them.
#[derive(Debug)]
pub struct Globs(GlobSet);

impl Globs {
    /// Whether an isolation is among them. What holds for a technology holds for its other
    /// versions: `wasmtime/*` is `wasmtime@47/cranelift-aot` too.
    pub fn is_match(&self, isolation: &str) -> bool {
        self.0.is_match(isolation) || unversioned(isolation).is_some_and(|own| self.0.is_match(own))
    }
}

/// `wasmtime/cranelift-aot` for `wasmtime@47/cranelift-aot`.
fn unversioned(isolation: &str) -> Option<String> {
    let (technology, configuration) = isolation.split_once('/')?;
    let (runtime, _version) = technology.split_once('@')?;
    Some(format!("{runtime}/{configuration}"))
}

/// The set of isolations that some globs name.
pub fn glob_set(patterns: &[String]) -> Option<Globs> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern).ok()?);
    }
    set.build().ok().map(Globs)
}

/// `*` stays within a word: `native/*`, `*/cranelift-*`; a lone `*` is everything.
fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(pattern != "*")
        .build()
}

#[cfg(test)]
mod tests {
    use super::glob_set;

    #[test]
    fn what_a_scenario_says_of_a_technology_holds_for_its_versions() {
        let set = glob_set(&["rt/*".to_owned(), "other@1/aot".to_owned()]).expect("globs");
        for taken in ["rt/aot", "rt@47/aot", "rt@47.0.4/jit", "other@1/aot"] {
            assert!(set.is_match(taken), "{taken}");
        }
        for left in ["other/aot", "other@2/aot", "rtx@47/aot", "rt"] {
            assert!(!set.is_match(left), "{left}");
        }
    }
}
