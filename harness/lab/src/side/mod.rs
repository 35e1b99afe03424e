//! A side of a replay: where its definitions and what it launches come from. What is measured, and
//! how, is not known here: the lab that runs measures both sides.

mod commit;
mod error;
mod name;
mod recorded;
mod said;

use std::sync::Arc;

use labrun_record::{Artifact, BuildEnvironment, Run};

use crate::build::{Builder, Store};
use crate::bundle;
use crate::carry::Carried;
use crate::catalog::{Drivers, Isolations};
use crate::define::{Definitions, Workload};
use crate::digest::sha256;
use crate::git::Checkout;
use crate::inspect::KeptImage;
use crate::outcome::Failure;
use crate::plan::{Case, Recipe};
use crate::progress::Progress;
use crate::site::{Grant, Site};
use crate::stock::Stock;

pub use error::SideError;
pub use name::{NoSide, SideKind, SideName};
use recorded::Recorded;

/// A side of which nothing is built yet.
pub struct Side<'a> {
    /// As it was named.
    pub name: SideName,
    /// What that is: the whole commit, the run's name, the bundle's digest, the isolation's version
    /// (once that is known).
    pub of: String,
    /// Version of the lab whose definitions it has, with the commit where it is known.
    pub lab_version: String,
    /// What is defined in it.
    pub definitions: Definitions,
    origin: Origin<'a>,
}

/// Where what a side launches comes from.
enum Origin<'a> {
    /// It is built, where the store does not have it.
    Built(Box<Builder<'a>>),
    /// A bundle holds it; what it was unpacked to is held as long.
    Carried(Box<Carried>, #[expect(dead_code, reason = "held")] Grant),
    /// The store has it by the digests that a run says.
    Recorded(Box<Recorded<'a>>),
}

/// What every side is made from.
#[derive(Clone, Copy)]
pub struct SideRequest<'a> {
    /// What is defined in the current checkout.
    pub here: &'a Definitions,
    /// Those of its workloads that are in folders of the user's own: whatever the commit, they are
    /// beside what it defines.
    pub own: &'a [Workload],
    /// Where it stands.
    pub site: &'a Site,
    /// What it tells of its progress.
    pub progress: &'a dyn Progress,
}

impl<'a> Side<'a> {
    /// The current checkout, whose `lab_version` is given.
    pub fn of_checkout(
        name: SideName,
        lab_version: String,
        request: SideRequest<'a>,
    ) -> Result<Self, SideError> {
        let SideRequest {
            here,
            site,
            progress,
            ..
        } = request;
        let builder = Builder::new(here, site, progress).map_err(SideError::Failed)?;
        Ok(Self {
            name,
            of: String::new(),
            lab_version,
            definitions: here.clone(),
            origin: Origin::Built(Box::new(builder)),
        })
    }

    /// The commit that the name names.
    pub fn of_commit(name: SideName, request: SideRequest<'a>) -> Result<Self, SideError> {
        let commit = Checkout::of(request.here.lab.path())?.commit(&name.which)?;
        let definitions = request.commit(&commit)?;
        Ok(Self {
            name,
            lab_version: format!("{} ({commit:.12})", env!("CARGO_PKG_VERSION")),
            of: commit,
            origin: Origin::Built(Box::new(request.builder(&definitions)?)),
            definitions,
        })
    }

    /// What a run has launched.
    pub fn of_run(name: SideName, run: Run, request: SideRequest<'a>) -> Result<Self, SideError> {
        let (of, lab_version) = (run.id.clone(), run.lab_version.clone());
        let (recorded, definitions) = Recorded::new(run, request)?;
        Ok(Self {
            name,
            of,
            lab_version,
            definitions,
            origin: Origin::Recorded(Box::new(recorded)),
        })
    }

    /// What a bundle holds; `unpacked` is the folder that it may have been unpacked to.
    pub fn of_bundle(name: SideName, carried: Carried, unpacked: Grant) -> Result<Self, SideError> {
        let list = carried.folder().join(bundle::LIST);
        let unread = |error: std::io::Error| {
            SideError::Failed(format!("cannot read {}: {error}", list.display()))
        };
        Ok(Self {
            name,
            of: sha256(&list).map_err(unread)?,
            lab_version: carried.lab_version().to_owned(),
            definitions: carried.definitions.clone(),
            origin: Origin::Carried(Box::new(carried), unpacked),
        })
    }

    /// The bundle that it is, if it is one.
    pub fn bundle(&mut self) -> Option<&mut Carried> {
        match &mut self.origin {
            Origin::Carried(carried, _) => Some(carried),
            Origin::Built(_) | Origin::Recorded(_) => None,
        }
    }

    /// What drives the isolations that any of `cases` is launched on; built where that has to be.
    /// What a run has launched of them has to be there, or has to be built again.
    pub fn drivers(&mut self, cases: &[&Case], site: &Site) -> Result<Drivers, SideError> {
        match &mut self.origin {
            Origin::Built(builder) => {
                let launched = |name: &str| {
                    let mut launched = cases.iter().filter(|case| case.spec().is_some());
                    launched.any(|case| case.isolation() == name)
                };
                let is_counted = cases.iter().any(|case| case.counts_instructions());
                Ok(builder.drivers_and_counter(&self.definitions, &launched, is_counted))
            }
            Origin::Carried(carried, _) => Ok(carried.drivers(site)),
            Origin::Recorded(recorded) => recorded.drivers(cases, &self.definitions),
        }
    }
}

impl Stock for Side<'_> {
    fn artifact(&self, recipe: &Recipe, isolations: &Isolations) -> Result<Artifact, Failure> {
        match &self.origin {
            Origin::Built(builder) => builder.artifact(recipe, isolations),
            Origin::Carried(carried, _) => carried.artifact(recipe, isolations),
            Origin::Recorded(recorded) => recorded.artifact(recipe, isolations),
        }
    }

    fn image(&self, workload: &str) -> Option<Arc<KeptImage>> {
        match &self.origin {
            Origin::Built(builder) => builder.image(workload),
            Origin::Carried(carried, _) => carried.image(workload),
            Origin::Recorded(recorded) => recorded.image(workload),
        }
    }

    fn environment(&self) -> Option<BuildEnvironment> {
        match &self.origin {
            Origin::Built(builder) => builder.environment(),
            Origin::Carried(carried, _) => carried.environment(),
            Origin::Recorded(recorded) => recorded.environment(),
        }
    }
}

impl<'a> SideRequest<'a> {
    /// What is defined in a commit.
    fn commit(&self, commit: &str) -> Result<Definitions, SideError> {
        let here = self.here.lab.path();
        let mut found = commit::definitions(here, commit, self.site, self.progress)?;
        found.workloads.extend(self.own.iter().cloned());
        Ok(found)
    }

    /// What builds of `definitions`, into the store of the current checkout.
    fn builder(&self, definitions: &Definitions) -> Result<Builder<'a>, SideError> {
        let store = Store::of(self.here.lab.path());
        let builder = Builder::into(store, definitions, self.site, self.progress);
        builder.map_err(SideError::Failed)
    }
}
