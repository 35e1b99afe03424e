//! `labrun build --runner NAME --version V`: another version of a runtime, beside the
//! lab's own.

use lab::build::{AskedVersion, Builder, Store, VersionError, with_versions};
use lab::define::Definitions;
use lab::progress::Progress as _;
use serde_json::json;

use crate::bars::Bars;
use crate::cli::BuildArgs;
use crate::exit::{self, Usage};
use crate::ground::site;

/// Builds the version, or removes it.
pub(crate) fn run(
    definitions: &Definitions,
    args: &BuildArgs,
    runner: &str,
    version: &str,
) -> anyhow::Result<u8> {
    let asked = AskedVersion::resolve(&definitions.runners, runner, version).map_err(failed)?;
    let store = Store::of(definitions.lab.path());
    let mut built = Vec::new();
    if args.remove {
        asked.remove(&store).map_err(failed)?;
    } else {
        let site = site(false)?;
        let bars = Bars::new();
        let builder = Builder::new(definitions, &site, &bars).map_err(anyhow::Error::msg)?;
        match asked.add(&builder) {
            Ok(thing) => built.push(thing),
            Err(_) if site.interrupt.raised() => {
                return Ok(exit::interrupted("it was not built"));
            }
            Err(error) => return Err(failed(error)),
        }
        for name in names(definitions, &store, runner) {
            bars.note(&format!("there is {name}"));
        }
    }
    if args.json {
        let version = labrun_record::SCHEMA_VERSION;
        crate::out::json(&json!({"schema_version": version, "built": built, "failed": []}))?;
    } else {
        for thing in &built {
            crate::build::show(thing)?;
        }
    }
    Ok(exit::FINE)
}

/// The isolations of a runner in all its versions.
fn names(definitions: &Definitions, store: &Store, runner: &str) -> Vec<String> {
    // Which versions there are, and so what they are called, has just changed.
    let owns = definitions
        .runners
        .iter()
        .filter(|one| one.version.is_none() && one.name == runner);
    let all = with_versions(store, owns.cloned().collect());
    let others = all.iter().filter(|one| one.version.is_some());
    others
        .flat_map(|one| one.isolations().collect::<Vec<_>>())
        .collect()
}

/// What is wrong with a version, for the command line.
pub(crate) fn failed(error: VersionError) -> anyhow::Error {
    match error {
        VersionError::Usage(reason) => Usage(reason).into(),
        VersionError::Failed(reason) => anyhow::Error::msg(reason),
    }
}
