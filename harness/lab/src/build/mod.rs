//! Artifacts and runners: only what is asked for, and only what is stale.

mod archive;
mod artifact;
mod cargo;
mod cargo_home;
mod child;
mod environment;
mod everything;
mod helper;
mod inputs;
mod runner;
mod sources;
mod store;
mod toolchain;
mod turn;
mod version;
mod way;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use labrun_record::{Artifact, BuildEnvironment, Outcome, Target};

use crate::define::{ArtifactKind, LabFolder, RunnerDefinition, Workload};
use crate::isolation::runner::{Ready, State};
use crate::isolation::{ImageForm, Isolation, Linking, Packing, docker, oci};
use crate::outcome::Failure;
use crate::progress::Progress;
use crate::site::Site;
use way::Absence;

pub use everything::{Everything, Thing};
pub use store::Store;
pub use toolchain::Toolchain;
pub use version::{AskedVersion, VersionError, with_versions};

/// What was built under which key, failures as well.
type Memo<K, E> = RefCell<BTreeMap<K, Result<Artifact, E>>>;

/// Builds on demand, each thing once; a failure is remembered as well.
pub struct Builder<'a> {
    lab: &'a LabFolder,
    site: &'a Site,
    progress: &'a dyn Progress,
    store: Store,
    toolchain: Toolchain,
    artifacts: Memo<(String, String, ArtifactKind), String>,
    precompiled: Memo<(String, String), Failure>,
    images: Memo<(String, String), Failure>,
}

impl<'a> Builder<'a> {
    /// A builder with the installed Rust toolchain.
    pub fn new(
        lab: &'a LabFolder,
        site: &'a Site,
        progress: &'a dyn Progress,
    ) -> Result<Self, String> {
        let store = Store::of(lab.path());
        let toolchain = Toolchain::find(lab.path(), &store)?;
        if let Some(note) = toolchain.note() {
            progress.note(&note);
        }
        Ok(Self {
            lab,
            site,
            progress,
            store,
            toolchain,
            artifacts: RefCell::default(),
            precompiled: RefCell::default(),
            images: RefCell::default(),
        })
    }

    /// The toolchain that builds.
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }

    /// What everything is built with.
    pub(crate) fn environment(&self) -> BuildEnvironment {
        let runners = self.lab.runners().unwrap_or_default();
        let mut variables: Vec<_> = runners.iter().filter_map(runner::variable).collect();
        variables.extend(helper::needed());
        self.toolchain.record(&variables)
    }

    /// Folder of the lab, for paths relative to it.
    pub fn lab(&self) -> &Path {
        self.lab.path()
    }

    /// Whether the run was asked to end.
    pub fn is_interrupted(&self) -> bool {
        self.site.interrupt.raised()
    }

    /// A workload built for a target; an image is built from its native binary.
    pub fn artifact(
        &self,
        workload: &Workload,
        target: Target,
        linking: Linking,
        kind: ArtifactKind,
    ) -> Result<Artifact, String> {
        let triple = artifact::triple(&self.toolchain, target, linking);
        let key = (workload.name.clone(), triple.clone(), kind);
        if let Some(known) = self.artifacts.borrow().get(&key) {
            return known.clone();
        }
        let built = self.unless_interrupted().and_then(|()| {
            let (lab, store, toolchain) = (self.lab, &self.store, &self.toolchain);
            artifact::build(
                lab,
                store,
                toolchain,
                self.site,
                workload,
                (target, &triple, kind),
                self.progress,
            )
        });
        self.artifacts.borrow_mut().insert(key, built.clone());
        built
    }

    /// A runner, built and described, or why it is missing.
    pub fn runner(&self, definition: &RunnerDefinition) -> State {
        match self.build_runner(definition) {
            Ok(ready) => State::Ready(ready),
            Err(absence) => state(definition, absence),
        }
    }

    fn build_runner(&self, definition: &RunnerDefinition) -> Result<Ready, Absence> {
        let interrupted = self.unless_interrupted().map_err(Absence::Failed);
        interrupted.and_then(|()| {
            runner::build(
                self.lab,
                &self.store,
                &self.toolchain,
                self.site,
                definition,
                self.progress,
            )
        })
    }

    /// A runner if it is built already, without building it.
    pub fn runner_if_built(&self, definition: &RunnerDefinition) -> State {
        let built = runner::built(self.lab, &self.store, &self.toolchain, definition);
        built.map_or_else(|absence| state(definition, absence), State::Ready)
    }

    /// A helper, built or only looked for, or why it is missing.
    pub fn helper(&self, name: &str, is_wanted: bool) -> (String, State) {
        let helper = helper::Helper {
            name,
            lab: self.lab,
            store: &self.store,
            toolchain: &self.toolchain,
        };
        let built = if is_wanted {
            self.unless_interrupted()
                .and_then(|()| helper.build(self.site, self.progress))
        } else {
            helper.built().ok_or_else(|| "it is not built".to_owned())
        };
        let missing = |reason: String| {
            format!(
                "the helper for {name} is missing: {reason}; `labrun build --isolation '{name}/*'` builds it"
            )
        };
        let state = built.map_or_else(|reason| State::Missing(missing(reason)), State::Ready);
        (name.to_owned(), state)
    }

    /// The image that the lab itself writes around an artifact.
    pub fn packed(&self, artifact: &Artifact, packing: Packing) -> Result<Artifact, Failure> {
        archive::pack(&self.store, artifact, packing).map_err(|error| {
            let what = &artifact.workload;
            Failure::new(
                Outcome::Unavailable,
                format!("cannot write the image of {what}: {error}"),
            )
        })
    }

    /// What a configuration compiles a module to, ahead of time.
    pub fn precompiled(
        &self,
        isolation: &dyn Isolation,
        artifact: &Artifact,
    ) -> Result<Artifact, Failure> {
        let key = (isolation.name().to_owned(), artifact.sha256.clone());
        if let Some(known) = self.precompiled.borrow().get(&key) {
            return known.clone();
        }
        let built = if self.is_interrupted() {
            Err(Failure::Interrupted)
        } else {
            runner::precompile(&self.store, self.site, isolation, artifact, self.progress)
        };
        self.precompiled.borrow_mut().insert(key, built.clone());
        built
    }

    /// The image of a workload, around its native binary.
    pub fn image(
        &self,
        workload: &Workload,
        binary: &Artifact,
        linking: Linking,
    ) -> Result<Artifact, Failure> {
        // The binary's triple says how it is linked, and that decides the base.
        let key = (workload.name.clone(), binary.triple.clone());
        if let Some(known) = self.images.borrow().get(&key) {
            return known.clone();
        }
        let built = self.build_image(workload, binary, linking);
        self.images.borrow_mut().insert(key, built.clone());
        built
    }

    fn build_image(
        &self,
        workload: &Workload,
        binary: &Artifact,
        linking: Linking,
    ) -> Result<Artifact, Failure> {
        let image = docker::build_image(&docker::ImageRequest {
            dockerfile: &self.lab.dockerfile(),
            workload: &workload.name,
            binary: &binary.path,
            binary_sha256: &binary.sha256,
            base: match linking {
                Linking::Static => docker::Base::Scratch,
                Linking::Dynamic => docker::Base::Debian,
            },
            interrupt: &self.site.interrupt,
            progress: self.progress,
        })
        .map_err(|error| Failure::new(error.outcome(), error.to_string()))?;
        Ok(Artifact {
            workload: workload.name.clone(),
            target: Target::Image,
            triple: image.tag.clone(),
            path: image.tag.into(),
            sha256: image.sha256,
            bytes: image.bytes,
            toolchain: binary.toolchain.clone(),
            isolation: None,
            exports: false,
        })
    }

    /// What an isolation runs of a workload; whatever that needs is built on the way.
    pub fn for_isolation(
        &self,
        isolation: &dyn Isolation,
        workload: &Workload,
        target: Target,
        kind: ArtifactKind,
    ) -> Result<Made, Failure> {
        let unavailable = |reason: String| {
            if self.is_interrupted() {
                Failure::Interrupted
            } else {
                Failure::unavailable(reason)
            }
        };
        let linking = Linking::of(isolation.name());
        let mut artifact = self
            .artifact(workload, target, linking, kind)
            .map_err(unavailable)?;
        let mut precompiled = None;
        match target {
            _ if let Some(packing) = isolation.packing() => {
                artifact = self.packed(&artifact, packing)?;
                artifact.target = target;
                artifact.isolation = Some(isolation.name().to_owned());
            }
            Target::Image | Target::Native => {
                if target == Target::Image {
                    artifact = match isolation.image_form() {
                        ImageForm::Daemon => self.image(workload, &artifact, linking)?,
                        ImageForm::Bundle => self.bundle(workload, &artifact)?,
                    };
                }
                artifact.isolation = Some(isolation.name().to_owned());
            }
            Target::Wasip1 | Target::Wasip2 if isolation.precompiles() => {
                precompiled = Some(self.precompiled(isolation, &artifact)?);
            }
            Target::Wasip1 | Target::Wasip2 => {}
        }
        Ok(Made {
            artifact,
            precompiled,
        })
    }

    /// The root of a bundle around a native binary: what an image holds, as a folder.
    pub fn bundle(&self, workload: &Workload, binary: &Artifact) -> Result<Artifact, Failure> {
        let kind = format!("bundles/{}", workload.name);
        let kept = self.store.keep(&kind, "workload", &binary.path);
        let made = kept.and_then(|kept| {
            oci::root(kept.path.parent().unwrap_or(&kept.path))?;
            Ok(kept)
        });
        let kept = made.map_err(|error| {
            let reason = format!("cannot make a bundle of {}: {error}", workload.name);
            Failure::failed(reason)
        })?;
        Ok(Artifact {
            target: Target::Image,
            path: kept.path,
            ..binary.clone()
        })
    }

    fn unless_interrupted(&self) -> Result<(), String> {
        if self.site.interrupt.raised() {
            Err("interrupted".to_owned())
        } else {
            Ok(())
        }
    }
}

/// What an isolation runs.
#[derive(Debug, Clone)]
pub struct Made {
    /// A binary, a module, an image.
    pub artifact: Artifact,
    /// What its configuration compiled of it ahead of time.
    pub precompiled: Option<Artifact>,
}

/// That a runner is not there.
fn state(definition: &RunnerDefinition, absence: Absence) -> State {
    let name = &definition.name;
    let reason = match absence {
        // Its own words say how to mend it; a build would say the same again.
        Absence::NoWay(reason) => {
            return State::Skipped(format!("the runner {name} is missing: {reason}"));
        }
        Absence::Astray(reason) => {
            return State::Missing(format!("the runner {name} is missing: {reason}"));
        }
        Absence::Failed(reason) => reason,
    };
    let needs = definition.build.needs.join(", ");
    let needs = match &definition.build.program {
        _ if needs.is_empty() => String::new(),
        Some(_) => format!(" (it needs {needs})"),
        None => format!(" (building it needs {needs})"),
    };
    State::Missing(format!(
        "the runner {name} is missing: {reason}{needs}; `labrun build --isolation '{name}/*'` \
         builds it"
    ))
}
