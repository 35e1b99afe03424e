//! What a run has to know of the artifacts that were given to it: what their loaders map, and what
//! they are called.

use std::collections::BTreeSet;

use labrun_record::{GivenArtifact, Target};

use crate::define::Workload;
use crate::isolation::Library;
use crate::outcome::Failure;
use crate::plan::{Plan, Recipe};
use crate::size::shared_libraries;

/// What the loader maps beside a native program that was given; nothing for any other.
pub(super) fn libraries(workload: &Workload, recipe: &Recipe) -> Result<Vec<Library>, Failure> {
    let Recipe::Given {
        target: Target::Native,
        ..
    } = recipe
    else {
        return Ok(Vec::new());
    };
    let Some(given) = workload.artifacts.get(&Target::Native) else {
        return Ok(Vec::new());
    };
    let native = given.native.as_ref();
    let Some(interpreter) = native.and_then(|native| native.interpreter.as_ref()) else {
        return Ok(Vec::new());
    };
    let loader = std::fs::canonicalize(interpreter).map_err(|error| {
        Failure::unavailable(format!(
            "{} is started by {}, which is not on this machine: {error}",
            given.name(),
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
