//! What a run has to know of the artifacts that were given to it: what their loaders map, and what
//! they are called.

use std::collections::BTreeSet;
use std::sync::Arc;

use labrun_record::{Artifact, GivenArtifact, Target};

use crate::arch::Arch;
use crate::define::{Given, Workload};
use crate::inspect::KeptImage;
use crate::isolation::{Library, Processor, Profile};
use crate::outcome::Failure;
use crate::plan::{Plan, Recipe, misfit_of, misfit_of_image};
use crate::size::shared_libraries;
use crate::stock::Stock;

/// What the loader maps beside a native program that is not of the lab's own building; nothing for
/// any other. What a command has built is known only now, and may be no program for the isolation.
pub(super) fn libraries(
    workload: &Workload,
    recipe: &Recipe,
    built: &Artifact,
    profile: &Profile,
    processor: &Processor,
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
    if let Some(failure) = misfit_of(&name, &native, profile, arch_of(processor)) {
        return Err(failure);
    }
    let Some(interpreter) = native.interpreter else {
        return Ok(Vec::new());
    };
    if let Some(emulator) = processor.emulator() {
        // It finds them below a folder of its own, and no sandbox has to let it.
        let why = emulator.refuses(&given.path);
        let why = why.map(|why| Failure::unavailable(format!("{name}: {why}")));
        return why.map_or(Ok(Vec::new()), Err);
    }
    let loader = std::fs::canonicalize(&interpreter).map_err(|error| {
        Failure::unavailable(format!(
            "{name} is started by {}, which is not on this machine: {error}",
            interpreter.display()
        ))
    })?;
    let found =
        shared_libraries(&given.path, workload.environment.value("LD_LIBRARY_PATH"))?.into_iter();
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

/// The image that a recipe puts into something, if it is one of the user's own. What it says of itself is
/// known only now where a daemon holds it: it may be none for the isolation, or listen on a port that the
/// workload does not name.
pub(super) fn image(
    workload: &mut Workload,
    recipe: &Recipe,
    stock: &dyn Stock,
    profile: &Profile,
    processor: &Processor,
) -> Result<Option<Arc<KeptImage>>, Failure> {
    if !recipe.is_own_image() {
        return Ok(None);
    }
    let missing = || Failure::failed("the image was not kept");
    let image = stock.image(&workload.name).ok_or_else(missing)?;
    let given = workload.artifacts.get(&Target::Image);
    let name = given.map_or_else(|| workload.name.clone(), Given::name);
    let arch = arch_of(processor);
    if let Some(failure) = misfit_of_image(&name, &image.facts, profile, arch) {
        return Err(failure);
    }
    workload
        .take_port(&image.facts.ports)
        .map_err(|why| Failure::unavailable(format!("{name}: {why}")))?;
    Ok(Some(image))
}

fn arch_of(processor: &Processor) -> &'static str {
    processor.other().map_or(std::env::consts::ARCH, Arch::name)
}

/// The artifacts of a plan that were given, each once. Which image a daemon has held is what `launched`
/// says.
pub(super) fn artifacts<'a>(
    plan: &Plan,
    workloads: &[Workload],
    launched: impl Iterator<Item = &'a Artifact>,
) -> Vec<GivenArtifact> {
    let launched: Vec<&Artifact> = launched.collect();
    let id_of = |workload: &str| {
        let is_it = |one: &&&Artifact| one.workload == *workload && one.target == Target::Image;
        let found = launched.iter().find(is_it)?;
        Some(found.sha256.clone())
    };
    let specs = plan.cases().filter_map(|(_, case)| case.spec());
    let recipes = specs.flat_map(|spec| spec.recipes());
    let given = recipes.filter_map(|recipe| match recipe.compiled() {
        Recipe::Given {
            workload,
            target,
            sha256,
        } => Some((workload, *target, sha256.clone())),
        Recipe::Image { workload, sha256 } => {
            // One that could not be had is in no row.
            let id = sha256.clone().or_else(|| id_of(workload))?;
            Some((workload, Target::Image, id))
        }
        _ => None,
    });
    let given = given.filter_map(|(workload, target, sha256)| {
        let by_name = |one: &&Workload| one.name == *workload;
        let given = workloads.iter().find(by_name)?.artifacts.get(&target)?;
        Some(GivenArtifact {
            workload: workload.clone(),
            target,
            sha256,
            name: given.name(),
        })
    });
    given.collect::<BTreeSet<_>>().into_iter().collect()
}
