//! Where launches take what they run from: what was built here, or what a bundle holds.

use std::sync::Arc;

use labrun_record::{Artifact, BuildEnvironment};

use crate::catalog::Isolations;
use crate::inspect::KeptImage;
use crate::outcome::Failure;
use crate::plan::Recipe;

/// A store of things that are built.
pub trait Stock {
    /// What a recipe was built to; built now where that can be done. One of the `isolations`
    /// compiles what is compiled ahead of time.
    fn artifact(&self, recipe: &Recipe, isolations: &Isolations) -> Result<Artifact, Failure>;

    /// An image of the user's own, once something was built of it; `workload` is whose it is.
    fn image(&self, workload: &str) -> Option<Arc<KeptImage>>;

    /// What everything in it was built with, as far as that is known.
    fn environment(&self) -> Option<BuildEnvironment>;
}
