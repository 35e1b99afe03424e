//! Which rows of a scenario are asked for.

mod names;

use std::collections::BTreeSet;

pub use names::Names;

use crate::define::{DefineError, LeftOut, Scenario, WorkloadPlan};
use crate::glob::{Globs, glob_set};

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Names of workloads; all where empty.
    pub workloads: Vec<String>,
    /// Names of all workloads that there are, whichever a scenario has: what it has not is told from what is
    /// nowhere.
    pub defined: Vec<String>,
    /// Globs of isolations; all where empty.
    pub isolations: Vec<String>,
    /// Whether only the configurations that the scenario marks quick are taken.
    pub quick: bool,
    /// Whether what the scenario leaves out is taken too: by who narrows the rows in another way, as
    /// the replay of a run does.
    pub left_out_too: bool,
}

/// A selection that fits a scenario: answers for each row. By default everything is asked for.
#[derive(Debug, Default)]
pub struct Selected {
    selection: Selection,
    /// Isolations that are asked for.
    asked: BTreeSet<String>,
    quick: Globs,
    /// With the isolations of each: globs take long to read, and are asked for each row.
    left_out: Vec<(LeftOut, Globs)>,
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
            let known = || workloads().map(|workload| workload.name.as_str());
            if known().any(|known| known == name) {
                continue;
            }
            if !self.defined.contains(name) {
                return Err(DefineError::unknown("workload", name, known()));
            }
            let known: BTreeSet<&str> = known().collect();
            return Err(DefineError::NotTaken {
                of: of(scenarios),
                kind: "workload",
                name: name.clone(),
                takes: known.into_iter().map(str::to_owned).collect(),
            });
        }
        let mut asked = BTreeSet::new();
        for pattern in &self.isolations {
            let matching = isolations.asked(pattern).map_err(|error| match error {
                DefineError::NotTaken {
                    kind, name, takes, ..
                } => DefineError::NotTaken {
                    of: of(scenarios),
                    kind,
                    name,
                    takes,
                },
                other => other,
            });
            asked.extend(matching?.into_iter().map(str::to_owned));
        }
        let none = || DefineError::unknown("isolation", "", []);
        let left_out = |left: &LeftOut| Some((left.clone(), glob_set(&left.isolations)?));
        scenarios
            .iter()
            .map(|scenario| {
                Ok(Selected {
                    left_out: scenario.left_out.iter().filter_map(left_out).collect(),
                    selection: self.clone(),
                    asked: asked.clone(),
                    quick: glob_set(&scenario.quick.isolations).ok_or_else(none)?,
                })
            })
            .collect()
    }
}

/// The scenarios of a run, for a sentence.
fn of(scenarios: &[Scenario]) -> String {
    let names: Vec<&str> = scenarios.iter().map(|one| one.name.as_str()).collect();
    match names[..] {
        [one] => format!("the scenario {one}"),
        _ => format!("the scenarios {}", names.join(", ")),
    }
}

impl Selected {
    /// Whether the run is an indication only.
    pub fn is_quick(&self) -> bool {
        self.selection.quick
    }

    /// Why all rows of a workload are left out, if they are.
    pub fn leaves_workload_out(&self, workload: &WorkloadPlan) -> Option<String> {
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
        None
    }

    /// Why a row is left out, if it is.
    pub fn leaves_out(&self, workload: &WorkloadPlan, isolation: &str) -> Option<String> {
        if let Some(reason) = self.leaves_workload_out(workload) {
            return Some(reason);
        }
        let selection = &self.selection;
        if !selection.isolations.is_empty() {
            // An isolation that is asked for by name is taken, quick or not.
            return (!self.asked.contains(isolation)).then(|| {
                format!(
                    "--isolation asks for {} alone",
                    selection.isolations.join(", ")
                )
            });
        }
        let mut left_out = self.left_out.iter().filter(|_| !selection.left_out_too);
        let concerned = |(left, globs): &&(LeftOut, Globs)| {
            left.concerns(&workload.name) && globs.is_match(isolation)
        };
        if let Some((left, _)) = left_out.find(concerned) {
            return Some(left.reason.clone());
        }
        (selection.quick && !self.quick.is_match(isolation))
            .then(|| "--quick takes fewer configurations, and leaves this one out".to_owned())
    }
}
