//! What a run has launched, from the store by the digests that its `run.json` says.
//!
//! What is not there any more is built again from the run's commit, if that is one that git has
//! and nothing in it was changed; else the side is refused.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use labrun_record::{Artifact, BuildEnvironment, Run};

use super::said::{commit_of, launched};
use super::{SideError, SideRequest};
use crate::build::{Builder, Store};
use crate::catalog::{Drivers, Isolations};
use crate::define::{Definitions, RunnerDefinition};
use crate::digest::sha256;
use crate::git::Checkout;
use crate::inspect::KeptImage;
use crate::isolation::docker::DockerHost;
use crate::isolation::runner::{Ready, describe};
use crate::isolation::{Driver, Packing};
use crate::outcome::Failure;
use crate::plan::{Case, Recipe};
use crate::progress::Progress;
use crate::site::Site;
use crate::stock::Stock;

/// What a run has launched.
pub(super) struct Recorded<'a> {
    run: Run,
    /// Has what was found in the store, and builds the rest.
    builder: Builder<'a>,
    store: Store,
    site: &'a Site,
    progress: &'a dyn Progress,
    /// Why nothing can be built again as it was, if so.
    why_not: Option<String>,
    /// The digests of what was not found.
    lost: BTreeMap<Recipe, String>,
    told: RefCell<BTreeSet<Recipe>>,
}

impl<'a> Recorded<'a> {
    /// That of a run, with the definitions of its commit; where that cannot be had, with the
    /// current ones.
    pub(super) fn new(
        run: Run,
        request: SideRequest<'a>,
    ) -> Result<(Self, Definitions), SideError> {
        let here = request.here.lab.path();
        if run.replay.is_some() {
            return Err(SideError::Refused(
                "it is a replay itself: replay what its sides came from".to_owned(),
            ));
        }
        let (its, own) = (&run.machine.arch, std::env::consts::ARCH);
        if its != own {
            return Err(SideError::Refused(format!(
                "the run was taken on {its}, and this machine is {own}: replay it on one like that"
            )));
        }
        if let Some(other) = run.rows.iter().find(|row| run.is_emulated(row)) {
            return Err(SideError::Refused(format!(
                "the run emulated {}, and a replay decides by times, of which an emulated one says nothing",
                other.arch
            )));
        }
        let commit = commit_of(&run.lab_version).and_then(|word| {
            let commit = Checkout::of(here).and_then(|checkout| checkout.commit(word));
            commit.map_err(|error| error.to_string())
        });
        let read = commit.map(|commit| request.commit(&commit));
        let (definitions, why_not) = match read {
            Ok(Err(SideError::Refused(why))) | Err(why) => (request.here.clone(), Some(why)),
            Ok(read) => (read?, None),
        };
        let recorded = Self {
            run,
            builder: request.builder(&definitions)?,
            store: Store::of(here),
            site: request.site,
            progress: request.progress,
            why_not,
            lost: BTreeMap::new(),
            told: RefCell::default(),
        };
        Ok((recorded, definitions))
    }

    /// Finds what is launched, and what drives that.
    pub(super) fn drivers(
        &mut self,
        cases: &[&Case],
        definitions: &Definitions,
    ) -> Result<Drivers, SideError> {
        let launched = cases.iter().filter(|case| case.spec().is_some());
        let launched: BTreeSet<&str> = launched.map(|case| case.isolation()).collect();
        let mut missing = self.artifacts(cases, definitions);
        let mut found = Drivers::new();
        let mut driven = BTreeSet::new();
        for definition in &definitions.runners {
            let names: BTreeSet<String> = definition.isolations().collect();
            if !launched.iter().any(|name| names.contains(*name)) {
                continue;
            }
            let said = self.run.isolations.iter();
            let mut said = said.filter(|one| names.contains(&one.name));
            let digest = said.find_map(|one| one.sha256.as_deref());
            match self.runner(definition, digest) {
                Ok(None) => {}
                Ok(Some(ready)) => {
                    found.insert(Driver::Runner(definition.name.clone()), Ok(ready));
                    driven.extend(names);
                }
                Err(reason) => missing.push(format!("the runner {}: {reason}", definition.name)),
            }
        }
        self.tell(&missing)?;
        let wanted = |name: &str| launched.contains(name) && !driven.contains(name);
        let is_counted = cases.iter().any(|case| case.counts_instructions());
        let builder = &self.builder;
        let mut drivers = builder.drivers_and_counter(definitions, &wanted, is_counted);
        drivers.extend(found);
        Ok(drivers)
    }

    /// Says what is built again; where that cannot be done, the side is refused.
    fn tell(&self, missing: &[String]) -> Result<(), SideError> {
        let id = &self.run.id;
        if let (Some(why), false) = (&self.why_not, missing.is_empty()) {
            return Err(SideError::Refused(format!(
                "not all that the run {id} has launched is in the store any more, and it cannot be \
                 built again, since {why}. Missing: {}. Measure it again, or replay a bundle of it",
                missing.join("; ")
            )));
        }
        for what in missing {
            self.progress.note(&format!(
                "of the run {id} is built again from its commit: {what}"
            ));
        }
        Ok(())
    }

    /// The program of a runner by its digest; nothing where that of the definitions is it.
    fn runner(
        &self,
        definition: &RunnerDefinition,
        digest: Option<&str>,
    ) -> Result<Option<Ready>, String> {
        let digest = digest.ok_or("the run does not say which it was")?;
        let lost = || format!("the program with the digest {digest:.12}");
        if let Some(program) = &definition.build.program {
            // It is no file of the store, but is run where it is.
            let is_it = match definition.build.interpreter {
                // The digest is the interpreter's, and says nothing of the script.
                Some(_) => self.why_not.is_none(),
                None => sha256(&definition.folder.join(program)).is_ok_and(|own| own == digest),
            };
            return if is_it { Ok(None) } else { Err(lost()) };
        }
        let path = self.store.kept(digest).ok_or_else(lost)?;
        let ready = Ready::of_file(path, String::new(), digest.to_owned());
        let said = describe(self.site, definition, &ready.executable)?;
        Ok(Some(Ready {
            version: said.version,
            ..ready
        }))
    }

    /// Has the builder take what is in the store by its digest. Gives what is not.
    fn artifacts(&mut self, cases: &[&Case], definitions: &Definitions) -> Vec<String> {
        let mut said = BTreeMap::new();
        for case in cases {
            if let Some(spec) = case.spec() {
                launched(
                    &self.run,
                    case.isolation(),
                    spec,
                    &definitions.workloads,
                    &mut said,
                );
            }
        }
        let mut missing = Vec::new();
        for (recipe, said) in said {
            let Some(said) = said else {
                let workload = recipe.workload();
                missing.push(format!(
                    "{workload}: the run does not say what of it was launched"
                ));
                continue;
            };
            if matches!(&recipe, Recipe::Given { sha256, .. } if *sha256 == said.sha256) {
                // It is run where its definition says, as it was then.
                continue;
            }
            if recipe.is_own_image() {
                // As above: the definition says where it is, or which daemon's it is.
                self.lost.insert(recipe, said.sha256.clone());
                continue;
            }
            if let Some((recipe, found)) = self.find(&recipe, said) {
                self.builder.take(recipe, found);
            } else {
                let (workload, triple, digest) = (&said.workload, &said.triple, &said.sha256);
                let by = recipe.precompiled_by();
                let by = by.map_or_else(String::new, |by| format!(", compiled ahead for {by}"));
                missing.push(format!("{workload} for {triple}{by} (sha256 {digest:.12})"));
                self.lost.insert(recipe, digest.clone());
            }
        }
        missing
    }

    /// What is in the store, or at the daemon, with the digest that a run says, and the recipe that
    /// it stands for.
    fn find(&self, recipe: &Recipe, said: &Artifact) -> Option<(Recipe, Artifact)> {
        let found = |path, recipe: &Recipe| {
            let artifact = Artifact {
                path,
                target: recipe.compiled().target()?,
                isolation: recipe.precompiled_by().map(str::to_owned),
                ..said.clone()
            };
            Some((recipe.clone(), artifact))
        };
        match recipe {
            Recipe::Pack {
                packing: Packing::Image(_),
                ..
            } => {
                let image = DockerHost::default().image(&said.triple).ok()??;
                let is_it = image.sha256 == said.sha256;
                is_it.then(|| (recipe.clone(), said.clone()))
            }
            // The digest is that of the binary; the folders around it are made again.
            Recipe::Pack {
                of,
                packing: Packing::Root,
            } => found(self.store.kept(&said.sha256)?, of),
            Recipe::Pack { .. } => {
                let (name, digest) = (&said.workload, &said.sha256);
                let path = self
                    .store
                    .path(&format!("images/{name}/{digest:.12}/image.tar"));
                let is_it = sha256(&path).is_ok_and(|own| own == *digest);
                let artifact = Artifact {
                    path,
                    ..said.clone()
                };
                is_it.then(|| (recipe.clone(), artifact))
            }
            // It is where its definition says, and no file of the store.
            Recipe::Given { .. } | Recipe::Image { .. } => None,
            Recipe::Compile { .. } | Recipe::Command { .. } | Recipe::Precompile { .. } => {
                found(self.store.kept(&said.sha256)?, recipe)
            }
        }
    }
}

impl Stock for Recorded<'_> {
    fn artifact(&self, recipe: &Recipe, isolations: &Isolations) -> Result<Artifact, Failure> {
        let built = self.builder.artifact(recipe, isolations)?;
        let is_other = self
            .lost
            .get(recipe)
            .is_some_and(|lost| *lost != built.sha256);
        if is_other && self.told.borrow_mut().insert(recipe.clone()) {
            self.progress.note(&format!(
                "{} for {} of the run {} was built again, and is not the same byte for byte: the \
                 compiler, or what it sees of the machine, is another one",
                built.workload, built.triple, self.run.id
            ));
        }
        Ok(built)
    }

    fn image(&self, workload: &str) -> Option<Arc<KeptImage>> {
        self.builder.image(workload)
    }

    fn environment(&self) -> Option<BuildEnvironment> {
        self.run.build.clone()
    }
}
