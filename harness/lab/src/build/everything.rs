//! Building all that some isolations need, for `labrun build`.

use std::path::PathBuf;

use labrun_record::{Artifact, Outcome};
use serde::Serialize;

use super::Builder;
use crate::catalog::Isolations;
use crate::define::{Definitions, Workload};
use crate::isolation::runner::Ready;
use crate::isolation::{Driver, Packing, Profile};
use crate::outcome::Failure;
use crate::plan::{Recipe, for_isolation, misfit};
use crate::stock::Stock as _;

/// Something that is built.
#[derive(Debug, Clone, Serialize)]
pub struct BuiltItem {
    /// What it is, for a person.
    pub what: String,
    /// Where it is: a file, or the tag of an image.
    pub path: PathBuf,
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl BuiltItem {
    /// A program of the lab's own.
    pub(super) fn driver(what: String, ready: &Ready) -> Self {
        Self {
            what,
            bytes: std::fs::metadata(&ready.executable.path).map_or(0, |file| file.len()),
            path: ready.executable.path.clone(),
            sha256: ready.sha256.clone(),
        }
    }
}

/// What is there after a build.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BuildReport {
    /// What is built.
    pub built: Vec<BuiltItem>,
    /// What could not be built, each with the reason.
    pub failed: Vec<String>,
    /// Runners that were left out, since this machine lacks what building them needs.
    pub skipped: Vec<String>,
}

impl BuildReport {
    /// Builds what the isolations named by `takes` need for `workloads`.
    pub fn build(
        builder: &Builder<'_>,
        definitions: &Definitions,
        workloads: &[&Workload],
        takes: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut report = Self::default();
        let drivers = builder.drivers(definitions, takes);
        let (runners, products) = (&definitions.runners, &definitions.products);
        let isolations = Isolations::on(runners, products, &drivers, builder.processor());
        let wanted = || {
            isolations
                .iter()
                .filter(|isolation| takes(isolation.name()))
        };
        let is_wanted = |driver: &Driver| {
            wanted().any(|isolation| isolation.profile().driver.as_ref() == Some(driver))
        };
        for (driver, state) in drivers.iter().filter(|(driver, _)| is_wanted(driver)) {
            match state {
                Ok(ready) => {
                    let what = format!("{driver} {}{}", ready.version, builder.for_other());
                    report.built.push(BuiltItem::driver(what, ready));
                }
                Err(missing) if is_skipped(missing) => {
                    report.skipped.push(missing.clone().into_reason());
                }
                Err(missing) => report.failed.push(missing.clone().into_reason()),
            }
        }
        for isolation in wanted() {
            let profile = isolation.profile();
            let skipped = profile
                .driver
                .as_ref()
                .and_then(|driver| drivers.get(driver));
            if skipped.is_some_and(|driver| driver.as_ref().is_err_and(is_skipped)) {
                continue;
            }
            for workload in workloads {
                report.workload(builder, &isolations, profile, workload);
            }
        }
        report
    }

    /// Takes in what is there after another build, each thing once: what is the same for two
    /// architectures is one thing.
    pub fn add(&mut self, other: Self) {
        for item in other.built {
            let is_known =
                |known: &BuiltItem| known.what == item.what && known.sha256 == item.sha256;
            if !self.built.iter().any(is_known) {
                self.built.push(item);
            }
        }
        for reason in other.failed {
            self.fail(reason);
        }
        let new = other.skipped.into_iter();
        let new = new.filter(|reason| !self.skipped.contains(reason));
        let new: Vec<String> = new.collect();
        self.skipped.extend(new);
    }

    fn workload(
        &mut self,
        builder: &Builder<'_>,
        isolations: &Isolations,
        profile: &Profile,
        workload: &Workload,
    ) {
        for target in profile.every_target(workload) {
            let source = workload.source_of(target);
            let is_for_it = profile.takes(workload) && workload.targets.contains(&source);
            let needs = &workload.needs;
            let arch = builder.arch();
            if !is_for_it
                || profile.unsupported(workload, target, needs).is_some()
                || misfit(workload, profile, target, arch).is_some()
            {
                continue;
            }
            let kind = workload.artifact_kind(source);
            let (artifact, precompiled) = for_isolation(profile, workload, arch, target, kind);
            let record = isolations.record(&profile.name);
            let is_here = record.is_some_and(|record| record.outcome == Outcome::Measured);
            for recipe in [Some(artifact), precompiled].into_iter().flatten() {
                if is_here {
                    self.make(builder, isolations, &recipe);
                    continue;
                }
                // What it is made of can be built all the same. A runner that is missing is told
                // already, and no tool or product is built here.
                match recipe {
                    Recipe::Pack { of, packing } => {
                        self.make(builder, isolations, &of);
                        if matches!(packing, Packing::Image(_)) {
                            let reason = record.and_then(|record| record.reason.clone());
                            let reason = reason.unwrap_or_default();
                            self.fail(format!("{}: {reason}", profile.name));
                        }
                    }
                    Recipe::Precompile { .. } => {}
                    compiled @ (Recipe::Compile { .. }
                    | Recipe::Given { .. }
                    | Recipe::Image { .. }
                    | Recipe::Command { .. }) => self.make(builder, isolations, &compiled),
                }
            }
        }
    }

    /// Makes something, after what it is made of, and notes what came of it.
    fn make(&mut self, builder: &Builder<'_>, isolations: &Isolations, recipe: &Recipe) {
        if let Recipe::Pack { of, .. } | Recipe::Precompile { of, .. } = recipe {
            self.make(builder, isolations, of);
        }
        let of_other = match recipe {
            // Its triple says so of whatever else is of one architecture.
            Recipe::Precompile { .. } => builder.for_other(),
            _ => String::new(),
        };
        match builder.artifact(recipe, isolations) {
            Ok(artifact) => self.note(named(recipe, &artifact) + &of_other, artifact),
            Err(failure) => self.fail(failure.into_reason()),
        }
    }

    fn note(&mut self, what: String, artifact: Artifact) {
        if !self.built.iter().any(|item| item.what == what) {
            self.built.push(BuiltItem {
                what,
                path: artifact.path,
                sha256: artifact.sha256,
                bytes: artifact.bytes,
            });
        }
    }

    fn fail(&mut self, reason: String) {
        if !self.failed.contains(&reason) {
            self.failed.push(reason);
        }
    }
}

/// Whether what building it needs is not on this machine.
fn is_skipped(missing: &Failure) -> bool {
    matches!(missing, Failure::Outcome(Outcome::Unavailable, _))
}

/// What was made, for a person.
fn named(recipe: &Recipe, artifact: &Artifact) -> String {
    let (workload, triple) = (&artifact.workload, &artifact.triple);
    match recipe {
        Recipe::Compile { .. } | Recipe::Command { .. } => format!("{workload} for {triple}"),
        Recipe::Given { .. } => format!("{workload} as it is given, {triple}"),
        Recipe::Image { .. } => format!("the image of {workload} as it is given"),
        Recipe::Pack { .. } => format!("image {triple}"),
        Recipe::Precompile { by, .. } => format!("{workload} for {} by {by}", artifact.target),
    }
}
