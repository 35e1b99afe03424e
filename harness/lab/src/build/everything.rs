//! Building all that some isolations need, for `labrun build`.

use labrun_record::{Artifact, Outcome, Target};
use serde::Serialize;

use super::Builder;
use crate::define::{ProductDefinition, RunnerDefinition, Workload};
use crate::isolation::runner::State;
use crate::isolation::{ImageForm, Isolation, Linking, containerd};
use crate::outcome::Failure;

/// Something that is built.
#[derive(Debug, Clone, Serialize)]
pub struct Thing {
    /// What it is, for a person.
    pub what: String,
    /// Where it is: a file, or the tag of an image.
    pub path: std::path::PathBuf,
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// What is there after a build.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Everything {
    /// What is built.
    pub built: Vec<Thing>,
    /// What could not be built, each with the reason.
    pub failed: Vec<String>,
    /// Runners that were left out, since this machine lacks what building them needs.
    pub skipped: Vec<String>,
}

impl Everything {
    fn note(
        &mut self,
        what: impl FnOnce(&Artifact) -> String,
        built: Result<Artifact, String>,
    ) -> Option<Artifact> {
        match built {
            Ok(artifact) => {
                let what = what(&artifact);
                if !self.built.iter().any(|thing| thing.what == what) {
                    let Artifact {
                        path,
                        sha256,
                        bytes,
                        ..
                    } = artifact.clone();
                    self.built.push(Thing {
                        what,
                        path,
                        sha256,
                        bytes,
                    });
                }
                Some(artifact)
            }
            Err(reason) => {
                if !self.failed.contains(&reason) {
                    self.failed.push(reason);
                }
                None
            }
        }
    }

    /// Builds what the isolations named by `takes` need for `workloads`.
    pub fn build(
        builder: &Builder<'_>,
        workloads: &[&Workload],
        runners: &[RunnerDefinition],
        products: &[ProductDefinition],
        takes: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut all = Self::default();
        let mut states: Vec<(String, State)> = runners
            .iter()
            .filter(|runner| runner.isolations().any(|name| takes(&name)))
            .map(|runner| (runner.name.clone(), builder.runner(runner)))
            .collect();
        let runners_here = states.len();
        if containerd::is_any(takes) {
            states.push(builder.helper(containerd::HELPER, true));
        }
        for (number, (name, state)) in states.iter().enumerate() {
            let kind = if number < runners_here {
                "runner"
            } else {
                "helper"
            };
            match state {
                State::Ready(ready) => all.built.push(Thing {
                    what: format!("{kind} {name} {}", ready.version),
                    bytes: std::fs::metadata(&ready.executable.path).map_or(0, |file| file.len()),
                    path: ready.executable.path.clone(),
                    sha256: ready.sha256.clone(),
                }),
                State::Missing(reason) => all.failed.push(reason.clone()),
                State::Skipped(reason) => all.skipped.push(reason.clone()),
            }
        }
        let isolations = crate::catalog::isolations(runners, products, &states);
        let is_skipped = |isolation: &str| {
            let mut skipped = states
                .iter()
                .filter(|(_, state)| matches!(state, State::Skipped(_)));
            skipped.any(|(name, _)| isolation.split('/').next() == Some(name))
        };
        for isolation in isolations
            .iter()
            .filter(|isolation| takes(isolation.name()) && !is_skipped(isolation.name()))
        {
            for workload in workloads {
                all.isolation(builder, isolation.as_ref(), workload);
            }
        }
        all
    }

    fn isolation(&mut self, builder: &Builder<'_>, isolation: &dyn Isolation, workload: &Workload) {
        let linking = Linking::of(isolation.name());
        let record = isolation.record();
        for &target in isolation.targets() {
            let source = if target == Target::Image {
                Target::Native
            } else {
                target
            };
            if !isolation.takes(workload)
                || !workload.targets.contains(&source)
                || isolation
                    .unsupported(workload, target, &workload.needs)
                    .is_some()
            {
                continue;
            }
            let named =
                |artifact: &Artifact| format!("{} for {}", artifact.workload, artifact.triple);
            let Some(artifact) = self.note(
                named,
                builder.artifact(workload, source, linking, workload.artifact_kind(source)),
            ) else {
                continue;
            };
            if record.outcome != Outcome::Measured {
                // A runner that is missing is told already, and no tool or product is built here.
                let of_daemon = isolation.image_form() == ImageForm::Daemon;
                if target == Target::Image && of_daemon && isolation.packing().is_none() {
                    let reason = record.reason.clone().unwrap_or_default();
                    self.note(named, Err(format!("{}: {reason}", record.name)));
                }
            } else if let Some(packing) = isolation.packing() {
                let image = builder
                    .packed(&artifact, packing)
                    .map_err(Failure::into_reason);
                self.note(|image| format!("image {}", image.triple), image);
            } else if target == Target::Image {
                let image = match isolation.image_form() {
                    ImageForm::Daemon => builder.image(workload, &artifact, linking),
                    ImageForm::Bundle => builder.bundle(workload, &artifact),
                };
                let image = image.map_err(Failure::into_reason);
                self.note(|image| format!("image {}", image.triple), image);
            } else if isolation.precompiles() {
                let what = format!("{} for {target} by {}", workload.name, isolation.name());
                self.note(
                    |_| what,
                    builder
                        .precompiled(isolation, &artifact)
                        .map_err(Failure::into_reason),
                );
            }
        }
    }
}
