//! What else lies in a history: files that no reader of a class and a scenario comes by, and that are
//! damaged, or that are no night where they lie.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::folder::{Damaged, HistoryError, HistoryFolder, RUNS, Stored, entries};
use super::read::Known;

/// So many of the newest nights of other classes, or after the night that is judged, are looked at.
const LOOKED_AT: usize = 200;

/// So many folders below the one of the runs are looked into.
const DEEPEST: usize = 4;

impl HistoryFolder {
    /// What is wrong with the newest files that are not among `read`, with all whose names are none of a
    /// night, and with nights that are not where nights are.
    pub fn damaged_beside(&self, read: &BTreeSet<PathBuf>) -> Result<Vec<Damaged>, HistoryError> {
        let mut looked_at = 0;
        let mut damaged = self.strays()?;
        let mut known = Known::default();
        for one in self.stored()?.iter().rev() {
            if read.contains(&one.path) {
                continue;
            }
            if one.has_name_of_a_night() {
                looked_at += 1;
                if looked_at > LOOKED_AT {
                    continue;
                }
            }
            damaged.extend(known.read(one).err());
        }
        Ok(damaged)
    }

    /// Files of a run's own that cannot be read: what has its time in its name, and is not known to be
    /// another's.
    pub fn damaged_of_run(&self, run: &str, started: &str) -> Result<Vec<Damaged>, HistoryError> {
        let mut stored = self.of_second(started)?;
        stored.retain(|one| one.is_not_of_another(run, started));
        Ok(stored.iter().filter_map(|one| one.read().err()).collect())
    }

    /// Files that are named like nights, and lie where none is looked for.
    pub(super) fn strays(&self) -> Result<Vec<Damaged>, HistoryError> {
        let mut strays = Vec::new();
        let mut folders = vec![(0, self.path().join(RUNS))];
        while let Some((depth, folder)) = folders.pop() {
            for path in entries(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.starts_with('.') {
                    continue;
                }
                if path.is_dir() && depth < DEEPEST {
                    folders.push((depth + 1, path));
                    continue;
                }
                let extension = path.extension().unwrap_or_default();
                if extension.eq_ignore_ascii_case("jsonl") && !(depth == 2 && extension == "jsonl")
                {
                    let reason = "it is not read: a night is runs/YYYY/MM/NIGHT.jsonl".to_owned();
                    strays.push(Damaged { path, reason });
                }
            }
        }
        strays.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(strays)
    }
}

impl Stored {
    /// Whether its name is one of a night: it begins with a time, and has a commit and a class.
    fn has_name_of_a_night(&self) -> bool {
        let time = self.name.split('-').next().unwrap_or_default().as_bytes();
        let is_time = time.len() == 16
            && time.iter().enumerate().all(|(at, byte)| match at {
                8 => *byte == b'T',
                15 => *byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
        is_time && !self.class().is_empty()
    }
}
