//! One file per technology that the lab launches itself.
//!
//! An [`Isolation`] is told to launch a [`Job`] once, freshly, and answers with
//! what that one launch gave ([`Taken`]) or with an outcome and a reason
//! ([`Failure`]). It knows nothing of rows, blocks or statistics.

mod bubblewrap;
mod child;
pub mod containerd;
pub mod docker;
pub(crate) mod find;
mod landlock;
mod marks;
pub(crate) mod native;
pub mod oci;
mod product;
pub mod runner;
mod standing;
mod tool;
pub mod traces;

use std::path::{Path, PathBuf};
use std::time::Duration;

use labrun_record::{IsolationRecord, Outcome, Start, Target, Tier};

use crate::define::{Need, Workload};
use crate::outcome::Failure;
use crate::site::{Grant, Site};
use crate::task::{FileSystem, Policy, Task, Way};

pub use bubblewrap::Bubblewrap;
pub use landlock::Landlock;
pub use native::{Linking, Native};
pub use product::Product;
use runner::Ready;
pub use standing::{CallOrder, EachLine, Line, More, Standing};

/// Starting what a job says, and ending it.
pub trait Launcher {
    /// Launches `job` once, from nothing to nothing: whatever the launch made is
    /// gone when this returns, however it returns.
    fn launch(&self, site: &Site, job: &Job) -> Result<Taken, Failure>;

    /// Launches a job that works batch after batch ([`Task::Batches`]), tells each of its
    /// lines until enough of them came, and ends it.
    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure>;

    /// Launches one instance of `job` that stays ([`Standing::grow`] makes more).
    fn stand<'a>(&'a self, site: &'a Site, job: &'a Job)
    -> Result<Box<dyn Standing + 'a>, Failure>;
}

/// A technology in one configuration.
pub trait Isolation: Launcher {
    /// `technology/configuration`.
    fn name(&self) -> &str;

    /// The class of the boundary.
    fn tier(&self) -> Tier;

    /// One line for a person.
    fn summary(&self) -> &str;

    /// What it runs of a workload: `native`, `image`, or one or more wasm targets.
    fn targets(&self) -> &[Target];

    /// Which starts it has.
    fn starts(&self) -> &[Start];

    /// Whether a workload is its business at all: where not, it has no rows.
    fn takes(&self, _workload: &Workload) -> bool {
        true
    }

    /// What it cannot do for a workload in a target, in one sentence for a person.
    fn unsupported(
        &self,
        _workload: &Workload,
        _target: Target,
        _needs: &[Need],
    ) -> Option<String> {
        None
    }

    /// What a workload needs here beyond what every workload needs, and is missing,
    /// with the way to mend it.
    fn unavailable(&self, _workload: &Workload) -> Option<String> {
        None
    }

    /// Whether it compiles modules ahead of time, outside every clock.
    fn precompiles(&self) -> bool {
        false
    }

    /// What an image of it is.
    fn image_form(&self) -> ImageForm {
        ImageForm::Daemon
    }

    /// What the lab itself packs an artifact into for it.
    fn packing(&self) -> Option<Packing> {
        None
    }

    /// Compiles a module ahead of time into a file.
    fn precompile(
        &self,
        _site: &Site,
        _module: &Path,
        _target: Target,
        _output: &Path,
    ) -> Result<(), Failure> {
        Err(Failure::failed("it compiles nothing ahead of time"))
    }

    /// The program that has to be there, beside the kernel: what holds a runtime or makes a
    /// sandbox. None where there is none, or where it is counted as something else.
    fn program(&self) -> Option<Ready> {
        None
    }

    /// Why a server of it cannot use its instances in this way.
    fn refuses(&self, _policy: Policy) -> Option<String> {
        None
    }

    /// Version, settings with reasons, and whether it can be measured here:
    /// `outcome` is `measured`, or `unavailable` with the reason and the command
    /// that mends it.
    fn record(&self) -> IsolationRecord;

    /// The ways in which a server of it is reached, and the name of each's network.
    fn networks(&self) -> &'static [(Way, &'static str)] {
        &[(Way::AsUsers, "host")]
    }

    /// Whether it can call an export of a library, from host to guest and back, and for
    /// which target.
    fn calls(&self) -> Option<Target> {
        None
    }

    /// Launches it, and calls an export of one instance; gives the nanoseconds of each
    /// batch.
    fn call(&self, _site: &Site, _job: &Job, _order: &CallOrder) -> Result<Vec<f64>, Failure> {
        Err(Failure::Outcome(
            Outcome::Unsupported,
            format!("{} has no export that could be called", self.name()),
        ))
    }
}

/// What holds an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageForm {
    /// The Docker daemon.
    Daemon,
    /// A folder of the lab's: the root of a bundle.
    Bundle,
}

/// An image that the lab writes itself, as the archive of an OCI layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Packing {
    /// A binary on nothing at all, as `Dockerfile.baseline` has it on `scratch`.
    Binary,
    /// A wasm module and nothing else, for a shim that runs it.
    Module,
}

/// What one launch is to do.
#[derive(Debug, Clone)]
pub struct Job {
    /// The workload.
    pub workload: Workload,
    /// What it is compiled for.
    pub target: Target,
    /// What stands before the clock starts.
    pub start: Start,
    /// What the launch does, and the output that is correct.
    pub task: Task,
    /// The built artifact: a binary, a `.wasm` file; for images the file inside it.
    pub artifact: PathBuf,
    /// What the configuration compiled ahead of time.
    pub precompiled: Option<PathBuf>,
    /// For the start `resident`: another module, which the process has served
    /// before the clock.
    pub other: Option<Box<Job>>,
    /// Where its granted directory lies.
    pub file_system: FileSystem,
    /// How a server of it uses its instances.
    pub policy: Policy,
    /// How it is reached, where there are several ways.
    pub way: Way,
    /// How many instances of it will stay alive at a time; 0: none stays.
    pub instances: u32,
    /// How long until the launch is given up.
    pub timeout: Duration,
    /// How often a loaded runner repeats an instantiation for `instantiate_warm`;
    /// 0 for not at all.
    pub warm_repeats: u32,
}

impl Job {
    /// A fresh copy of the workload's files, where it has any: the granted directory of one
    /// launch.
    pub(crate) fn grant(&self, site: &Site) -> Result<Option<Grant>, Failure> {
        let files = self.workload.grant_files();
        let grant = files.map(|files| site.grant(&files, self.file_system));
        grant
            .transpose()
            .map_err(|error| Failure::failed(format!("cannot make the granted directory: {error}")))
    }
}

/// What one launch gave. Spans are nanoseconds of the lab's own clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// From the instant before asking to the instant of holding the first correct
    /// output.
    pub total_ns: u64,
    /// Contiguous spans in their order; they sum to `total_ns`.
    pub phases: Vec<(String, u64)>,
    /// From the request to stop until process, container and instance are gone.
    pub teardown_ns: u64,
    /// Median of the repeated instantiations, where the job asked for them.
    pub instantiate_warm_ns: Option<f64>,
}
