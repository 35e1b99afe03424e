//! A bundle that was opened: definitions, plans, drivers and artifacts, as far as they fit this
//! machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use labrun_record::{Artifact, BuildEnvironment};
use semver::Version;
use thiserror::Error;

use super::own_images::OwnImages;
use super::{
    CarriedDriver, CarriedProgram, Manifest, Reason, definitions::LAB, image_of, images, runner_of,
};
use crate::build::version_of;
use crate::bundle::{BundleError, Opened, fit};
use crate::catalog::{Drivers, Isolations, profiles};
use crate::define::{DefineError, Definitions, LabFolder};
use crate::digest::sha256;
use crate::inspect::KeptImage;
use crate::isolation::find;
use crate::isolation::runner::{Executable, Ready, describe};
use crate::isolation::{COUNTER, Driver, Packing, Processor};
use crate::outcome::Failure;
use crate::plan::{PLAN_VERSION, Plan, Recipe, check, version};
use crate::site::Site;
use crate::stock::Stock;

/// Why a bundle cannot be used.
#[derive(Debug, Error)]
pub enum CarryError {
    /// Its files are not what they should be.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Its definitions cannot be read.
    #[error("the definitions in the bundle: {0}")]
    Define(#[from] DefineError),
    /// It is one that this labrun does not understand, or does not hold what is asked for.
    #[error("{0}")]
    Unfit(String),
}

/// A bundle that can be carried out.
pub struct Carried {
    folder: PathBuf,
    manifest: Manifest,
    /// What is defined in it.
    pub definitions: Definitions,
    built: BTreeMap<Recipe, Result<Artifact, Failure>>,
    own: OwnImages,
    processor: Processor,
}

impl Carried {
    /// Reads what was opened, and holds it against this machine, and the processor that its programs are
    /// to run on.
    pub fn new(opened: &Opened, processor: Processor) -> Result<Self, CarryError> {
        let folder = opened.folder().to_owned();
        let newer = |what: &str, has: u64, own: u32| {
            CarryError::Unfit(format!(
                "the bundle has a {what} of version {has}, and this labrun knows version {own}: \
                 carry it out with the labrun in the bundle"
            ))
        };
        let value = opened.manifest();
        for plan in value["plans"].as_array().into_iter().flatten() {
            let version = version(plan)
                .map_err(|why| CarryError::Unfit(format!("a plan of the bundle: {why}")))?;
            if version > u64::from(PLAN_VERSION) {
                return Err(newer("plan", version, PLAN_VERSION));
            }
        }
        let protocol = value["protocol_version"].as_u64().unwrap_or_default();
        if protocol > u64::from(labrun_protocol::PROTOCOL_VERSION) {
            let own = labrun_protocol::PROTOCOL_VERSION;
            return Err(newer("protocol", protocol, own));
        }
        let manifest: Manifest = serde_json::from_value(value.clone())
            .map_err(|error| CarryError::Unfit(format!("the bundle's manifest: {error}")))?;
        let mut definitions =
            Definitions::read(LabFolder::find(Some(&folder.join(LAB)), Path::new("/"))?)?;
        for (runtime, version) in &manifest.versions {
            let own = definitions.runners.iter().find(|one| one.name == *runtime);
            if let (Some(own), Ok(version)) = (own.cloned(), Version::parse(version)) {
                definitions
                    .runners
                    .push(version_of(&own, &version, &definitions.runners));
            }
        }
        let profiles = profiles(&definitions.runners, &definitions.products);
        for plan in &manifest.plans {
            let fits = check(plan, &profiles, &definitions.workloads);
            fits.map_err(|why| {
                let name = &plan.scenario;
                CarryError::Unfit(format!(
                    "the bundle's plan of {name:?}: {why}; bundle again"
                ))
            })?;
        }
        let features = fit::features_fit_on(&processor, &manifest.processor_features);
        let built = manifest.artifacts.iter().map(|carried| {
            let built = match &carried.built {
                Ok(artifact) => fits(
                    &folder,
                    &carried.recipe,
                    artifact.clone(),
                    (&processor, &features),
                ),
                Err(Reason { outcome, reason }) => Err(Failure::new(*outcome, reason)),
            };
            (carried.recipe.clone(), built)
        });
        Ok(Self {
            built: built.collect(),
            definitions,
            folder,
            manifest,
            own: OwnImages::default(),
            processor,
        })
    }

    /// The plan of a scenario; the only one where none is named.
    pub fn plan(&self, scenario: Option<&str>) -> Result<Plan, CarryError> {
        let plans = &self.manifest.plans;
        let names = || plans.iter().map(|plan| plan.scenario.as_str());
        match (scenario, &plans[..]) {
            (None, [only]) => Ok(only.clone()),
            (None, _) => {
                let names: Vec<&str> = names().collect();
                let names = names.join(", ");
                Err(CarryError::Unfit(format!(
                    "the bundle holds {names}: name one of them"
                )))
            }
            (Some(name), plans) => {
                let found = plans.iter().find(|plan| plan.scenario == name);
                let unknown = || {
                    let names: Vec<&str> = names().collect();
                    CarryError::Unfit(format!(
                        "the bundle has no scenario {name}: it holds {}",
                        names.join(", ")
                    ))
                };
                found.cloned().ok_or_else(unknown)
            }
        }
    }

    /// Names of the isolations that anything of it is launched on.
    pub fn launched_on(&self) -> Vec<&str> {
        let names = self.manifest.plans.iter().flat_map(Plan::launched_on);
        names.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Why something of it cannot be launched here, each reason once.
    pub fn misfits(&self) -> BTreeSet<String> {
        let failures = self.built.values().filter_map(|built| built.clone().err());
        failures.map(Failure::into_reason).collect()
    }

    /// Has the Docker daemon hold the images that it carries, before anything is asked of it. What
    /// it does not take becomes the reason of the artifacts that are that image.
    pub fn load_images(&mut self, site: &Site) {
        self.own.interrupt = Some(site.interrupt.clone());
        for image in &self.manifest.images {
            let Err(failure) = images::load(&self.folder, image, &site.interrupt) else {
                continue;
            };
            for built in self.built.values_mut() {
                if built.as_ref().is_ok_and(|built| built.triple == image.tag) {
                    *built = Err(failure.clone());
                }
            }
        }
    }

    /// What its programs run on.
    pub fn processor(&self) -> &Processor {
        &self.processor
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Version of the lab that made it.
    pub fn lab_version(&self) -> &str {
        &self.manifest.lab_version
    }

    /// The programs that drive isolations, each asked what it is: that it answers is the receipt
    /// that it runs here. What is carried for several machines is that of this one.
    pub fn drivers(&self, site: &Site) -> Drivers {
        let state = |driver: &Driver, built: &Result<CarriedProgram, Reason>| {
            let ready = built
                .as_ref()
                .map_err(|missing| missing.reason.clone())
                .and_then(|program| self.ready(site, driver, program));
            ready.map_err(Failure::failed)
        };
        let mut drivers = Drivers::new();
        for CarriedDriver { driver, built } in &self.manifest.drivers {
            if !drivers.get(driver).is_some_and(Result::is_ok) {
                drivers.insert(driver.clone(), state(driver, built));
            }
        }
        drivers
    }

    fn ready(
        &self,
        site: &Site,
        driver: &Driver,
        program: &CarriedProgram,
    ) -> Result<Ready, String> {
        let path = self.folder.join(&program.path);
        let definition = runner_of(driver, &self.definitions.runners);
        let executable = if let Some(interpreter) = &program.interpreter {
            Executable {
                path: find::interpreter(interpreter)?,
                script: Some(path),
                under: None,
            }
        } else {
            // A ready-made program may be a script: whether it runs, it alone can tell.
            if definition.is_none_or(|one| one.build.program.is_none()) {
                // What counts is loaded by the emulator, which is a program of this machine.
                let processor = match driver {
                    Driver::Helper(name) if name == COUNTER => &Processor::Own,
                    _ => &self.processor,
                };
                fit::program_on(processor, &path).map_err(|reason| {
                    format!("the {driver} of the bundle does not fit this machine: {reason}")
                })?;
            }
            Executable {
                under: self.processor.emulator().cloned(),
                ..Executable::of_file(path)
            }
        };
        if let Some(definition) = definition {
            describe(site, definition, &executable)?;
        }
        let sha256 = sha256(&executable.path).map_err(|error| error.to_string())?;
        Ok(Ready {
            executable,
            version: program.version.clone(),
            sha256,
            linked: None,
            starts: None,
        })
    }
}

/// An artifact with its path on this machine, if it runs here.
fn fits(
    folder: &Path,
    recipe: &Recipe,
    artifact: Artifact,
    (processor, features): (&Processor, &Result<(), String>),
) -> Result<Artifact, Failure> {
    if image_of(recipe).is_some() {
        // Its path is its tag, by which the daemon has it.
        return Ok(artifact);
    }
    let path = folder.join(&artifact.path);
    let fit = match recipe {
        // Whether it does is known when it is put into something.
        recipe if recipe.is_own_image() => Ok(()),
        Recipe::Precompile { .. } => features.clone(),
        Recipe::Pack {
            packing: Packing::Root,
            ..
        } => {
            let root = path.parent().unwrap_or(&path);
            crate::isolation::oci::root(root).map_err(|error| error.to_string())
        }
        Recipe::Pack { .. } | Recipe::Image { .. } => Ok(()),
        // Its libraries are looked for with its variables, when it is prepared.
        Recipe::Given { .. } if !recipe.is_module() => match processor {
            Processor::Own => fit::architecture(&path).and_then(|()| fit::loader(&path)),
            other => fit::program_on(other, &path),
        },
        Recipe::Compile { .. } | Recipe::Given { .. } | Recipe::Command { .. } => {
            if recipe.is_module() {
                Ok(())
            } else {
                fit::program_on(processor, &path)
            }
        }
    };
    let what = &artifact.workload;
    fit.map_err(|reason| {
        Failure::unavailable(format!(
            "{what} of the bundle does not fit this machine: {reason}"
        ))
    })?;
    Ok(Artifact { path, ..artifact })
}

impl Stock for Carried {
    fn artifact(&self, recipe: &Recipe, _: &Isolations) -> Result<Artifact, Failure> {
        let missing = || {
            Err(Failure::unavailable(format!(
                "the bundle does not hold what this launches of {}",
                recipe.workload()
            )))
        };
        let built = self.built.get(recipe).cloned().unwrap_or_else(missing)?;
        match recipe {
            Recipe::Pack { packing, .. } if recipe.is_own_image() => {
                self.own.packed(&built, *packing)
            }
            _ => Ok(built),
        }
    }

    fn image(&self, workload: &str) -> Option<Arc<KeptImage>> {
        self.own.image(workload)
    }

    fn environment(&self) -> Option<BuildEnvironment> {
        self.manifest.build.clone()
    }
}
