//! Artifacts and runners: only what is asked for, and only what is stale.

mod archive;
mod artifact;
mod cargo;
mod cargo_home;
mod child;
mod command;
mod environment;
mod everything;
mod given;
mod helper;
mod inputs;
mod labrun;
mod own_image;
mod prerequisite;
mod runner;
mod sources;
mod store;
mod toolchain;
mod turn;
mod version;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use labrun_record::{Artifact, BuildEnvironment, Target};

use crate::arch::Arch;
use crate::catalog::{Drivers, Isolations, profiles};
use crate::define::{Definitions, LabFolder, RunnerDefinition, Workload};
use crate::inspect::KeptImage;
use crate::isolation::docker::{DockerHost, ImageRequest};
use crate::isolation::runner::Ready;
use crate::isolation::{Base, Driver, Inside, Packing, Processor, oci};
use crate::outcome::Failure;
use crate::plan::Recipe;
use crate::progress::Progress;
use crate::site::Site;
use crate::stock::Stock;
use cargo::CargoBuild;
use prerequisite::Absence;
use turn::Turn;

pub(crate) use archive::layout;
pub use everything::{BuildReport, BuiltItem};
pub(crate) use inputs::{Inputs, files};
pub(crate) use own_image::{packed, root_in};
pub use store::Store;
pub(crate) use store::replace;
pub use toolchain::Toolchain;
pub(crate) use version::version_of;
pub use version::{AskedVersion, VersionError, with_versions};

/// What was built by which recipe, failures as well.
type Memo = RefCell<BTreeMap<Recipe, Result<Artifact, Failure>>>;

/// The images of the user's own, by workload, failures as well.
type Images = RefCell<BTreeMap<String, Result<Arc<KeptImage>, Failure>>>;

/// Builds on demand, each thing once; a failure is remembered as well.
pub struct Builder<'a> {
    lab: LabFolder,
    workloads: Vec<Workload>,
    site: &'a Site,
    progress: &'a dyn Progress,
    store: Store,
    toolchain: Toolchain,
    processor: Processor,
    made: Memo,
    images: Images,
}

impl<'a> Builder<'a> {
    /// A builder with the installed Rust toolchain.
    pub fn new(
        definitions: &Definitions,
        site: &'a Site,
        progress: &'a dyn Progress,
    ) -> Result<Self, String> {
        let store = Store::of(definitions.lab.path());
        let builder = Self::into(store, definitions, site, progress)?;
        if let Some(note) = builder.toolchain.note() {
            progress.note(&note);
        }
        Ok(builder)
    }

    /// One that builds into the store of another checkout.
    pub(crate) fn into(
        store: Store,
        definitions: &Definitions,
        site: &'a Site,
        progress: &'a dyn Progress,
    ) -> Result<Self, String> {
        let toolchain = Toolchain::find(definitions.lab.path(), &store)?;
        Ok(Self {
            lab: definitions.lab.clone(),
            workloads: definitions.workloads.clone(),
            site,
            progress,
            store,
            toolchain,
            processor: Processor::Own,
            made: RefCell::default(),
            images: RefCell::default(),
        })
    }

    /// The same for what runs on a processor that need not be this machine's. A runner has to run
    /// here, under an emulator, to say what it is and to compile ahead of time.
    #[must_use]
    pub fn on(mut self, processor: Processor) -> Self {
        self.processor = processor;
        self
    }

    /// The architecture that it builds for.
    pub fn arch(&self) -> &str {
        match self.processor.other() {
            Some(arch) => arch.name(),
            None => self.toolchain.arch(),
        }
    }

    /// What the programs that it builds run on.
    pub fn processor(&self) -> &Processor {
        &self.processor
    }

    /// The triple of the programs that drive isolations: that of the compiler where they are for this
    /// machine.
    fn runner_triple(&self) -> String {
        let other = self.processor.other();
        other.map_or_else(|| self.toolchain.host.clone(), |arch| arch.triple("gnu"))
    }

    /// What keys of the store end with where it builds for another architecture.
    fn suffix(&self) -> String {
        self.processor
            .other()
            .map_or_else(String::new, |arch| format!("-{arch}"))
    }

    /// The same for a person.
    fn for_other(&self) -> String {
        self.processor
            .other()
            .map_or_else(String::new, |arch| format!(" for {arch}"))
    }

    /// The toolchain that builds.
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }

    /// Folder of the store.
    pub fn store_path(&self) -> PathBuf {
        self.store.path("")
    }

    /// Takes `built` for what the recipe is built to, and builds nothing for it.
    pub(crate) fn take(&self, recipe: Recipe, built: Artifact) {
        self.made.borrow_mut().insert(recipe, Ok(built));
    }

    fn is_interrupted(&self) -> bool {
        self.site.interrupt.raised()
    }

    /// What drives isolations: built where one that it drives is wanted, else only looked for.
    pub fn drivers(&self, definitions: &Definitions, wanted: &dyn Fn(&str) -> bool) -> Drivers {
        let mut drivers = Drivers::new();
        for definition in &definitions.runners {
            let is_wanted = definition.isolations().any(|name| wanted(&name));
            let built = if is_wanted {
                self.build_runner(definition)
            } else {
                self.built_runner(definition)
            };
            let built = built.map_err(|absence| missing(definition, absence));
            drivers.insert(Driver::Runner(definition.name.clone()), built);
        }
        for profile in profiles(&[], &[]) {
            if let Some(Driver::Helper(name)) = profile.driver {
                let is_wanted = wanted(&profile.name);
                let driver = Driver::Helper(name.clone());
                if is_wanted || !drivers.contains_key(&driver) {
                    drivers.insert(driver, self.helper(&name, is_wanted));
                }
            }
        }
        drivers
    }

    /// Its turn to build into the store.
    fn turn(&self) -> Result<Turn, String> {
        self.store.turn(self.site, self.progress)
    }

    /// A build of one package of the checkout, of all of its programs.
    fn cargo_build<'b>(
        &'b self,
        what: String,
        package: &'b Path,
        triple: &'b str,
    ) -> CargoBuild<'b> {
        CargoBuild {
            what,
            toolchain: &self.toolchain,
            variables: &[],
            package,
            triple,
            select: vec!["--bins".to_owned()],
            target_dir: self.store.cargo_target(),
            interrupt: &self.site.interrupt,
        }
    }

    /// Runs a build for a target that may have to be added first; gives the artifact `file`.
    fn with_target(&self, build: &CargoBuild<'_>, file: &str) -> Result<PathBuf, String> {
        self.with_target_of(build, Some(file))
    }

    /// The same of the artifact `file`, or of the program where no name is given.
    fn with_target_of(
        &self,
        build: &CargoBuild<'_>,
        file: Option<&str>,
    ) -> Result<PathBuf, String> {
        self.toolchain.cross_linker(build.triple)?;
        self.toolchain.ensure_target(build.triple, self.progress)?;
        build.run(file, self.progress)
    }

    /// Digest of what a package of the checkout's workspace is built from.
    fn workspace_inputs(&self, triple: &str, package: &Path) -> io::Result<String> {
        let root = self.lab.path();
        let inputs = self.toolchain.inputs(&[])?.word(triple);
        let inputs = self.toolchain.cross_inputs(inputs, triple)?;
        let inputs = inputs.file(&root.join("Cargo.lock"))?;
        Ok(inputs.package(root, package)?.digest())
    }

    /// A helper, built or only looked for, or why it is missing.
    fn helper(&self, name: &str, is_wanted: bool) -> Result<Ready, Failure> {
        let built = if !is_wanted {
            self.built_helper(name)
                .ok_or_else(|| "it is not built".to_owned())
        } else if self.is_interrupted() {
            Err("interrupted".to_owned())
        } else {
            self.build_helper(name)
        };
        built.map_err(|reason| {
            Failure::failed(format!(
                "the helper for {name} is missing: {reason}; `labrun build --isolation '{name}/*'` builds it"
            ))
        })
    }

    /// Why nothing was built.
    fn unbuilt(&self, reason: String) -> Failure {
        if self.is_interrupted() {
            Failure::Interrupted
        } else {
            Failure::unavailable(reason)
        }
    }

    fn make(&self, recipe: &Recipe, isolations: &Isolations) -> Result<Artifact, Failure> {
        if self.is_interrupted() {
            return Err(Failure::Interrupted);
        }
        match recipe {
            Recipe::Compile {
                workload,
                target,
                triple,
                kind,
            } => {
                let built = self.compiled(self.workload(workload)?, (*target, triple, *kind));
                built.map_err(|reason| self.unbuilt(reason))
            }
            Recipe::Given {
                workload,
                target,
                sha256,
            } => self.given(workload, *target, sha256),
            Recipe::Command { workload, target } => {
                let built = self.commanded(self.workload(workload)?, *target);
                built.map_err(|reason| self.unbuilt(reason))
            }
            Recipe::Image { workload, sha256 } => {
                self.pack_image(workload, sha256.as_deref(), Packing::File)
            }
            Recipe::Pack { of, packing } => {
                if let Recipe::Image { workload, sha256 } = &**of {
                    return self.pack_image(workload, sha256.as_deref(), *packing);
                }
                let file = self.artifact(of, isolations)?;
                match packing {
                    Packing::File => Ok(file),
                    Packing::Image(base) => self.image(&file, *base),
                    Packing::Root => self.root(file),
                    Packing::Archive(inside) => self.archive(&file, *inside),
                }
            }
            Recipe::Precompile { of, by } => {
                let module = self.artifact(of, isolations)?;
                let isolation = isolations
                    .get(by)
                    .ok_or_else(|| Failure::unavailable(format!("there is no isolation {by}")))?;
                // It would compile for this machine.
                if let Some(reason) = isolations.elsewhere(by) {
                    return Err(Failure::unavailable(reason));
                }
                self.precompile(isolation, &module)
            }
        }
    }

    /// The image that the lab itself writes around a file.
    pub fn archive(&self, file: &Artifact, inside: Inside) -> Result<Artifact, Failure> {
        let architecture = match self.arch().parse::<Arch>() {
            Ok(arch) => arch.of_images(),
            Err(_) => self.arch(),
        };
        archive::pack(&self.store, file, inside, architecture).map_err(|error| {
            let what = &file.workload;
            Failure::unavailable(format!("cannot write the image of {what}: {error}"))
        })
    }

    pub(super) fn workload(&self, name: &str) -> Result<&Workload, Failure> {
        let found = self.workloads.iter().find(|workload| workload.name == name);
        found.ok_or_else(|| Failure::unavailable(format!("the lab has no workload `{name}`")))
    }

    fn image(&self, binary: &Artifact, base: Base) -> Result<Artifact, Failure> {
        let image = DockerHost::default().build_image(&ImageRequest {
            dockerfile: &self.lab.dockerfile(),
            workload: &binary.workload,
            binary: &binary.path,
            binary_sha256: &binary.sha256,
            base,
            platform: self.processor.other(),
            interrupt: &self.site.interrupt,
            progress: self.progress,
        })?;
        Ok(Artifact {
            target: Target::Image,
            triple: image.tag.clone(),
            path: image.tag.into(),
            sha256: image.sha256,
            bytes: image.bytes,
            ..binary.clone()
        })
    }

    /// The root of a bundle around a native binary: what an image holds, as a folder.
    fn root(&self, binary: Artifact) -> Result<Artifact, Failure> {
        let kind = format!("bundles/{}", binary.workload);
        let kept = self.store.keep(&kind, "workload", &binary.path);
        let made = kept.and_then(|kept| {
            let root = kept.path.parent().unwrap_or(&kept.path);
            oci::root(root).map_err(|error| error.to_string())?;
            Ok(kept)
        });
        let kept = made.map_err(|error| {
            let what = &binary.workload;
            Failure::failed(format!("cannot make a bundle of {what}: {error}"))
        })?;
        Ok(Artifact {
            target: Target::Image,
            path: kept.path,
            ..binary
        })
    }
}

impl Stock for Builder<'_> {
    fn artifact(&self, recipe: &Recipe, isolations: &Isolations) -> Result<Artifact, Failure> {
        if let Some(known) = self.made.borrow().get(recipe) {
            return known.clone();
        }
        let made = self.make(recipe, isolations);
        self.made.borrow_mut().insert(recipe.clone(), made.clone());
        made
    }

    fn image(&self, workload: &str) -> Option<Arc<KeptImage>> {
        self.images.borrow().get(workload)?.clone().ok()
    }

    fn environment(&self) -> Option<BuildEnvironment> {
        let runners = self.lab.runners().unwrap_or_default();
        let mut variables: Vec<_> = runners.iter().filter_map(runner::variable).collect();
        variables.extend(helper::needed());
        Some(self.toolchain.record(&variables, &self.runner_triple()))
    }
}

/// That a runner is not there.
fn missing(definition: &RunnerDefinition, absence: Absence) -> Failure {
    let name = &definition.name;
    let reason = match absence {
        // Its own words say how to mend it; a build would say the same again.
        Absence::PrerequisiteMissing(reason) => {
            return Failure::unavailable(format!("the runner {name} is missing: {reason}"));
        }
        Absence::InvalidPath(reason) => {
            return Failure::failed(format!("the runner {name} is missing: {reason}"));
        }
        Absence::Failed(reason) => reason,
    };
    let needs = definition.build.needs.join(", ");
    let needs = match &definition.build.program {
        _ if needs.is_empty() => String::new(),
        Some(_) => format!(" (it needs {needs})"),
        None => format!(" (building it needs {needs})"),
    };
    Failure::failed(format!(
        "the runner {name} is missing: {reason}{needs}; `labrun build --isolation '{name}/*'` \
         builds it"
    ))
}
