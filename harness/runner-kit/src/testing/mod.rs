//! Checks that every runner must pass, run against its built program.
//!
//! A runner's own test is one line; the checks for each of its configurations are
//! generated from its `runner.toml`. So a new runtime is tested as the others are,
//! and a new check reaches all of them.
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     labrun_runner_kit::testing::conformance(
//!         env!("CARGO_BIN_EXE_labrun-runner-mine"),
//!         include_str!("../runner.toml"),
//!     )
//! }
//! ```

mod bench;
mod checks;
mod driver;
mod guests;
mod manifest;
mod skip;

use std::process::ExitCode;
use std::sync::Arc;

use labrun_protocol::GuestTarget;
use libtest_mimic::{Arguments, Trial};

pub use bench::{call, instantiate};
pub use driver::{Answer, Driver};
use manifest::Manifest;
pub use skip::{skip, skipped};

/// One runner and one of its configurations, as a check sees them.
#[derive(Clone)]
struct Subject {
    program: &'static str,
    configuration: String,
    precompile: bool,
    /// Whether wasip2 is among its targets.
    components: bool,
    /// Why its servers have one thread alone; none where they may have more.
    one_thread: Option<String>,
    /// Whether it waits for timers that count from now alone.
    relative_timers: bool,
    /// Whether the runner has a heap of its own that something collects.
    collected_heap: bool,
}

type Check = fn(&Subject) -> anyhow::Result<()>;

/// Runs every check on every configuration of the runner `program`, described by
/// the text of its `manifest`. Takes the arguments that `cargo test` passes.
pub fn conformance(program: &'static str, manifest: &'static str) -> ExitCode {
    let manifest = match Manifest::parse(manifest) {
        Ok(manifest) => Arc::new(manifest),
        Err(error) => {
            eprintln!("runner.toml: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    let described = manifest.clone();
    trials.push(Trial::test("describe_agrees_with_runner_toml", move || {
        Ok(checks::describe_agrees(program, &described).map_err(failed)?)
    }));
    for configuration in &manifest.configuration {
        let modules = configuration.targets.contains(&GuestTarget::Wasip1);
        let (all, without) = if modules {
            (Some(checks::all()), None)
        } else {
            (None, Some(checks::WITHOUT_MODULES))
        };
        for (name, check) in all
            .into_iter()
            .flatten()
            .chain(without.into_iter().flatten())
        {
            let subject = Subject {
                program,
                configuration: configuration.name.clone(),
                precompile: configuration.precompile,
                components: configuration.targets.contains(&GuestTarget::Wasip2),
                one_thread: manifest.lacks("threads", &configuration.name),
                relative_timers: manifest
                    .lacks("absolute-timers", &configuration.name)
                    .is_some(),
                collected_heap: manifest.has_collected_heap(),
            };
            let name = format!("{}::{name}", configuration.name);
            trials.push(Trial::test(name, move || {
                Ok(check(&subject).map_err(failed)?)
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

#[allow(clippy::needless_pass_by_value, reason = "given to map_err")]
fn failed(error: anyhow::Error) -> String {
    format!("{error:#}")
}
