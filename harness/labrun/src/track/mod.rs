//! `labrun track`: a history of nights, and what regressed in it.

mod ack;
mod bisect;
mod builds;
mod check;
mod export;
mod record;
mod replays;
mod rules;
mod said;
mod site;
mod unjudged;
mod verify;

use labrun_history::files::{Damaged, HistoryFolder};

use crate::cli::{Cli, HistoryArgs, Track, TrackArgs};
use crate::exit::Usage;
use crate::say;
use crate::settings::Settings;

/// Does what is asked of a history.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &TrackArgs) -> anyhow::Result<u8> {
    match &args.what {
        Track::Record(args) => record::run(args),
        Track::Check(args) => check::run(cli, settings, args),
        Track::Ack(args) => ack::run(cli, args),
        Track::Site(args) => site::run(cli, args),
        Track::Bisect(args) => bisect::run(cli, settings, args),
        Track::Export(args) => export::run(args),
        Track::Verify(args) => verify::run(args),
    }
}

/// A history that has to be there.
fn existing(args: &HistoryArgs) -> anyhow::Result<HistoryFolder> {
    let path = &args.history;
    if !path.is_dir() {
        anyhow::bail!(Usage(format!(
            "{} is no folder: `labrun track record RUN --history {}` makes a history",
            path.display(),
            path.display()
        )));
    }
    Ok(HistoryFolder::open(path))
}

/// Names the files of a history that say nothing. None of them is changed or removed.
fn name_damaged(damaged: &[Damaged]) {
    for one in damaged {
        say::line(&format!("damaged: {}: {}", one.path.display(), one.reason));
    }
    // What only a newer labrun reads is whole.
    if !damaged.iter().all(HistoryFolder::is_newer) {
        say::line(
            "what is damaged was passed over: have it back from the history's own branch (git checkout), or \
             remove it",
        );
    }
}
