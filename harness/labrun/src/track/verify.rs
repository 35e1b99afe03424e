//! `labrun track verify`: whether the files of a history can be read, and which checks decide something.

use labrun_history::files::{Damaged, HistoryFolder, Stored};

use super::{existing, name_damaged};
use crate::cli::TrackVerifyArgs;
use crate::exit;

/// Reads what is named, or everything.
pub(super) fn run(args: &TrackVerifyArgs) -> anyhow::Result<u8> {
    let history = existing(&args.history)?;
    let damaged = if args.files.is_empty() {
        let (nights, mut damaged) = history.all()?;
        let (checks, of_checks) = history.checks()?;
        damaged.extend(of_checks);
        let all: usize = nights.iter().map(|nights| nights.names.len()).sum();
        crate::out::line(&format!(
            "{all} nights and {} checks can be read",
            checks.len()
        ))?;
        damaged
    } else {
        let mut damaged = Vec::new();
        for file in &args.files {
            match word(file) {
                Ok(word) => crate::out::line(&format!("{word}: {}", file.display()))?,
                Err(why) => damaged.push(why),
            }
        }
        damaged
    };
    name_damaged(&damaged);
    Ok(if damaged.is_empty() {
        exit::FINE
    } else {
        exit::LAB_FAILED
    })
}

/// What a file is, in a word.
fn word(file: &std::path::Path) -> Result<&'static str, Damaged> {
    if file
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        let check = HistoryFolder::check_at(file)?;
        return Ok(if check.is_decided() {
            "decided"
        } else {
            "check"
        });
    }
    let name = file.file_stem().unwrap_or_default();
    let stored = Stored {
        name: name.to_string_lossy().into_owned(),
        path: file.to_owned(),
    };
    stored.read().map(|_| "night")
}
