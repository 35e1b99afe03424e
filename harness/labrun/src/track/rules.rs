//! What people have said of a history, and what its checks have found: all that a night is judged by.

use std::path::Path;

use labrun_history::files::{Damaged, HistoryFolder};
use labrun_history::{Check, Epochs, Rules, Watching};
use serde::de::DeserializeOwned;

/// How nights are judged, beside `labrun.toml`.
const RULES: &str = "labrun-track.toml";

/// What is another normal.
pub(super) const EPOCHS: &str = "labrun-epochs.toml";

/// What a night is judged by.
pub(super) struct Known {
    /// Rules, epochs, and what was confirmed before the night.
    pub watching: Watching,
    /// The checks, oldest night first.
    pub checks: Vec<Check>,
    /// Files of checks that say nothing.
    pub damaged: Vec<Damaged>,
}

/// Reads it. Only what was found before `night` counts, where one is named.
pub(super) fn known(
    history: &HistoryFolder,
    night: Option<&str>,
    lab: Option<&Path>,
) -> anyhow::Result<Known> {
    let (mut checks, damaged) = history.checks()?;
    checks.retain(|check| night.is_none_or(|night| check.night.as_str() < night));
    let findings = checks.iter().flat_map(|check| check.confirmed.clone());
    Ok(Known {
        watching: Watching {
            rules: in_either::<Rules>(RULES, lab)?,
            epochs: in_either::<Epochs>(EPOCHS, lab)?,
            findings: findings.collect(),
        },
        checks,
        damaged,
    })
}

/// The file in this folder, else in the lab's; what is said by default where there is none.
fn in_either<T: DeserializeOwned + Default>(name: &str, lab: Option<&Path>) -> anyhow::Result<T> {
    let here = Path::new(name).to_owned();
    let there = lab.map(|lab| lab.join(name));
    let file = [Some(here), there]
        .into_iter()
        .flatten()
        .find(|path| path.exists());
    let read = file.map(|path| lab::define::read_toml(&path)).transpose()?;
    Ok(read.unwrap_or_default())
}
