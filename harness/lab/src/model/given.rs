//! What a run has to know of the artifacts that were given to it: what their loaders map, and what
//! they are called.

use std::collections::BTreeSet;

use labrun_record::{Artifact, GivenArtifact, Target};

use crate::define::Workload;
use crate::isolation::{Library, Profile};
use crate::outcome::Failure;
use crate::plan::{Plan, Recipe, misfit_of};
use crate::size::shared_libraries;

/// What the loader maps beside a native program that is not of the lab's own building; nothing for
/// any other. What a command has built is known only now, and may be no program for the isolation.
pub(super) fn libraries(
    workload: &Workload,
    recipe: &Recipe,
    built: &Artifact,
    profile: &Profile,
) -> Result<Vec<Library>, Failure> {
    let is_native = recipe.compiled().target() == Some(Target::Native);
    let given = match recipe.compiled() {
        Recipe::Given { .. } if is_native => workload.artifacts.get(&Target::Native).cloned(),
        // In an image or a root it is held against that by who makes it.
        Recipe::Command { .. } if is_native && *recipe == *recipe.compiled() => {
            let given = workload.built(Target::Native, &built.path);
            Some(given.map_err(Failure::unavailable)?)
        }
        _ => None,
    };
    let Some((given, native)) = given.and_then(|given| Some((given.clone(), given.native?))) else {
        return Ok(Vec::new());
    };
    let name = given.name();
    if let Some(failure) = misfit_of(&name, &native, profile, std::env::consts::ARCH) {
        return Err(failure);
    }
    let Some(interpreter) = native.interpreter else {
        return Ok(Vec::new());
    };
    let loader = std::fs::canonicalize(&interpreter).map_err(|error| {
        Failure::unavailable(format!(
            "{name} is started by {}, which is not on this machine: {error}",
            interpreter.display()
        ))
    })?;
    let found = shared_libraries(&given.path)?.into_iter();
    let library = found.map(|library| Library {
        wanted: if library.path == loader {
            interpreter.clone()
        } else {
            // By the name that it is needed by, where it was found.
            library.path.with_file_name(&library.name)
        },
        file: library.path,
    });
    Ok(library.collect())
}

/// The artifacts of a plan that were given, each once.
pub(super) fn artifacts(plan: &Plan, workloads: &[Workload]) -> Vec<GivenArtifact> {
    let specs = plan.cases().filter_map(|(_, case)| case.spec());
    let recipes = specs.flat_map(|spec| spec.recipes());
    let given = recipes.filter_map(|recipe| match recipe.compiled() {
        Recipe::Given {
            workload,
            target,
            sha256,
        } => {
            let by_name = |one: &&Workload| one.name == *workload;
            let given = workloads.iter().find(by_name)?.artifacts.get(target)?;
            Some(GivenArtifact {
                workload: workload.clone(),
                target: *target,
                sha256: sha256.clone(),
                name: given.name(),
            })
        }
        _ => None,
    });
    given.collect::<BTreeSet<_>>().into_iter().collect()
}
