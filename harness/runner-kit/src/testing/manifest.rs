//! The part of a `runner.toml` that the checks are generated from. Strictness is
//! labrun's part; this reads what it needs.

use labrun_protocol::GuestTarget;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) configuration: Vec<Configuration>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Configuration {
    pub(super) name: String,
    pub(super) targets: Vec<GuestTarget>,
    pub(super) precompile: bool,
}

impl Manifest {
    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
