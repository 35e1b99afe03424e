//! Versions of a runtime, in the order of their release numbers.

use lab::build::{AskedVersion, Builder, VersionError};
use lab::define::{Definitions, RunnerDefinition};
use labrun_record::Row;
use semver::Version;

use crate::bars::Bars;
use crate::cli::Cli;
use crate::exit::Usage;
use crate::ground::{definitions, site};

/// The versions of one runtime that are tried, each in the same configuration.
pub(super) struct Versions {
    definitions: Definitions,
    runtime: String,
    configuration: String,
    /// In their order: the first is good, and the last bad.
    all: Vec<Version>,
}

impl Versions {
    /// Those that were typed, for the isolation of these rows.
    pub(super) fn new(cli: &Cli, typed: &[Version], rows: &[Row]) -> anyhow::Result<Self> {
        let isolation = rows.first().map_or("", |row| &*row.isolation);
        let (technology, configuration) = isolation.split_once('/').unwrap_or((isolation, ""));
        let runtime = technology.split('@').next().unwrap_or_default();
        let definitions = definitions(cli)?;
        let comes_in_several =
            |one: &&RunnerDefinition| one.version.is_none() && one.versions.is_some();
        let mut several = definitions.runners.iter().filter(comes_in_several);
        if !several.any(|one| one.name == runtime) {
            anyhow::bail!(Usage(format!(
                "{isolation} comes in one version here: leave out --versions, and its commits are tried"
            )));
        }
        let mut all = typed.to_vec();
        all.sort();
        all.dedup();
        if all.len() < 2 {
            anyhow::bail!(Usage(format!(
                "--versions needs two release numbers of {runtime} or more: the oldest is good, and the \
                 newest bad"
            )));
        }
        Ok(Self {
            runtime: runtime.to_owned(),
            configuration: configuration.to_owned(),
            definitions,
            all,
        })
    }

    /// What those after the first are called.
    pub(super) fn after_the_first(&self) -> Vec<String> {
        let after = self.all.iter().skip(1);
        after.map(|version| self.name(version)).collect()
    }

    /// The name of the side of the good one.
    pub(super) fn good(&self) -> Result<String, VersionError> {
        self.side(&self.all[0])
    }

    /// The name of the side of one after the first; it is built where it is not there yet.
    pub(super) fn nth_after(&self, at: usize) -> Result<String, VersionError> {
        self.side(&self.all[at + 1])
    }

    fn name(&self, version: &Version) -> String {
        format!("{}@{version}", self.runtime)
    }

    fn side(&self, version: &Version) -> Result<String, VersionError> {
        let name = self.name(version);
        if !self.is_the_lab_s_own(&name) {
            let runners = &self.definitions.runners;
            let asked = AskedVersion::resolve(runners, &self.runtime, &version.to_string())?;
            let failed = |error: anyhow::Error| VersionError::Failed(format!("{error:#}"));
            let (site, bars) = (site(false).map_err(failed)?, Bars::new());
            let builder = Builder::new(&self.definitions, &site, &bars);
            asked.add(&builder.map_err(VersionError::Failed)?)?;
        }
        Ok(format!("{name}/{}", self.configuration))
    }

    fn is_the_lab_s_own(&self, name: &str) -> bool {
        let mut runners = self.definitions.runners.iter();
        runners.any(|one| one.version.is_none() && one.also.iter().any(|also| also == name))
    }
}
