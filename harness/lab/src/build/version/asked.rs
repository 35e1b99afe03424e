//! What `labrun build --runner NAME --version V` asks for: a version is added or removed.

use semver::Version;
use thiserror::Error;

use super::{Place, current, listed, unnamed};
use crate::build::prerequisite::Absence;
use crate::build::store::Store;
use crate::build::{Builder, BuiltItem};
use crate::define::{RunnerDefinition, Versions, hint};

/// Why a version is not there, or still is.
#[derive(Debug, Error)]
pub enum VersionError {
    /// What was asked for cannot be.
    #[error("{0}")]
    Usage(String),
    /// It could not be built, or not removed.
    #[error("{0}")]
    Failed(String),
}

fn usage(reason: String) -> VersionError {
    VersionError::Usage(reason)
}

/// A version of a runtime, which can be had.
#[derive(Debug)]
pub struct AskedVersion<'a> {
    own: &'a RunnerDefinition,
    versions: &'a Versions,
    version: Version,
}

impl<'a> AskedVersion<'a> {
    /// Holds what was typed against the checkout's `runners`.
    pub fn resolve(
        runners: &'a [RunnerDefinition],
        runner: &str,
        version: &str,
    ) -> Result<Self, VersionError> {
        let owns = || runners.iter().filter(|one| one.version.is_none());
        let own = owns().find(|one| one.name == runner).ok_or_else(|| {
            let names: Vec<&str> = owns().map(|one| one.name.as_str()).collect();
            let hint = hint(runner, names.iter().copied());
            usage(format!(
                "there is no runner `{runner}`{hint}; there are {}",
                names.join(", ")
            ))
        })?;
        let versions = own.versions.as_ref().ok_or_else(|| {
            usage(format!(
                "the runner {runner} comes in one version: its runner.toml has no [versions], \
                 which says what crates the runtime is"
            ))
        })?;
        let first = versions.crates.first().map_or(runner, String::as_str);
        let version = Version::parse(version).map_err(|error| {
            usage(format!(
                "`{version}` is no version ({error}): write all three numbers, such as 47.0.4; \
                 `cargo info {first}` shows what there is"
            ))
        })?;
        if current(own, versions).as_ref() == Some(&version) {
            return Err(usage(format!(
                "{runner} {version} is the lab's own, `{runner}/*`: name another version"
            )));
        }
        Ok(Self {
            own,
            versions,
            version,
        })
    }

    /// Builds it, unless that is done, and lists it from now on. Where it cannot be built,
    /// nothing of it is left, unless it was there before.
    pub fn add(&self, builder: &Builder<'_>) -> Result<BuiltItem, VersionError> {
        let (runtime, version) = (&self.own.name, &self.version);
        let place = Place::of(&builder.store, runtime, version);
        let was_listed = place.is_listed();
        let built = builder
            .build_runner(&unnamed(self.own, version))
            .map_err(Absence::into_reason);
        let kept = built.and_then(|ready| {
            place
                .list()
                .map_err(|error| format!("cannot keep {runtime} {version}: {error}"))?;
            Ok(ready)
        });
        match kept {
            Ok(ready) => {
                let what = format!("runner {runtime} {}", ready.version);
                Ok(BuiltItem::driver(what, &ready))
            }
            Err(reason) => {
                let mut reason = self.explained(&reason);
                // What was whole before stays listed, with this reason for what is missing.
                if !was_listed && let Err(error) = place.remove() {
                    reason = format!("{reason}\nwhat was half made is still there: {error}");
                }
                Err(VersionError::Failed(reason))
            }
        }
    }

    fn explained(&self, reason: &str) -> String {
        let (runtime, version) = (&self.own.name, &self.version);
        let mut said = format!("{runtime} {version} could not be built: {reason}");
        if let (true, Some(own)) = (
            reason.starts_with("cargo could not build"),
            current(self.own, self.versions),
        ) {
            said = format!(
                "{said}\nthe runner's sources are written for {runtime} {own}; CONTRIBUTING.md says \
                 how they can fit other versions too"
            );
        }
        said
    }

    /// Removes it, with all that was built of it.
    pub fn remove(&self, store: &Store) -> Result<(), VersionError> {
        let (runtime, version) = (&self.own.name, &self.version);
        let place = Place::of(store, runtime, version);
        if !place.exists() {
            let there = listed(store, runtime);
            let there: Vec<String> = there.iter().map(Version::to_string).collect();
            let there = if there.is_empty() {
                "no version but the lab's own was built".to_owned()
            } else {
                format!("there are {}", there.join(", "))
            };
            return Err(usage(format!(
                "there is no {runtime} {version} here: {there}"
            )));
        }
        let kept_as = format!("{runtime}@{version}");
        let compiled = format!("precompiled-{kept_as}-");
        let mut names = store.beginning_with("precompiled", &compiled);
        names.extend(store.beginning_with("stamps", &compiled));
        names.push(format!("stamps/runner-{kept_as}"));
        names.push(format!("runners/{runtime}/{version}"));
        let removed = place.remove().and_then(|()| store.remove(names));
        removed.map_err(|error| {
            VersionError::Failed(format!("cannot remove {runtime} {version}: {error}"))
        })
    }
}
