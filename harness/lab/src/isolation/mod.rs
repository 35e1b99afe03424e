//! One file per technology that the lab launches itself.
//!
//! An [`Isolation`] is told to launch a [`Job`] once, freshly, and answers with
//! what that one launch gave ([`LaunchTiming`]) or with an outcome and a reason
//! ([`Failure`]). It knows nothing of rows, blocks or statistics.

pub(crate) mod ask;
pub(crate) mod binfmt;
mod bubblewrap;
mod child;
pub mod containerd;
mod control;
mod counter;
mod daemon_socket;
pub mod docker;
mod emulator;
pub(crate) mod find;
mod landlock;
mod left;
pub(crate) mod listener;
mod marks;
pub(crate) mod native;
pub mod oci;
mod overlay;
mod product;
mod profile;
pub mod runner;
mod running;
mod tool;
pub mod traces;

use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use labrun_record::{IsolationRecord, Outcome, Setting, Start, Target, plain};

use crate::define::Workload;
use crate::inspect::{ImageStart, KeptImage};
use crate::outcome::Failure;
use crate::patience::Patience;
use crate::site::{Grant, Site};
use crate::task::{FileSystem, NetworkPath, Policy, Task};

pub use bubblewrap::Bubblewrap;
pub use control::Control;
pub use counter::{COUNTER, Counter, Counts};
pub use emulator::{Emulator, Processor, emulated_features};
pub use landlock::Landlock;
pub use native::Native;
pub use product::Product;
pub use profile::{
    Base, Cannot, Daemon, Driver, Emulates, Inside, Linking, Packing, Profile, Role, TakesRoot,
    What,
};
use runner::Ready;
pub use running::{CallSpec, EachLine, Line, More, RunningInstances};

/// Starting what a job says, and ending it.
pub trait Launcher {
    /// Launches `job` once, from nothing to nothing: whatever the launch made is
    /// gone when this returns, however it returns.
    fn launch(&self, site: &Site, job: &Job) -> Result<LaunchTiming, Failure>;

    /// Launches a job that works batch after batch ([`Task::Batches`]), tells each of its
    /// lines until enough of them came, and ends it.
    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure>;

    /// Launches one instance of `job` that stays ([`RunningInstances::grow`] makes more).
    fn stand<'a>(
        &'a self,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Box<dyn RunningInstances + 'a>, Failure>;
}

/// A module that is to be compiled ahead of time.
#[derive(Debug, Clone, Copy)]
pub struct ToCompile<'a> {
    /// The module or component.
    pub module: &'a Path,
    /// Which of both it is.
    pub target: Target,
    /// Whether it is none of the lab's own. A compiler that does not take it is no fault then.
    pub is_given: bool,
}

/// A technology in one configuration.
pub trait Isolation: Launcher {
    /// What it is, as data.
    fn profile(&self) -> &Profile;

    /// Looks whether it is here, and in which version.
    fn look(&self) -> Look;

    /// What a workload needs here beyond what every workload needs, and is missing,
    /// with the way to mend it.
    fn unavailable(&self, _workload: &Workload) -> Option<String> {
        None
    }

    /// Compiles a module ahead of time into a file.
    fn precompile(
        &self,
        _site: &Site,
        _module: ToCompile<'_>,
        _output: &Path,
    ) -> Result<(), Failure> {
        Err(Failure::failed("it compiles nothing ahead of time"))
    }

    /// The program that has to be there, beside the kernel: what holds a runtime or makes a
    /// sandbox. None where there is none, or where it is counted as something else.
    fn program(&self) -> Option<Ready> {
        None
    }

    /// Launches it, and calls an export of one instance; gives the nanoseconds of each
    /// batch.
    fn call(&self, _site: &Site, _job: &Job, _order: &CallSpec) -> Result<Vec<f64>, Failure> {
        Err(Failure::new(
            Outcome::Unsupported,
            format!("{} has no export that could be called", self.name()),
        ))
    }

    /// The same isolation with its program under an emulator; none where it does not start that by itself.
    fn under(&self, _emulator: &Emulator) -> Option<Box<dyn Isolation>> {
        None
    }

    /// The descriptor to which a program under it writes its output.
    fn output(&self) -> RawFd {
        1
    }

    /// `technology/configuration`.
    fn name(&self) -> &str {
        &self.profile().name
    }

    /// The record of it in a run: what it is, and what a look at it gave. It is looked at anew
    /// each time, so a run asks once.
    fn record(&self) -> IsolationRecord {
        self.recorded(self.look())
    }

    /// The same where nothing of it is launched, for this reason, and it need not be looked at.
    fn absent(&self, reason: String) -> IsolationRecord {
        self.recorded(Look {
            missing: Some(reason),
            ..Look::default()
        })
    }

    /// The record of it after a look.
    fn recorded(&self, look: Look) -> IsolationRecord {
        let own = self.profile();
        IsolationRecord {
            name: own.name.clone(),
            tier: own.tier,
            version: look.version.map(|version| plain(&version).into_owned()),
            sha256: look.sha256,
            settings: own.settings.clone(),
            outcome: match look.missing {
                None => Outcome::Measured,
                Some(_) => Outcome::Unavailable,
            },
            reason: look.missing.map(|reason| plain(&reason).into_owned()),
        }
    }
}

/// What a look at an isolation gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Version of the technology, where it is here.
    pub version: Option<String>,
    /// SHA-256 of the program that it stands on, where it is one file.
    pub sha256: Option<String>,
    /// Why it cannot be measured here, with the way to mend it.
    pub missing: Option<String>,
}

impl Look {
    /// A look at a program that an isolation stands on, or why that is not here.
    pub(crate) fn at(found: Result<&Ready, Failure>) -> Self {
        match found {
            Ok(ready) => Self {
                version: Some(ready.version.clone()),
                sha256: Some(ready.sha256.clone()),
                missing: None,
            },
            Err(failure) => Self::missing(failure),
        }
    }

    /// That it is not here.
    fn missing(failure: Failure) -> Self {
        Self {
            missing: Some(failure.into_reason()),
            ..Self::default()
        }
    }
}

/// What is set, and why: a name, a value and a reason each.
fn settings<const N: usize>(rows: [(&str, &str, &str); N]) -> Vec<Setting> {
    rows.map(|(name, value, reason)| Setting::new(name, value, reason))
        .into()
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
    /// The image that it is, where it is one of the user's own.
    pub image: Option<Arc<KeptImage>>,
    /// What the loader maps beside a program that was given and is linked dynamically, each where it
    /// looks for it: a sandbox has to let it.
    pub libraries: Vec<Library>,
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
    pub way: NetworkPath,
    /// How many instances of it will stay alive at a time; 0: none stays.
    pub instances: u32,
    /// How long until the launch is given up.
    pub timeout: Duration,
    /// How long it is waited for where the run has less time.
    pub patience: Patience,
    /// How often a loaded runner repeats an instantiation for `instantiate_warm`;
    /// 0 for not at all.
    pub warm_repeats: u32,
}

/// A file that a loader maps beside a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Where the loader looks for it.
    pub wanted: PathBuf,
    /// The file that it finds there.
    pub file: PathBuf,
}

impl Job {
    /// The time limit of a launch, in nanoseconds.
    pub(crate) fn limit_ns(&self) -> u64 {
        self.patience.within_ns(self.timeout)
    }

    /// How the image that it is is started, where it is one of the user's own.
    pub(crate) fn image_start(&self) -> Option<&ImageStart> {
        self.image.as_ref()?.start.as_ref().ok()
    }

    /// The variables of its workload.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let variables = self.workload.environment.variables();
        variables
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// A fresh copy of the workload's files, where it has any: the granted directory of one
    /// launch.
    pub(crate) fn grant(&self, site: &Site) -> Result<Option<Grant>, Failure> {
        let files = self.workload.grant_files();
        let grant = files.map(|files| site.grant(&files, self.file_system));
        grant
            .transpose()
            .map_err(Failure::cannot("make the granted directory"))
    }
}

/// What one launch gave. Spans are nanoseconds of the lab's own clock.
#[derive(Debug, Clone, PartialEq)]
pub struct LaunchTiming {
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
