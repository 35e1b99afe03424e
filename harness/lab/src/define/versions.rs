//! `[versions]` in a `runner.toml`: which crates are the runtime, so that the same runner can
//! be built with another version of them.

use std::collections::BTreeMap;

use semver::Version;
use serde::Deserialize;

/// The crates of a runtime.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// Those that have the number of the runtime, the runtime itself first.
    pub crates: Vec<String>,
    /// Those that have numbers of their own, and what to ask cargo for instead: in
    /// `"0.{major}0{minor}"` the numbers of the runtime are put in. They have to ask for the
    /// runtime themselves, by its exact number.
    #[serde(default)]
    pub follow: BTreeMap<String, String>,
}

impl Versions {
    /// What a crate is asked for, where the runtime is to be `version`; nothing where it is no
    /// crate of the runtime.
    pub(crate) fn requirement(&self, name: &str, version: &Version) -> Option<String> {
        if self.crates.iter().any(|own| own == name) {
            return Some(format!("={version}"));
        }
        let mut asked = self.follow.get(name)?.clone();
        let numbers = [
            ("{major}", version.major),
            ("{minor}", version.minor),
            ("{patch}", version.patch),
        ];
        for (word, number) in numbers {
            asked = asked.replace(word, &number.to_string());
        }
        Some(asked)
    }

    /// The names of all of them.
    pub(crate) fn every(&self) -> impl Iterator<Item = &str> {
        let all = self.crates.iter().chain(self.follow.keys());
        all.map(String::as_str)
    }

    /// What is wrong with it, if something is.
    pub(super) fn mistake(&self, is_ready_made: bool) -> Option<&'static str> {
        if is_ready_made {
            return Some("[versions]: a ready-made program has no crates that could be others");
        }
        let empty = self.crates.is_empty();
        empty.then_some("[versions]: crates names none")
    }
}
