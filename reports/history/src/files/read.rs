//! What is read of a history: nights side by side, and the checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use labrun_record::regular;

use super::folder::{Damaged, HistoryError, HistoryFolder, Stored, entries};
use crate::dating::USUAL;
use crate::finding::Check;
use crate::night::{HISTORY_SCHEMA, Night};
use crate::nights::Nights;

/// The folder that has the checks.
const CHECKS: &str = "checks";

/// Nights that were read, and files that say nothing.
#[derive(Debug, Clone, Default)]
pub struct ReadNights {
    /// The nights.
    pub nights: Nights,
    /// What could not be read.
    pub damaged: Vec<Damaged>,
    /// All files that were looked at.
    pub files: BTreeSet<PathBuf>,
}

impl HistoryFolder {
    /// The last nights of a class and a scenario up to the night called `until`, where one is named: `least` of
    /// them, and of earlier ones as many as lie after `since`, and before it what says what was usual. Runs that were ended before their plan was are passed over: their rows have too
    /// few launches.
    pub fn nights(
        &self,
        class: &str,
        scenario: &str,
        (since, until): (Option<&str>, Option<&str>),
        least: usize,
    ) -> Result<ReadNights, HistoryError> {
        let mut stored = self.stored()?;
        stored.retain(|one| one.is_of(class));
        stored.retain(|one| until.is_none_or(|until| one.name.as_str() <= until));
        let mut read = ReadNights::default();
        let mut nights = Vec::new();
        let mut known = Known::default();
        let mut before = 0;
        for one in stored.iter().rev() {
            if nights.len() >= least && (since.is_none() || before >= USUAL) {
                break;
            }
            read.files.insert(one.path.clone());
            match known.read(one) {
                Ok(night) => {
                    let is_own = night.head.class == class && night.head.scenario == scenario;
                    if is_own && night.head.interrupted.is_none() {
                        before += usize::from(since.is_some_and(|since| one.name.as_str() < since));
                        nights.push((one.name.clone(), night));
                    }
                }
                Err(damaged) => read.damaged.push(damaged),
            }
        }
        for (name, night) in nights.iter().rev() {
            read.nights.push(name, night);
        }
        Ok(read)
    }

    /// All nights, side by side for each class and scenario, and the files that say nothing. Each file is
    /// read once, and what is kept of it is a column's place.
    pub fn all(&self) -> Result<(Vec<Nights>, Vec<Damaged>), HistoryError> {
        let mut all: BTreeMap<(String, String), Nights> = BTreeMap::new();
        let mut damaged = self.strays()?;
        let mut known = Known::default();
        for one in self.stored()? {
            match known.read(&one) {
                Ok(night) if night.head.interrupted.is_none() => {
                    let kind = (night.head.class.clone(), night.head.scenario.clone());
                    all.entry(kind).or_default().push(&one.name, &night);
                }
                Ok(_) => {}
                Err(reason) => damaged.push(reason),
            }
        }
        Ok((all.into_values().collect(), damaged))
    }

    /// All checks, oldest night first, and the files that are none.
    pub fn checks(&self) -> Result<(Vec<Check>, Vec<Damaged>), HistoryError> {
        let (mut checks, mut damaged) = (Vec::new(), Vec::new());
        for year in entries(&self.path().join(CHECKS))? {
            for month in entries(&year)? {
                for path in entries(&month)? {
                    if path.extension().is_none_or(|extension| extension != "json") {
                        continue;
                    }
                    match read_check(&path) {
                        Ok(check) => checks.push(check),
                        Err(reason) => damaged.push(Damaged { path, reason }),
                    }
                }
            }
        }
        checks.sort_by(|a: &Check, b: &Check| a.night.cmp(&b.night));
        Ok((checks, damaged))
    }

    /// A check by its file, which is named by its night.
    pub fn check_at(path: &Path) -> Result<Check, Damaged> {
        let damaged = |reason: String| Damaged {
            path: path.to_owned(),
            reason,
        };
        let check = read_check(path).map_err(damaged)?;
        let night = &check.night;
        if path.file_stem().is_some_and(|name| name == night.as_str()) {
            return Ok(check);
        }
        Err(damaged(format!(
            "it is the check of the night {night}: its name was changed"
        )))
    }

    /// Keeps a check. One of the same night before it is replaced, unless that decided something and this
    /// one does not, or nobody here can read it: gives why it was not kept.
    pub fn keep(&self, check: &Check) -> Result<Option<&'static str>, HistoryError> {
        let year = check.night.get(..4).unwrap_or("0000");
        let month = check.night.get(4..6).unwrap_or("00");
        let folder = self.path().join(CHECKS).join(year).join(month);
        let path = folder.join(format!("{}.json", check.night));
        let at = |source| HistoryError::Io {
            path: path.clone(),
            source,
        };
        match read_check(&path) {
            Ok(there) if there.is_decided() && !check.is_decided() => {
                return Ok(Some("that decided something"));
            }
            Err(_) if path.exists() => return Ok(Some("that cannot be read here")),
            _ => {}
        }
        fs::create_dir_all(&folder).map_err(at)?;
        let mut text = serde_json::to_vec_pretty(check)?;
        text.push(b'\n');
        let write = || -> io::Result<()> {
            let mut whole = tempfile::NamedTempFile::new_in(&folder)?;
            whole.write_all(&text)?;
            whole.as_file().sync_all()?;
            whole.persist(&path)?;
            super::folder::make_readable(&path)
        };
        write().map_err(at)?;
        Ok(None)
    }

    /// The file of a run, by its name and when it began: two machines of one name may begin in one second.
    pub fn of_run(&self, run: &str, started: &str) -> Result<Option<Stored>, HistoryError> {
        let mut same = self.of_second(started)?.into_iter();
        let is_own = |night: Night| night.head.run == run && night.head.started == started;
        Ok(same.find(|one| one.read().is_ok_and(is_own)))
    }

    /// The files of runs that began in this second.
    pub(super) fn of_second(&self, started: &str) -> Result<Vec<Stored>, HistoryError> {
        let time: String = started.chars().take(19).collect();
        let time = format!("{}Z-", time.replace(['-', ':'], ""));
        let mut stored = self.stored()?;
        stored.retain(|one| one.name.starts_with(&time));
        Ok(stored)
    }
}

/// The runs that were read: a copy of a file, in whatever folder and by whatever number, is no other night.
#[derive(Default)]
pub(super) struct Known(BTreeMap<(String, String, String), PathBuf>);

impl Known {
    pub(super) fn read(&mut self, stored: &Stored) -> Result<Night, Damaged> {
        let night = stored.read()?;
        let head = &night.head;
        let run = (head.run.clone(), head.started.clone(), head.class.clone());
        match self.0.get(&run) {
            None => drop(self.0.insert(run, stored.path.clone())),
            Some(first) => {
                let first = first.display();
                return Err(Damaged {
                    path: stored.path.clone(),
                    reason: format!("it is the night of {first} again: remove the copy"),
                });
            }
        }
        Ok(night)
    }
}

fn read_check(path: &Path) -> Result<Check, String> {
    let text = regular::read(path).map_err(|error| error.to_string())?;
    let schema = serde_json::from_slice::<serde_json::Value>(&text).ok();
    let schema = schema
        .as_ref()
        .and_then(|check| check["schema_version"].as_u64());
    if let Some(newer) = schema.filter(|schema| *schema > u64::from(HISTORY_SCHEMA)) {
        return Err(format!(
            "it is of schema {newer}; this labrun reads up to {HISTORY_SCHEMA}: use a newer labrun"
        ));
    }
    serde_json::from_slice(&text).map_err(|error| error.to_string())
}
