//! The part of a `runner.toml` that the checks are generated from. Strictness is
//! labrun's part; this reads what it needs.

use labrun_protocol::GuestTarget;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) name: String,
    #[serde(default)]
    build: Build,
    pub(super) configuration: Vec<Configuration>,
    #[serde(default)]
    unsupported: Vec<Unsupported>,
}

#[derive(Debug, Default, Deserialize)]
struct Build {
    interpreter: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Configuration {
    pub(super) name: String,
    pub(super) targets: Vec<GuestTarget>,
    pub(super) precompile: bool,
}

/// What it cannot do.
#[derive(Debug, Deserialize)]
struct Unsupported {
    need: Option<String>,
    #[serde(default)]
    configurations: Vec<String>,
    reason: String,
}

impl Manifest {
    /// Why `configuration` does not have what is called `need`; none where it has.
    pub(super) fn lacks(&self, need: &str, configuration: &str) -> Option<String> {
        let of_it = |entry: &&Unsupported| {
            let own = &entry.configurations;
            entry.need.as_deref() == Some(need)
                && (own.is_empty() || own.iter().any(|name| name == configuration))
        };
        let found = self.unsupported.iter().find(of_it);
        found.map(|entry| entry.reason.clone())
    }

    /// Whether the runner is itself interpreted, in a heap that something collects.
    pub(super) fn has_collected_heap(&self) -> bool {
        self.build.interpreter.is_some()
    }

    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
