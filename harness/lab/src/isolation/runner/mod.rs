//! Wasm runtimes: each driven through its runner, a process of its own.

mod conversation;
mod executable;
mod launch;
mod phases;
mod standing;

use std::path::Path;

use labrun_protocol::{Command, Describe, PROTOCOL_VERSION};
use labrun_record::{IsolationRecord, Outcome, Setting, Start, Target, Tier};

use super::{CallOrder, EachLine, Isolation, Job, Launcher, Standing, Taken};
use crate::define::{Configuration, Need, RunnerDefinition, Unsupported, Workload};
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
    name: String,
    tier: Tier,
    configuration: Configuration,
    unsupported: Vec<Unsupported>,
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
                name: format!("{}/{}", definition.name, configuration.name),
                tier: definition.tier,
                configuration: configuration.clone(),
                unsupported: definition.unsupported.clone(),
                state: state.clone(),
            })
            .collect()
    }

    fn executable(&self) -> Result<&Executable, Failure> {
        match &self.state {
            State::Ready(ready) => Ok(&ready.executable),
            State::Missing(reason) | State::Skipped(reason) => {
                Err(Failure::unavailable(reason.clone()))
            }
        }
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
        launch::launch(site, self.executable()?, &self.configuration.name, job)
    }

    fn stream(&self, site: &Site, job: &Job, each: &mut EachLine<'_>) -> Result<(), Failure> {
        standing::stream(
            site,
            self.executable()?,
            &self.configuration.name,
            job,
            each,
        )
    }

    fn stand<'a>(
        &'a self,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Box<dyn Standing + 'a>, Failure> {
        let name = &self.configuration.name;
        Ok(Box::new(Isolates::start(
            site,
            self.executable()?,
            name,
            job,
        )?))
    }
}

impl Isolation for Runner {
    fn name(&self) -> &str {
        &self.name
    }

    fn tier(&self) -> Tier {
        self.tier
    }

    fn summary(&self) -> &str {
        &self.configuration.summary
    }

    fn targets(&self) -> &[Target] {
        if self.configuration.targets.contains(&Target::Native) {
            return &[Target::Native];
        }
        // What a technology cannot run is a row too, `unsupported`.
        &[Target::Wasip1, Target::Wasip2]
    }

    fn starts(&self) -> &[Start] {
        &self.configuration.starts
    }

    fn precompiles(&self) -> bool {
        self.configuration.precompile
    }

    fn unsupported(&self, _workload: &Workload, target: Target, needs: &[Need]) -> Option<String> {
        if needs.contains(&Need::Environment) {
            return Some(NO_ENVIRONMENT.to_owned());
        }
        let own = &self.configuration.name;
        match Unsupported::reason(&self.unsupported, own, target, needs) {
            Some(reason) => Some(reason),
            None if self.configuration.targets.contains(&target) => None,
            None => Some(format!("{} does not run {target}", self.name)),
        }
    }

    fn program(&self) -> Option<Ready> {
        match &self.state {
            State::Ready(ready) => Some(ready.clone()),
            State::Missing(_) | State::Skipped(_) => None,
        }
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
            configuration: self.configuration.name.clone(),
            target,
            artifact: module.to_owned(),
            output: output.to_owned(),
        };
        conversation.ask(site, &command, deadline_ns)?;
        conversation.close(site, deadline_ns)?;
        Ok(())
    }

    fn record(&self) -> IsolationRecord {
        let (version, sha256, outcome, reason) = match &self.state {
            State::Ready(ready) => (
                Some(ready.version.clone()),
                Some(ready.sha256.clone()),
                Outcome::Measured,
                None,
            ),
            State::Missing(reason) | State::Skipped(reason) => {
                (None, None, Outcome::Unavailable, Some(reason.clone()))
            }
        };
        let settings: Vec<Setting> = self.configuration.settings.clone();
        IsolationRecord {
            name: self.name.clone(),
            tier: self.tier,
            version,
            sha256,
            settings,
            outcome,
            reason,
        }
    }

    fn calls(&self) -> Option<Target> {
        let targets = &self.configuration.targets;
        let library = |target: &&Target| matches!(target, Target::Native | Target::Wasip1);
        targets.iter().find(library).copied()
    }

    fn call(&self, site: &Site, job: &Job, order: &CallOrder) -> Result<Vec<f64>, Failure> {
        standing::call(
            site,
            self.executable()?,
            &self.configuration.name,
            job,
            order,
        )
    }
}
