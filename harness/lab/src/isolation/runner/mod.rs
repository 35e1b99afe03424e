//! Wasm runtimes: each driven through its runner, a process of its own.

mod conversation;
mod executable;
mod launch;
mod phases;
mod standing;

use std::path::Path;

use labrun_protocol::{Command, Describe, PROTOCOL_VERSION};
use labrun_record::Target;

use super::{
    CallOrder, Cannot, Driver, EachLine, Isolation, Job, Launcher, Linking, Look, Profile,
    Standing, Taken, What,
};
use crate::define::{Configuration, Need, RunnerDefinition};
use crate::outcome::Failure;
use crate::process::{Isolate as _, Stream};
use crate::site::Site;

pub use conversation::Conversation;
pub use executable::Executable;
use launch::guest_target;
use standing::Isolates;

/// Why no variable reaches a guest: it is the lab that gives it none.
const NO_ENVIRONMENT: &str = "the lab's runners give their guests no environment: \
    a guest is an instance, and what it is to do is in its arguments";

/// Longest time for compiling one module ahead of time.
const PRECOMPILE_LIMIT_NS: u64 = 600_000_000_000;

/// One configuration of a wasm runtime.
#[derive(Debug)]
pub struct Runner {
    profile: Profile,
    /// What the runner calls the configuration.
    configuration: String,
    state: State,
}

/// Whether its program is there.
#[derive(Debug, Clone)]
pub enum State {
    /// It runs, and says of itself what its definition says.
    Ready(Ready),
    /// It does not; the reason says how to mend it.
    Missing(String),
    /// What building it needs is not on this machine; the reason says how to mend it.
    Skipped(String),
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
}

impl Runner {
    /// Every configuration of a runner.
    pub fn all(definition: &RunnerDefinition, state: &State) -> Vec<Self> {
        definition
            .configurations
            .iter()
            .map(|configuration| Self {
                profile: profile(definition, configuration),
                configuration: configuration.name.clone(),
                state: state.clone(),
            })
            .collect()
    }

    fn ready(&self) -> Result<&Ready, String> {
        match &self.state {
            State::Ready(ready) => Ok(ready),
            State::Missing(reason) | State::Skipped(reason) => Err(reason.clone()),
        }
    }

    fn executable(&self) -> Result<&Executable, Failure> {
        let ready = self.ready().map_err(Failure::unavailable)?;
        Ok(&ready.executable)
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
    let others = targets.iter().filter(|target| !own.contains(target));
    cannot.extend(others.map(|target| {
        Cannot::new(
            What::Target(*target),
            format!("{name} does not run {target}"),
        )
    }));
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
    let said = (|| -> Result<Vec<u8>, Failure> {
        let failed = |error: std::io::Error| Failure::failed(format!("cannot start it: {error}"));
        let mut process = program
            .prepare(site)
            .map_err(failed)?
            .spawn()
            .map_err(failed)?;
        let deadline_ns = crate::clock::now_ns() + 10_000_000_000;
        let exit = process.finish(site, deadline_ns)?;
        if !exit.is_success() {
            return Err(process.explain(Failure::failed(format!("it {exit}")), Stream::Stdout));
        }
        Ok(process.kept(Stream::Stdout).to_vec())
    })();
    let fault = |reason: String| format!("`{} describe` failed: {reason}", definition.name);
    let said = said.map_err(|failure| match failure {
        Failure::Outcome(_, reason) => fault(reason),
        Failure::Interrupted => fault("interrupted".to_owned()),
    })?;
    let describe: Describe = serde_json::from_slice(&said)
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
    fn launch(&self, site: &Site, job: &Job) -> Result<Taken, Failure> {
        launch::launch(site, self.executable()?, &self.configuration, job)
    }

    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure> {
        standing::stream(site, self.executable()?, &self.configuration, job, each)
    }

    fn stand<'a>(
        &'a self,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Box<dyn Standing + 'a>, Failure> {
        let name = &self.configuration;
        Ok(Box::new(Isolates::start(
            site,
            self.executable()?,
            name,
            job,
        )?))
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

    fn precompile(
        &self,
        site: &Site,
        module: &Path,
        target: Target,
        output: &Path,
    ) -> Result<(), Failure> {
        let target = guest_target(target).ok_or_else(|| Failure::failed("it is no module"))?;
        let deadline_ns = crate::clock::now_ns() + PRECOMPILE_LIMIT_NS;
        let mut conversation = Conversation::open(site, self.executable()?)?;
        let command = Command::Precompile {
            configuration: self.configuration.clone(),
            target,
            artifact: module.to_owned(),
            output: output.to_owned(),
        };
        conversation.ask(site, &command, deadline_ns)?;
        conversation.close(site, deadline_ns)?;
        Ok(())
    }

    fn call(&self, site: &Site, job: &Job, order: &CallOrder) -> Result<Vec<f64>, Failure> {
        standing::call(site, self.executable()?, &self.configuration, job, order)
    }
}
