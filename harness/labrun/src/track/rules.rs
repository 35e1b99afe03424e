//! What people have said of a history, and what its checks have found: all that a night is judged by.

use std::path::{Path, PathBuf};

use lab::define::LabFolder;
use labrun_history::files::{Damaged, HistoryFolder};
use labrun_history::{Check, Epochs, Nights, Rules, Watching};
use labrun_record::Metric;
use serde::de::DeserializeOwned;

use crate::exit::Usage;
use crate::say;

/// How nights are judged, beside `labrun.toml`.
const RULES: &str = "labrun-track.toml";

/// Nights in which nobody looks for what is usual, some three years.
const MOST_NIGHTS: usize = 1000;

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
    let (rules, epochs) = said(lab)?;
    Ok(Known {
        watching: Watching::new(rules, epochs, checks.iter()),
        checks,
        damaged,
    })
}

/// What people wrote, if it can be taken.
pub(super) fn said(lab: Option<&Path>) -> anyhow::Result<(Rules, Epochs)> {
    let rules = in_either::<Rules>(RULES, lab)?;
    if let Some(why) = unsound(&rules) {
        anyhow::bail!(Usage(format!("{RULES}: {why}")));
    }
    Ok((rules, nights_of(in_either(EPOCHS, lab)?)?))
}

/// Tells of epochs that take nothing away, or too much: a slip of the pen.
pub(super) fn warn_of_epochs(
    watching: &Watching,
    nights: &Nights,
    history: &HistoryFolder,
) -> anyhow::Result<()> {
    for epoch in watching.unused(nights) {
        let (since, reason) = (&epoch.since, &epoch.reason);
        say::line(&format!(
            "{EPOCHS}: the epoch since {since} ({reason}) names no series of these nights"
        ));
    }
    warn_of_later(&watching.epochs, history)
}

/// Tells of epochs that begin after the last night: they accept what is open, and nobody has seen what
/// they say is normal.
pub(super) fn warn_of_later(epochs: &Epochs, history: &HistoryFolder) -> anyhow::Result<()> {
    let stored = history.stored()?;
    let mut nights = stored.iter().map(|one| one.name.as_str()).rev();
    let Some(last) = nights.find(|name| name.starts_with(|c: char| c.is_ascii_digit())) else {
        return Ok(());
    };
    for epoch in epochs.epoch.iter().filter(|one| &*one.since > last) {
        let (since, reason) = (&epoch.since, &epoch.reason);
        say::line(&format!(
            "{EPOCHS}: the epoch since {since} ({reason}) is later than the last night, {last}: is its year right? \
             What is open of its series is accepted by it, and no night is judged by it yet"
        ));
    }
    Ok(())
}

/// Epochs, each from a night on, and each for a reason.
pub(super) fn nights_of(mut epochs: Epochs) -> anyhow::Result<Epochs> {
    for epoch in &mut epochs.epoch {
        let since = &epoch.since;
        if epoch.reason.trim().is_empty() {
            anyhow::bail!(Usage(format!(
                "{EPOCHS}: the epoch since {since} has no reason: write why its values are normal"
            )));
        }
        epoch.since = night_of(since).ok_or_else(|| {
            Usage(format!(
                "{EPOCHS}: since = \"{since}\" is no night: write the day, such as 20261128 or 2026-11-28, or the \
                 name of a night"
            ))
        })?;
    }
    Ok(epochs)
}

/// The beginning of a night's name that somebody wrote: as it stands in one, or as a day is written.
fn night_of(since: &str) -> Option<String> {
    let day = since.get(..10).unwrap_or(since);
    let is_dashed = day.len() == 10
        && day.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let night = if is_dashed {
        day.replace('-', "") + &since[10..]
    } else {
        since.to_owned()
    };
    let digits = night.bytes().take_while(u8::is_ascii_digit).count();
    let is_night = digits == night.len() || night[digits..].starts_with('T');
    let is_day = digits == 8 || (4..8).contains(&digits) && digits == night.len();
    (is_night && is_day).then_some(night)
}

/// What of the rules would judge nothing, or everything.
fn unsound(rules: &Rules) -> Option<String> {
    let judge = &rules.judge;
    for (name, value) in [
        ("sigmas", judge.sigmas),
        ("again_sigmas", judge.again_sigmas),
        ("control_sigmas", judge.control_sigmas),
    ] {
        if !(value.is_finite() && value > 0.0) {
            return Some(format!(
                "{name} = {value}: it is so many standard deviations, more than 0"
            ));
        }
    }
    for (name, value) in [("floor", judge.floor), ("least_shift", judge.least_shift)] {
        if !(0.0..1.0).contains(&value) {
            return Some(format!(
                "{name} = {value}: it is a share, such as 0.02 for 2 %"
            ));
        }
    }
    if !(judge.false_nights > 0.0 && judge.false_nights < 1.0) {
        let value = judge.false_nights;
        return Some(format!(
            "false_nights = {value}: it is a share of nights between 0 and 1"
        ));
    }
    if judge.window > MOST_NIGHTS {
        let window = judge.window;
        return Some(format!(
            "window = {window}: so many nights are read at most: {MOST_NIGHTS}"
        ));
    }
    if judge.least_nights < 2 || judge.window < judge.least_nights {
        let (window, least) = (judge.window, judge.least_nights);
        return Some(format!(
            "window = {window} and least_nights = {least}: no series would ever be judged; a window has \
             least_nights or more, and they are 2 or more"
        ));
    }
    rules.least_effect.iter().find_map(|(name, percent)| {
        let is_metric = serde_json::from_value::<Metric>(name.as_str().into()).is_ok();
        if !is_metric {
            return Some(format!(
                "[least-effect] {name}: there is no such metric; `labrun list metrics` has them"
            ));
        }
        let is_percent = percent.is_finite() && *percent >= 0.0;
        (!is_percent)
            .then(|| format!("[least-effect] {name} = {percent}: it is in per cent, 0 or more"))
    })
}

/// The file in this folder, else in the lab's; what is said by default where there is none.
fn in_either<T: DeserializeOwned + Default>(name: &str, lab: Option<&Path>) -> anyhow::Result<T> {
    let file = Some(path_of(name, lab)).filter(|path| path.exists());
    let read = file.map(|path| lab::define::read_toml(&path)).transpose()?;
    Ok(read.unwrap_or_default())
}

/// Where a file of the lab is that people write: in this folder if it is there, else in the lab (the one
/// that is named, or the one that other commands would take); in this folder where there is no lab.
pub(super) fn path_of(name: &str, lab: Option<&Path>) -> PathBuf {
    let here = PathBuf::from(name);
    if here.exists() {
        return here;
    }
    let found = || {
        let from = std::env::current_dir().ok()?;
        let found = LabFolder::find(None, &from).ok()?;
        Some(found.path().to_owned())
    };
    let lab = lab.map(Path::to_owned).or_else(found);
    lab.map_or(here, |lab| lab.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_is_named_by_its_day_or_its_name() {
        for (said, night) in [
            ("20261128", "20261128"),
            ("2026-11-28", "20261128"),
            ("202611", "202611"),
            ("20261128T020000Z-abc", "20261128T020000Z-abc"),
            ("2026-11-28T02", "20261128T02"),
        ] {
            assert_eq!(night_of(said).as_deref(), Some(night));
        }
        for wrong in [
            "",
            "tomorrow",
            "2026-11",
            "26",
            "20261128 ",
            "\u{fc}ber die",
        ] {
            assert_eq!(night_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rules_that_would_judge_nothing_are_refused() {
        assert_eq!(unsound(&Rules::default()), None);
        for (text, why) in [
            ("[judge]\nsigmas = nan", "sigmas"),
            ("[judge]\nsigmas = -3.0", "sigmas"),
            ("[judge]\nwindow = 0", "window"),
            ("[judge]\nwindow = 9223372036854775807", "window"),
            ("[judge]\nwindow = 10\nleast_nights = 100", "least_nights"),
            ("[judge]\nleast_nights = 1", "least_nights"),
            ("[judge]\nfalse_nights = 5.0", "false_nights"),
            ("[judge]\nfloor = -1.0", "floor"),
            ("[least-effect]\nlatensy = 5.0", "latensy"),
            ("[least-effect]\nlatency = -5.0", "latency"),
        ] {
            let rules: Rules = toml::from_str(text).expect("is TOML");
            let said = unsound(&rules).unwrap_or_default();
            assert!(said.contains(why), "{text}: {said}");
        }
        let right: Rules = toml::from_str("[least-effect]\nlatency = 5.0").expect("is TOML");
        assert_eq!(unsound(&right), None);
    }
}
