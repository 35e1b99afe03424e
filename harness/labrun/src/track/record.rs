//! `labrun track record`: appends a run to a history.

use labrun_history::Night;
use labrun_history::files::{HistoryFolder, Recording};

use crate::cli::TrackRecordArgs;
use crate::exit::{self, Usage};
use crate::report;
use crate::say;

/// Runs that began so far in the future have a clock behind them that is wrong.
const FUTURE_S: i64 = 3600;

/// Records a run.
pub(super) fn run(args: &TrackRecordArgs) -> anyhow::Result<u8> {
    let read = report::whole(&args.run)?;
    if read.run.replay.is_some() {
        anyhow::bail!(Usage(format!(
            "{} is a replay, and has two sides: record the run that it decides about",
            args.run.display()
        )));
    }
    if read.summary.results.iter().all(|row| row.numbers.is_none()) {
        say::line("nothing was measured in this run: it is recorded with the reasons");
    }
    let started = &read.run.started;
    let time = started.parse::<jiff::Timestamp>();
    if time.is_err() || !started.ends_with('Z') {
        anyhow::bail!(Usage(format!(
            "{} says that it began at `{started}`, which is no time in UTC, such as 2026-11-28T02:00:00Z: a night is \
             named by it",
            args.run.display()
        )));
    }
    let night = Night::of(&read.run, &read.samples, args.commit.as_deref());
    let folder = &args.history.history;
    if folder.exists() && !folder.is_dir() {
        let folder = folder.display();
        anyhow::bail!(Usage(format!(
            "--history {folder} is no folder: name another one"
        )));
    }
    let history = HistoryFolder::open(folder);
    let before = history.stored()?;
    let before = before.iter().rfind(|one| one.class() == night.head.class);
    warn_of_clock(&night, before.map(|one| one.name.as_str()));
    let said = match history.record(&night)? {
        Recording::New(path) => format!("recorded: {}", path.display()),
        Recording::Known(path) => format!("recorded already: {}", path.display()),
    };
    crate::out::line(&said)?;
    Ok(exit::FINE)
}

/// A night is put where its time is, whatever the order of recording; a clock that is wrong shows.
fn warn_of_clock(night: &Night, before: Option<&str>) {
    let started: Result<jiff::Timestamp, _> = night.head.started.parse();
    let in_future = started.is_ok_and(|at| {
        let now = jiff::Timestamp::now();
        at.as_second() - now.as_second() > FUTURE_S
    });
    if in_future {
        say::line(&format!(
            "this run says that it began at {}, which is in the future: is the clock right?",
            night.head.started
        ));
    }
    // Two of one second are in no order.
    let second = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
    let own = second(&night.head.name());
    if let Some(before) = before.filter(|before| second(before) > own) {
        say::line(&format!(
            "the history has a later night of this class, {before}: if that is not so, a clock was wrong"
        ));
    }
}
