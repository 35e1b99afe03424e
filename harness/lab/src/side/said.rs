//! What the files of a run say of what it has launched, and of the commit that it is of.

use std::collections::BTreeMap;

use labrun_record::{Artifact, Run};

use crate::define::Workload;
use crate::plan::{LaunchSpec, Recipe};

/// What a run says of all that a launch is made of, by recipe.
pub(super) fn launched<'r>(
    run: &'r Run,
    isolation: &str,
    spec: &LaunchSpec,
    workloads: &[Workload],
    said: &mut BTreeMap<Recipe, Option<&'r Artifact>>,
) {
    let workload = workloads.iter().find(|one| one.name == spec.workload);
    let exports = match (spec.artifact.compiled(), workload) {
        (Recipe::Compile { target, kind, .. }, Some(workload)) => {
            workload.artifact_kind(*target) != *kind
        }
        _ => false,
    };
    let artifact = |by: Option<&str>| {
        run.artifacts.iter().find(|one| {
            one.workload == spec.workload
                && one.target == spec.target
                && one.exports == exports
                && one.isolation.as_deref() == by
        })
    };
    // A module is the same for all; whatever else is run is noted for each isolation.
    let by = (!spec.artifact.is_module()).then_some(isolation);
    said.insert(spec.artifact.clone(), artifact(by));
    if let Some(precompiled) = &spec.precompiled {
        said.insert(precompiled.clone(), artifact(Some(isolation)));
    }
    if let Some(other) = &spec.other {
        launched(run, isolation, other, workloads, said);
    }
}

/// The commit of a `lab_version` such as `0.1.0 (0123456789ab, changed)`, or why there is none.
pub(super) fn commit_of(lab_version: &str) -> Result<&str, String> {
    let of = lab_version
        .split_once('(')
        .and_then(|(_, of)| of.strip_suffix(')'));
    match of {
        None => Err("it does not say of which commit it is".to_owned()),
        Some(of) => match of.split_once(',') {
            None => Ok(of),
            Some((commit, _)) => Err(format!(
                "it is of the commit {commit} with changes that were not committed"
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_says_its_commit() {
        assert_eq!(commit_of("0.1.0 (0123456789ab)"), Ok("0123456789ab"));
        let changed = commit_of("0.1.0 (0123456789ab, changed)").expect_err("was changed");
        assert!(changed.contains("0123456789ab with changes"), "{changed}");
        assert!(commit_of("0.1.0").is_err());
    }
}
