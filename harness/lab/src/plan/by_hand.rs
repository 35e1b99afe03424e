//! A plan that somebody gives by hand: nothing in it is overlooked in silence.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{PLAN_VERSION, Plan, Recipe};
use crate::define::{DefineError, Workload};
use crate::isolation::Profile;

/// What is wrong with a plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no plan that this labrun carries out.
    #[error("{}: {reason}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// It names something that the lab does not have.
    #[error(transparent)]
    Unknown(#[from] DefineError),
}

/// Reads a plan, and holds it against what the lab has.
pub fn read_by_hand(
    path: &Path,
    profiles: &[Profile],
    workloads: &[Workload],
) -> Result<Plan, PlanError> {
    let mut text = fs::read_to_string(path).map_err(|source| PlanError::Io {
        path: path.to_owned(),
        source,
    })?;
    let fault = |reason: String| PlanError::Shape {
        path: path.to_owned(),
        reason,
    };
    let mut value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
    match value["plan_version"].as_u64() {
        Some(version) if version > u64::from(PLAN_VERSION) => {
            return Err(fault(format!(
                "it is a plan of version {version}, and this labrun carries out version \
                 {PLAN_VERSION}: use the labrun that made it, or make it anew by `labrun plan --json`"
            )));
        }
        Some(1) => text = from_1(&mut value),
        Some(_) => {}
        None => {
            return Err(fault(
                "it has no plan_version: `labrun plan NAME --json` prints a plan".to_owned(),
            ));
        }
    }
    let mut unknown = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(&text);
    let plan: Plan = serde_ignored::deserialize(&mut reader, |path| unknown.push(path.to_string()))
        .map_err(|error| fault(error.to_string()))?;
    if let Some(field) = unknown.first() {
        return Err(fault(format!("there is no field `{field}` in a plan")));
    }
    if plan.parts.is_empty() {
        return Err(fault(
            "it has no parts, and so nothing to launch".to_owned(),
        ));
    }
    if plan.arch != std::env::consts::ARCH {
        let (of, here) = (&plan.arch, std::env::consts::ARCH);
        return Err(fault(format!(
            "it is a plan for {of}, and this machine is {here}: make one here by `labrun plan --json`"
        )));
    }
    for (part, case) in plan.cases() {
        let part = &plan.parts[part].scenario;
        let Some(first) = case.rows.first() else {
            return Err(fault(format!("a case of {part} has no rows")));
        };
        let several = |what: &str| {
            let reason = format!("has rows of several {what}: each is a case of its own");
            fault(format!("a case of {part} {reason}"))
        };
        if case.rows.iter().any(|row| row.isolation != first.isolation) {
            return Err(several("isolations"));
        }
        if case.rows.iter().any(|row| row.workload != first.workload) {
            return Err(several("workloads"));
        }
        let names = || profiles.iter().map(|profile| profile.name.as_str());
        if !names().any(|name| name == first.isolation) {
            return Err(DefineError::unknown("isolation", &first.isolation, names()).into());
        }
        let specs = case.spec().into_iter();
        let launched = specs.flat_map(|spec| spec.recipes().into_iter().map(Recipe::workload));
        let names = || workloads.iter().map(|workload| workload.name.as_str());
        for name in std::iter::once(first.workload.as_str()).chain(launched) {
            if !names().any(|known| known == name) {
                return Err(DefineError::unknown("workload", name, names()).into());
            }
        }
        if let Some(spec) = case.spec()
            && [spec.workload.as_str(), spec.artifact.workload()] != [&first.workload; 2]
        {
            // What it reads would stand under the name of another program.
            let (name, of) = (spec.artifact.workload(), &first.workload);
            let reason = format!("a case of {part} launches {name}, and its rows are of {of}");
            return Err(fault(reason));
        }
    }
    Ok(plan)
}

/// A plan of version 1 as one of version 2: its rules had two more numbers, which say nothing now.
fn from_1(plan: &mut serde_json::Value) -> String {
    let parts = plan["parts"].as_array_mut().into_iter().flatten();
    for rules in parts.filter_map(|part| part["rules"].as_object_mut()) {
        rules.remove("fine_half_width");
        rules.remove("fine_s");
    }
    plan.to_string()
}
