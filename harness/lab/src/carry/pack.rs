//! Making a bundle: what a plan needs is built, and goes in with the definitions and labrun.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use labrun_protocol::PROTOCOL_VERSION;
use labrun_record::Artifact;

use super::{
    CarriedArtifact, CarriedDriver, CarriedImage, CarriedProgram, Manifest, Reason, definitions,
    image_of, images, runner_of,
};
use crate::build::Builder;
use crate::bundle::{self, BundleError, Contents};
use crate::catalog::{Drivers, Isolations};
use crate::define::{Definitions, RunnerDefinition};
use crate::isolation::docker;
use crate::isolation::runner::{Executable, Ready};
use crate::isolation::{COUNTER, Driver, Packing, Profile};
use crate::outcome::Failure;
use crate::plan::{Plan, Recipe};
use crate::progress::Progress;
use crate::site::Site;
use crate::stock::Stock as _;

/// What goes into a bundle, and where that lies.
pub struct PackRequest<'a> {
    /// The plans.
    pub plans: Vec<Plan>,
    /// What they were made from.
    pub definitions: &'a Definitions,
    /// Every isolation, as data.
    pub profiles: &'a [Profile],
    /// Builds what is missing.
    pub builder: &'a Builder<'a>,
    /// A labrun that runs anywhere, if there is one.
    pub labrun: Option<&'a Path>,
    /// Version of the lab.
    pub lab_version: String,
    /// The file to be written.
    pub out: &'a Path,
    /// Where it stands.
    pub site: &'a Site,
    /// What it tells of its progress.
    pub progress: &'a dyn Progress,
}

/// A bundle that was written.
pub struct Packed {
    /// What it holds.
    pub manifest: Manifest,
    /// Bytes of its file.
    pub bytes: u64,
}

/// Builds what the plans launch, and writes it into a bundle.
pub fn pack(request: &PackRequest<'_>) -> Result<Packed, BundleError> {
    let Definitions {
        runners, products, ..
    } = request.definitions;
    let launched: BTreeSet<&str> = request.plans.iter().flat_map(Plan::launched_on).collect();
    let builder = request.builder;
    let wanted = |name: &str| launched.contains(name);
    let is_counted = request.plans.iter().any(Plan::counts_instructions);
    let mut drivers = builder.drivers_and_counter(request.definitions, &wanted, is_counted);
    let used: BTreeSet<&Driver> = request
        .profiles
        .iter()
        .filter(|profile| wanted(&profile.name))
        .filter_map(|profile| profile.driver.as_ref())
        .collect();
    let counter = Driver::Helper(COUNTER.to_owned());
    drivers.retain(|driver, _| used.contains(driver) || *driver == counter);
    let isolations = Isolations::on(runners, products, &drivers, builder.processor());

    let mut contents = Contents::default();
    if let Some(labrun) = request.labrun {
        contents.add_file("labrun", labrun, true)?;
    }
    let root = request.definitions.lab.path();
    let unreadable = |error| BundleError::Source {
        path: root.to_owned(),
        error,
    };
    for (inside, path) in definitions::of(request.definitions).map_err(unreadable)? {
        // A ready-made program of a runner is among them.
        let mode = fs::metadata(&path).map(|metadata| metadata.permissions().mode());
        contents.add_file(&inside, path, mode.is_ok_and(|mode| mode & 0o100 != 0))?;
    }
    let store = builder.store_path();
    let mut carry = |path: &Path, sha256: &str, executable: bool| -> Result<String, BundleError> {
        let inside = if let Ok(inside) = path.strip_prefix(&store) {
            format!("store/{}", inside.display())
        } else {
            // Built for another store, whose stamps this one was given.
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("store/{}/{name}", sha256.get(..12).unwrap_or(sha256))
        };
        contents.add_file(&inside, path, executable)?;
        Ok(inside)
    };
    let specs = request.plans.iter().flat_map(Plan::cases);
    let specs = specs.filter_map(|(_, case)| case.spec());
    let recipes: BTreeSet<&Recipe> = specs.flat_map(|spec| spec.recipes()).collect();
    let mut artifacts = Vec::new();
    for recipe in recipes {
        // What an image of the user's own is put into is made where it is carried to.
        let made = if recipe.is_own_image() {
            recipe.compiled()
        } else {
            recipe
        };
        let built = match builder.artifact(made, &isolations) {
            Err(Failure::Interrupted) => return Err(BundleError::Interrupted),
            Err(failure) => Err(reason(failure)),
            Ok(built) => Ok(carried(recipe, built, &mut carry)?),
        };
        artifacts.push(CarriedArtifact {
            recipe: recipe.clone(),
            built,
        });
    }
    let images = images_of(&mut artifacts, request, &store, &mut carry)?;
    let mut all = drivers_of(&drivers, runners, &mut carry)?;
    // Before that of this machine, which is the last word of what is wrong with both.
    if let Some(Ok(there)) = is_counted.then(|| builder.counter_there()).flatten() {
        let there = Drivers::from([(counter, Ok(there))]);
        all.splice(0..0, drivers_of(&there, runners, &mut carry)?);
    }
    let drivers = all;
    let versions = runners.iter().filter_map(|runner| {
        let version = runner.version.as_ref()?;
        let driver = Driver::Runner(runner.name.clone());
        used.contains(&driver)
            .then(|| (runner.runtime().to_owned(), version.to_string()))
    });
    let manifest = Manifest {
        protocol_version: PROTOCOL_VERSION,
        lab_version: request.lab_version.clone(),
        plans: request.plans.clone(),
        build: builder.environment(),
        processor_features: bundle::fit::features_of(builder.processor()),
        artifacts,
        drivers,
        images,
        versions: versions.collect(),
    };
    let value = serde_json::to_value(&manifest).map_err(|error| unreadable(error.into()))?;
    let interrupt = &request.site.interrupt;
    let written = contents.write(request.out, &value, interrupt, request.progress)?;
    Ok(Packed {
        manifest,
        bytes: written.bytes,
    })
}

/// Puts a file of the store, with its digest, into the bundle; gives its path there.
type Carry<'a> = &'a mut dyn FnMut(&Path, &str, bool) -> Result<String, BundleError>;

/// What a bundle carries of an artifact: its file, with the path that it has inside.
fn carried(recipe: &Recipe, built: Artifact, carry: Carry<'_>) -> Result<Artifact, BundleError> {
    if image_of(recipe).is_some() {
        // Its path is its tag: it is carried with the images.
        return Ok(built);
    }
    let executable = match recipe {
        Recipe::Compile { .. } | Recipe::Given { .. } | Recipe::Command { .. } => {
            !recipe.is_module()
        }
        recipe if recipe.is_own_image() => false,
        Recipe::Pack { packing, .. } => *packing == Packing::Root && !recipe.is_module(),
        Recipe::Image { .. } | Recipe::Precompile { .. } => false,
    };
    let path = PathBuf::from(carry(&built.path, &built.sha256, executable)?);
    Ok(Artifact { path, ..built })
}

/// The images of a daemon that the artifacts are, and the bases under them.
fn images_of(
    artifacts: &mut [CarriedArtifact],
    request: &PackRequest<'_>,
    store: &Path,
    carry: Carry<'_>,
) -> Result<Vec<CarriedImage>, BundleError> {
    let mut images: Vec<CarriedImage> = Vec::new();
    for artifact in artifacts {
        let (Some(base), Ok(built)) = (image_of(&artifact.recipe), &artifact.built) else {
            continue;
        };
        let tags = docker::base_image(base).into_iter();
        for tag in tags.chain([built.triple.clone()]) {
            if images.iter().any(|image| image.tag == tag) {
                continue;
            }
            match images::save(store, &tag, &request.site.interrupt) {
                Ok((sha256, path)) => images.push(CarriedImage {
                    path: carry(&path, &sha256, false)?,
                    tag,
                    sha256,
                }),
                Err(Failure::Interrupted) => return Err(BundleError::Interrupted),
                Err(failure) => {
                    artifact.built = Err(reason(failure));
                    break;
                }
            }
        }
    }
    Ok(images)
}

fn drivers_of(
    drivers: &Drivers,
    runners: &[RunnerDefinition],
    carry: Carry<'_>,
) -> Result<Vec<CarriedDriver>, BundleError> {
    let mut program = |driver: &Driver, ready: &Ready| -> Result<CarriedProgram, BundleError> {
        let definition = runner_of(driver, runners);
        let build = definition.map(|definition| &definition.build);
        let interpreter = build.and_then(|build| build.interpreter.clone());
        let Executable { path, script, .. } = &ready.executable;
        let path = match definition.filter(|one| one.build.program.is_some()) {
            // Ready-made: its files are carried with the definitions.
            Some(definition) => {
                let file = script.as_ref().unwrap_or(path);
                let inside = file.strip_prefix(&definition.folder).unwrap_or(file);
                format!(
                    "{}/harness/runners/{}/{}",
                    definitions::LAB,
                    definition.runtime(),
                    inside.display()
                )
            }
            None => carry(path, &ready.sha256, true)?,
        };
        Ok(CarriedProgram {
            path,
            interpreter,
            version: ready.version.clone(),
        })
    };
    let one = |(driver, state): (&Driver, &Result<Ready, Failure>)| {
        let built = match state {
            Ok(ready) => Ok(program(driver, ready)?),
            Err(why) => Err(reason(Failure::unavailable(why.clone().into_reason()))),
        };
        Ok(CarriedDriver {
            driver: driver.clone(),
            built,
        })
    };
    drivers.iter().map(one).collect()
}

fn reason(failure: Failure) -> Reason {
    let (outcome, reason) = failure.into_parts();
    Reason { outcome, reason }
}
