//! Wasm runtimes: each driven through its runner, a process of its own.

mod call;
mod executable;
mod launch;
mod phases;
mod session;
mod standing;

use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use labrun_protocol::{Command, Describe, GUEST_STDOUT_FD, PROTOCOL_VERSION};
use labrun_record::Target;

use super::{
    CallSpec, Cannot, Driver, EachLine, Emulates, Emulator, Isolation, Job, LaunchTiming, Launcher,
    Linking, Look, Profile, RunningInstances, ToCompile, What,
};
use crate::clock::now_ns;
use crate::define::{Configuration, Need, RunnerDefinition};
use crate::isolation::emulator::waits;
use crate::outcome::Failure;
use crate::process::{Isolate as _, Prepared, Stream};
use crate::site::Site;

pub use executable::Executable;
use launch::{Launch, guest_target};
pub use session::RunnerSession;
use session::{lines, prepare};
use standing::Isolates;

/// Why no variable of the lab's reaches a guest: it is the lab that gives it none.
const NO_ENVIRONMENT: &str = "the lab's runners give their guests no variables but those of their \
    workload: a guest is an instance, and what it is to do is in its arguments";

/// Longest time for saying what it is: each of its configurations starts for that.
const DESCRIBE_LIMIT: Duration = Duration::from_secs(10);

/// Longest time for compiling one module ahead of time.
const PRECOMPILE_LIMIT_NS: u64 = 600_000_000_000;

/// One configuration of a wasm runtime.
#[derive(Debug)]
pub struct Runner {
    profile: Profile,
    /// What the runner calls the configuration.
    configuration: String,
    state: Result<Ready, Failure>,
}

/// A runner's program that has shown that it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The program.
    pub executable: Executable,
    /// Version of the runtime, as its `describe` prints it.
    pub version: String,
    /// SHA-256 of the file that is executed.
    pub sha256: String,
    /// Digest of what it is linked with beside its packages; none if there is nothing.
    pub linked: Option<String>,
    /// The program that it only starts, and whose size its own does not tell.
    pub starts: Option<PathBuf>,
}

impl Ready {
    /// One that is a file of its own, and linked with nothing that has to be told.
    pub fn of_file(path: PathBuf, version: String, sha256: String) -> Self {
        Self {
            executable: Executable::of_file(path),
            version,
            sha256,
            linked: None,
            starts: None,
        }
    }
}

/// A driver's program; where it is not there, what it drives is unavailable.
pub(super) fn usable(driver: &Result<Ready, Failure>) -> Result<&Ready, Failure> {
    let missing = |failure: &Failure| Failure::unavailable(failure.clone().into_reason());
    driver.as_ref().map_err(missing)
}

impl Runner {
    /// Every configuration of a runner, whose program is there, or why it is not.
    pub fn all(definition: &RunnerDefinition, state: &Result<Ready, Failure>) -> Vec<Self> {
        let one = |configuration: &Configuration| Self {
            profile: profile(definition, configuration),
            configuration: configuration.name.clone(),
            state: state.clone(),
        };
        definition.configurations.iter().map(one).collect()
    }

    fn ready(&self) -> Result<&Ready, Failure> {
        usable(&self.state)
    }

    /// Its program, ready to be started, with `commands` already in its stdin.
    fn prepare(&self, site: &Site, commands: &[u8]) -> Result<Prepared, Failure> {
        prepare(site, &self.ready()?.executable, commands)
    }

    /// A session with its program.
    fn open<'a>(&self, site: &'a Site) -> Result<RunnerSession<'a>, Failure> {
        RunnerSession::open(site, &self.ready()?.executable)
    }
}

/// What a configuration of a runner is, as data.
fn profile(definition: &RunnerDefinition, configuration: &Configuration) -> Profile {
    let name = format!("{}/{}", definition.name, configuration.name);
    let own = &configuration.targets;
    let calls_natively = own.contains(&Target::Native);
    // What a technology cannot run is a row too, `unsupported`.
    let targets = if calls_natively {
        vec![Target::Native]
    } else {
        vec![Target::Wasip1, Target::Wasip2]
    };
    let mut cannot = vec![Cannot::new(What::Need(Need::Environment), NO_ENVIRONMENT)];
    cannot.extend(Cannot::defined(
        &definition.unsupported,
        &configuration.name,
    ));
    cannot.extend(Cannot::others(&name, &targets, own));
    let library = |target: &&Target| matches!(target, Target::Native | Target::Wasip1);
    Profile {
        name,
        tier: definition.tier,
        summary: configuration.summary.clone(),
        targets,
        starts: configuration.starts.clone(),
        // A library is loaded into the runner's own process, which has a glibc.
        linking: if calls_natively {
            Linking::Dynamic
        } else {
            Linking::Static
        },
        precompiles: configuration.precompile,
        calls: own.iter().find(library).copied(),
        cannot,
        settings: configuration.settings.clone(),
        emulates: match definition.build.program {
            None => Emulates::ByItself,
            Some(_) => Emulates::No("its runner is a ready-made program of this machine's"),
        },
        driver: Some(Driver::Runner(definition.name.clone())),
        has_program: true,
        ..Profile::default()
    }
}

/// Asks a runner's program what it is, and holds the answer against its definition.
pub fn describe(
    site: &Site,
    definition: &RunnerDefinition,
    executable: &Executable,
) -> Result<Describe, String> {
    let program = executable.program("describe");
    let fault = |reason: String| format!("`{} describe` failed: {reason}", definition.name);
    let limit = waits(DESCRIBE_LIMIT, executable.under.as_ref());
    let said = program.run(site, now_ns() + limit.as_nanos() as u64);
    let said = said.map_err(|failure| match failure {
        Failure::Outcome(_, reason) => fault(reason),
        Failure::Interrupted => fault("interrupted".to_owned()),
    })?;
    let describe: Describe = serde_json::from_slice(said.kept(Stream::Stdout))
        .map_err(|error| fault(format!("it printed no description: {error}")))?;
    let mut defined: Vec<&str> = definition
        .configurations
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    defined.sort_unstable();
    if describe.protocol != PROTOCOL_VERSION {
        return Err(fault(format!(
            "it speaks protocol {}, labrun {PROTOCOL_VERSION}",
            describe.protocol
        )));
    }
    if describe.name != definition.runtime() || describe.configurations != defined {
        return Err(fault(format!(
            "it says `{}` with {:?}, its runner.toml `{}` with {defined:?}",
            describe.name,
            describe.configurations,
            definition.runtime()
        )));
    }
    Ok(describe)
}

impl Launcher for Runner {
    fn launch(&self, site: &Site, job: &Job) -> Result<LaunchTiming, Failure> {
        Launch::new(self, site, job)?.once()
    }

    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure> {
        let launch = Launch::new(self, site, job)?;
        let commands = lines(&[launch.load.clone(), launch.run_command()])?;
        let prepared = self.prepare(site, &commands)?;
        RunnerSession::start(site, prepared)?
            .given(launch.is_given())
            .lines(job.limit_ns(), each)
    }

    fn stand<'a>(
        &'a self,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Box<dyn RunningInstances + 'a>, Failure> {
        Ok(Box::new(Isolates::start(self, site, job)?))
    }
}

impl Isolation for Runner {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        Look::at(self.ready())
    }

    fn program(&self) -> Option<Ready> {
        self.ready().ok().cloned()
    }

    fn under(&self, emulator: &Emulator) -> Option<Box<dyn Isolation>> {
        let mut ready = self.ready().ok()?.clone();
        if self.profile.emulates != Emulates::ByItself {
            return None;
        }
        ready.executable.under = Some(emulator.clone());
        Some(Box::new(Self {
            profile: self.profile.clone(),
            configuration: self.configuration.clone(),
            state: Ok(ready),
        }))
    }

    fn output(&self) -> RawFd {
        GUEST_STDOUT_FD
    }

    fn precompile(&self, site: &Site, module: ToCompile<'_>, output: &Path) -> Result<(), Failure> {
        let target =
            guest_target(module.target).ok_or_else(|| Failure::failed("it is no module"))?;
        let deadline_ns = now_ns() + PRECOMPILE_LIMIT_NS;
        let mut session = self.open(site)?.given(module.is_given);
        let command = Command::Precompile {
            configuration: self.configuration.clone(),
            target,
            artifact: module.module.to_owned(),
            output: output.to_owned(),
        };
        session.ask(&command, deadline_ns)?;
        session.close(deadline_ns).map(drop)
    }

    fn call(&self, site: &Site, job: &Job, order: &CallSpec) -> Result<Vec<f64>, Failure> {
        call::call(self, site, job, order)
    }
}
