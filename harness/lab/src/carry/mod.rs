//! A plan with all that it launches, as a bundle: made where a compiler is, carried out where
//! none is.
//!
//! Inside: `labrun`; `lab/`, the definitions; `store/`, what was built, under the names that the
//! store here has it by; and the [`Manifest`], which says what each of these is.

mod carried;
mod definitions;
mod images;
mod own_images;
mod pack;

use labrun_record::{Artifact, BuildEnvironment, Outcome};
use serde::{Deserialize, Serialize};

use crate::define::RunnerDefinition;
use crate::isolation::{Base, Driver, Packing};
use crate::plan::{Plan, Recipe};

pub use carried::{Carried, CarryError};
pub use images::CarriedImage;
pub use pack::{PackRequest, Packed, pack};

/// The base of the image of a daemon's that a recipe makes, if it makes one. One of the user's own is
/// carried as the archive that it is.
fn image_of(recipe: &Recipe) -> Option<Base> {
    match recipe {
        recipe if recipe.is_own_image() => None,
        Recipe::Pack {
            packing: Packing::Image(base),
            ..
        } => Some(*base),
        _ => None,
    }
}

/// The runner that a driver is, if it is one.
fn runner_of<'a>(driver: &Driver, runners: &'a [RunnerDefinition]) -> Option<&'a RunnerDefinition> {
    let is_it =
        |runner: &&RunnerDefinition| matches!(driver, Driver::Runner(name) if *name == runner.name);
    runners.iter().find(is_it)
}

/// What a bundle holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the protocol that its runners speak.
    pub protocol_version: u32,
    /// Version of the lab that made it, with its commit.
    pub lab_version: String,
    /// The plans that it carries, each of one scenario.
    pub plans: Vec<Plan>,
    /// Words for the processor features of the machine on which modules were compiled ahead of
    /// time: another one has to have them too.
    pub processor_features: Vec<String>,
    /// What everything was built with.
    #[serde(default)]
    pub build: Option<BuildEnvironment>,
    /// What was built, or why it could not be.
    pub artifacts: Vec<CarriedArtifact>,
    /// The programs that drive isolations, or why they could not be built.
    pub drivers: Vec<CarriedDriver>,
    /// Images for a Docker daemon, those of bases before those on them.
    #[serde(default)]
    pub images: Vec<CarriedImage>,
    /// Other versions of runtimes than the checkout's own: the runtime and its number.
    #[serde(default)]
    pub versions: Vec<(String, String)>,
}

/// Something that was built by a recipe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CarriedArtifact {
    /// By which.
    pub recipe: Recipe,
    /// What it is; its path is one inside the bundle.
    pub built: Result<Artifact, Reason>,
}

/// A program that drives isolations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CarriedDriver {
    /// Which.
    pub driver: Driver,
    /// The program, or why there is none.
    pub built: Result<CarriedProgram, Reason>,
}

/// The program of a driver.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CarriedProgram {
    /// Its path inside the bundle: the program, or the script where there is an interpreter.
    pub path: String,
    /// What the script is started with, looked up on `PATH`.
    pub interpreter: Option<String>,
    /// Version of the runtime.
    pub version: String,
}

/// Why something is not there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reason {
    /// The outcome of its rows.
    pub outcome: Outcome,
    /// The reason, for a person.
    pub reason: String,
}
