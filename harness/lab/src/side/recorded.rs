//! What a run has launched, from the store by the digests that its `run.json` says.
//!
//! What is not there any more is built again from the run's commit, if that is one that git has
//! and nothing in it was changed; else the side is refused.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use labrun_record::{Artifact, BuildEnvironment, IsolationRecord, Run};

use super::{SideError, SideRequest};
use crate::build::{Builder, Store};
use crate::catalog::{Drivers, Isolations};
use crate::define::{Definitions, RunnerDefinition, Workload};
use crate::digest::sha256;
use crate::git::Checkout;
use crate::isolation::docker::DockerHost;
use crate::isolation::runner::{Ready, describe};
use crate::isolation::{Driver, Packing};
use crate::outcome::Failure;
use crate::plan::{Case, LaunchSpec, Recipe};
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
        let mut missing = self.artifacts(cases, definitions);
        let launched = cases.iter().filter(|case| case.spec().is_some());
        let launched: BTreeSet<&str> = launched.map(|case| case.isolation()).collect();
        let mut drivers = Drivers::new();
        for definition in &definitions.runners {
            let names: BTreeSet<String> = definition.isolations().collect();
            if launched.iter().any(|name| names.contains(*name)) {
                let said = self.run.isolations.iter();
                let said = said.filter(|one| names.contains(&one.name));
                let digest = said.filter_map(|one: &IsolationRecord| one.sha256.as_deref());
                match self.runner(definition, digest.min()) {
                    Ok(None) => {}
                    Ok(Some(ready)) => {
                        let driver = Driver::Runner(definition.name.clone());
                        drivers.insert(driver, Ok(ready));
                    }
                    Err(reason) => {
                        missing.push(format!("the runner {}: {reason}", definition.name))
                    }
                }
            }
        }
        if let (Some(why), false) = (&self.why_not, missing.is_empty()) {
            return Err(SideError::Refused(format!(
                "not all that the run {} has launched is in the store any more, and it cannot be built \
                 again, since {why}. Missing: {}. Measure it again, or replay a bundle of it",
                self.run.id,
                missing.join("; ")
            )));
        }
        for what in &missing {
            let id = &self.run.id;
            self.progress.note(&format!(
                "of the run {id} is built again from its commit: {what}"
            ));
        }
        let found = |definition: &RunnerDefinition| {
            drivers.contains_key(&Driver::Runner(definition.name.clone()))
        };
        let found = definitions.runners.iter().filter(|one| found(one));
        let found: BTreeSet<String> = found.flat_map(RunnerDefinition::isolations).collect();
        let wanted = |name: &str| launched.contains(name) && !found.contains(name);
        let mut all = self.builder.drivers(definitions, &wanted);
        all.extend(drivers);
        Ok(all)
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
            let Recipe::Compile { target, .. } = recipe.compiled() else {
                return None;
            };
            let artifact = Artifact {
                path,
                target: *target,
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
            Recipe::Compile { .. } | Recipe::Precompile { .. } => {
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

    fn environment(&self) -> Option<BuildEnvironment> {
        self.run.build.clone()
    }
}

/// What a run says of all that a launch is made of, by recipe.
fn launched<'r>(
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
fn commit_of(lab_version: &str) -> Result<&str, String> {
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
