//! `labrun.toml`: what is not said on the command line or in `LABRUN_*`.

use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::cli::{Cli, When};

/// Settings with every source but the flags of a subcommand applied.
#[derive(Debug)]
pub(crate) struct Settings {
    /// When to use colours.
    pub color: anstream::ColorChoice,
    /// What `labrun.toml` says.
    pub file: File,
}

/// The keys of `labrun.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct File {
    /// Folder of the lab.
    pub lab: Option<PathBuf>,
    /// When to use colours.
    pub color: Option<When>,
    /// Launches of each row.
    pub samples: Option<u32>,
    /// Discarded launches of each kind.
    pub warmup: Option<u32>,
    /// Seconds for a scenario, written as `20m`.
    #[serde(default, deserialize_with = "duration")]
    pub time_budget: Option<f64>,
    /// Seed of every shuffle and bootstrap.
    pub seed: Option<u64>,
}

impl Settings {
    /// Reads `labrun.toml` of the current folder, if there is one.
    pub(crate) fn read(cli: &Cli) -> anyhow::Result<Self> {
        let path = Path::new("labrun.toml");
        let file: File = if path.exists() {
            lab::define::read_toml(path)?
        } else {
            File::default()
        };
        if cli.lab.is_none()
            && let Some(lab) = &file.lab
            && let Some(why) = lab::define::distrust(path)
        {
            let lab = lab.display();
            let reason = format!(
                "labrun.toml of this folder {why}, and names a lab, what is defined in which labrun would run: \
                 if you trust it, name it yourself: --lab {lab}"
            );
            return Err(crate::exit::Usage(reason).into());
        }
        let color = match cli.color.or(file.color) {
            Some(When::Always) => anstream::ColorChoice::Always,
            Some(When::Never) => anstream::ColorChoice::Never,
            Some(When::Auto) | None => anstream::ColorChoice::Auto,
        };
        Ok(Self { color, file })
    }

    /// The time budget in seconds: the flag's, else the file's.
    pub(crate) fn time_budget_s(&self, flag: Option<f64>) -> Option<f64> {
        flag.or(self.file.time_budget)
    }
}

/// A duration of the file.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let read = seconds(&text).map_err(|why| D::Error::custom(format!("time-budget: {why}")));
    read.map(Some)
}

/// The longest duration, in seconds: what a scenario may have.
const MOST_S: f64 = 30.0 * 86_400.0;

/// A duration such as `90s`, `20m`, `1h30m` or `500ms`, in seconds.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    let fault = || format!("`{text}` is no duration: write 90s, 20m, 1h or 1h30m");
    let duration: jiff::SignedDuration = text.parse().map_err(|_| fault())?;
    let seconds = duration.as_secs_f64();
    if seconds > MOST_S {
        Err(format!("`{text}` is over 30 days: write 90s, 20m or 1h"))
    } else if seconds > 0.0 {
        Ok(seconds)
    } else {
        Err(format!(
            "`{text}` is not more than nothing: write 90s, 20m or 1h"
        ))
    }
}

/// The same, or `0s`.
pub(crate) fn seconds_or_none(text: &str) -> Result<f64, String> {
    let none = text
        .parse()
        .is_ok_and(|duration: jiff::SignedDuration| duration.is_zero());
    if none { Ok(0.0) } else { seconds(text) }
}

#[cfg(test)]
mod tests {
    use super::{seconds, seconds_or_none};

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, expected) in [
            ("90s", 90.0),
            ("20m", 1200.0),
            ("1h30m", 5400.0),
            ("500ms", 0.5),
        ] {
            assert!(
                (seconds(text).expect("reads") - expected).abs() < 1e-9,
                "{text}"
            );
        }
        for text in ["0s", "-5s", "soon", "20", "", "721h"] {
            assert!(seconds(text).is_err(), "{text}");
            assert_eq!(seconds_or_none(text).is_ok(), text == "0s", "{text}");
        }
    }
}
