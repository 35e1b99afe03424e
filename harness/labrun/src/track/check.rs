//! `labrun track check`: judges a night, has its suspects replayed, and says what is confirmed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lab::isolation::Processor;
use lab::outcome::chain;
use lab::side::SideKind;
use labrun_history::files::{Damaged, HistoryFolder, Stored};
use labrun_history::{Check, Finding, Findings, Watched, settled};
use labrun_record::write_whole;

use super::builds::{new_build, old_builds};
use super::replays::{self, Request};
use super::{existing, name_damaged, rules, said, unjudged};
use crate::bars::Bars;
use crate::cli::{Cli, TrackCheckArgs};
use crate::exit::{self, Usage};
use crate::ground::site;
use crate::new_run::{check_files, check_folder};
use crate::report;
use crate::say;
use crate::scenario::open_bundle;
use crate::settings::Settings;

/// Nights that are read: the baseline, and what dates a change.
const NIGHTS: usize = 200;

/// Checks a night.
pub(super) fn run(cli: &Cli, settings: &Settings, args: &TrackCheckArgs) -> anyhow::Result<u8> {
    let files = [&args.export_markdown, &args.export_junit];
    check_files(files.into_iter().flatten().map(PathBuf::as_path))?;
    if let Some(out) = &args.out {
        check_folder(out)?;
    }
    if args.dry_run {
        rules::said(cli.lab.as_deref())?;
        return bundle_opens(args);
    }
    let history = existing(&args.history)?;
    let (stored, passed_over) = match night(&history, args)? {
        Found::Night(stored, passed_over) => (stored, passed_over),
        Found::Damaged(damaged) => {
            name_damaged(&damaged);
            return Ok(exit::LAB_FAILED);
        }
    };
    let head = match stored.read() {
        Ok(night) => night.head,
        Err(damaged) => {
            name_damaged(&[damaged]);
            return Ok(exit::LAB_FAILED);
        }
    };
    let known = rules::known(&history, Some(&stored.name), cli.lab.as_deref())?;
    let times = (known.watching.first_unsettled(), Some(&*stored.name));
    let read = history.nights(&head.class, &head.scenario, times, NIGHTS)?;
    rules::warn_of_epochs(&known.watching, &read.nights, &history)?;
    let mut damaged: Vec<Damaged> = Vec::new();
    let beside = history.damaged_beside(&read.files)?;
    for one in [passed_over, read.damaged, beside, known.damaged].concat() {
        if !damaged.contains(&one) {
            damaged.push(one);
        }
    }
    name_damaged(&damaged);
    let nights = read.nights;
    let Some(place) = nights.place(&stored.name) else {
        let why = head.interrupted.as_deref().unwrap_or("it has no rows");
        anyhow::bail!(Usage(format!(
            "the night {} cannot be judged: it was ended before its plan was ({why})",
            stored.name
        )));
    };
    let before = place.checked_sub(1).map(|last| &nights.names[last]);
    let before = known
        .checks
        .iter()
        .find(|check| Some(&check.night) == before);
    let watched = Watched::new(&nights, place, &known.watching, before);
    let open = Findings::new(&nights, &known.watching).still_open();
    let suspects = watched.to_replay();
    let replays = if args.no_replay {
        Some(Vec::new())
    } else {
        let request = Request {
            old: old_builds(args, &history, &nights, place, &open),
            is_named: args.against.is_some(),
            new: new_build(args, &nights, place),
            scenario: &head.scenario,
            number: args.number,
            time_budget: args.time_budget,
            out: args.out.clone(),
        };
        replays::replay(cli, settings, (&watched, &suspects), request)?
    };
    let Some(replays) = replays else {
        return Ok(exit::interrupted("nothing was decided"));
    };
    let check = watched.conclude(&replays);
    let (check, open) = settled(&nights, &known.watching, check);
    // What cannot be told or kept in one place is in the others.
    let mut is_whole = damaged.is_empty();
    let mut lost = |error: anyhow::Error| {
        say::error(&chain(error.as_ref()));
        is_whole = false;
    };
    match history.keep(&check) {
        Ok(None) => {}
        Ok(Some(other)) => say::line(&format!(
            "the check of this night {other} stays in the history, and not this one"
        )),
        Err(error) => {
            lost(anyhow::Error::new(error).context("the check of this night is not kept"));
        }
    }
    for error in tell(args, &check, &open) {
        lost(error);
    }
    if check.judged == 0 {
        say::line(&format!(
            "no series was judged: {}",
            unjudged::why(&nights, place, &known.watching)
        ));
    }
    Ok(code(&check, is_whole))
}

/// Whether the bundle that is named as the old build can be replayed here, if one is.
fn bundle_opens(args: &TrackCheckArgs) -> anyhow::Result<u8> {
    let against = args.against.as_ref();
    let Some(named) = against.filter(|side| side.kind == SideKind::Bundle) else {
        return Ok(exit::FINE);
    };
    let (site, bars) = (site(false)?, Bars::new());
    let folder = site
        .disk_folder()
        .context("cannot make a folder to unpack to")?;
    let path = Path::new(&named.which);
    let opened = open_bundle(path, folder.path(), Processor::Own, &site, &bars);
    Ok(match opened.with_context(|| named.to_string())? {
        Some(_) => exit::FINE,
        None => exit::interrupted("nothing was looked at"),
    })
}

/// What is confirmed weighs most; then that a file of the history is damaged, or something could not be
/// written.
fn code(check: &Check, is_whole: bool) -> u8 {
    if check.is_worse() {
        exit::REGRESSION
    } else if !is_whole {
        exit::LAB_FAILED
    } else {
        exit::FINE
    }
}

/// What there is to judge.
enum Found {
    /// A night, and the newer ones that cannot be read.
    Night(Stored, Vec<Damaged>),
    /// The run's own files, none of which can be read.
    Damaged(Vec<Damaged>),
}

/// The night that is judged: that of the run, or the newest that can be read.
fn night(history: &HistoryFolder, args: &TrackCheckArgs) -> anyhow::Result<Found> {
    let folder = args.history.history.display();
    let Some(run) = &args.run else {
        let mut damaged = Vec::new();
        for one in history.stored()?.into_iter().rev() {
            match one.read() {
                Ok(_) => return Ok(Found::Night(one, damaged)),
                Err(reason) => damaged.push(reason),
            }
        }
        name_damaged(&damaged);
        if !damaged.is_empty() {
            anyhow::bail!("{folder} has no night that can be read");
        }
        anyhow::bail!(Usage(format!(
            "{folder} has no night: `labrun track record RUN --history {folder}` appends one"
        )));
    };
    let read = report::whole(run)?;
    let (id, started) = (&read.run.id, &read.run.started);
    if let Some(stored) = history.of_run(id, started)? {
        return Ok(Found::Night(stored, Vec::new()));
    }
    let run = run.display();
    let damaged = history.damaged_of_run(id, started)?;
    if damaged.is_empty() {
        anyhow::bail!(Usage(format!(
            "{run} is not in {folder}: `labrun track record {run} --history {folder}` appends it"
        )));
    }
    say::line(&format!(
        "the night of {run} is in {folder}, and cannot be read: nothing is judged"
    ));
    Ok(Found::Damaged(damaged))
}

/// Tells a check wherever it was asked for; gives what could not be told.
fn tell(args: &TrackCheckArgs, check: &Check, open: &[Finding]) -> Vec<anyhow::Error> {
    let write = |path: &Option<PathBuf>, text: &dyn Fn() -> String| {
        let path = path.as_ref()?;
        let written = write_whole(path, text().as_bytes());
        let cannot = || format!("cannot write {}", path.display());
        written.with_context(cannot).err()
    };
    let failed = [
        write(&args.export_markdown, &|| said::markdown(check, open)),
        write(&args.export_junit, &|| said::junit(check)),
        print(args, check, open).err(),
    ];
    failed.into_iter().flatten().collect()
}

fn print(args: &TrackCheckArgs, check: &Check, open: &[Finding]) -> anyhow::Result<()> {
    if args.json {
        return crate::out::json(&said::Printed { check, open });
    }
    let mut lines = said::lines(check, open);
    if args.annotations {
        lines.extend(said::annotations(check));
    }
    lines.iter().try_for_each(|line| crate::out::line(line))
}
