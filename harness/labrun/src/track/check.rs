//! `labrun track check`: judges a night, has its suspects replayed, and says what is confirmed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lab::side::{SideKind, SideName};
use labrun_history::files::{Damaged, HistoryFolder, Stored};
use labrun_history::{Check, Finding, Findings, Nights, Watched, settled};
use labrun_record::write_whole;

use super::replays::{self, OldBuild, Request};
use super::{existing, name_damaged, rules, said};
use crate::cli::{Cli, TrackCheckArgs};
use crate::exit::{self, Usage};
use crate::new_run::{check_files, check_folder};
use crate::report;
use crate::say;
use crate::settings::Settings;

/// Nights that are read: the baseline, and what dates a change.
const NIGHTS: usize = 200;

/// The bundle of the last accepted build.
const ACCEPTED: &str = "accepted.bundle";

/// Checks a night.
pub(super) fn run(cli: &Cli, settings: &Settings, args: &TrackCheckArgs) -> anyhow::Result<u8> {
    let files = [&args.export_markdown, &args.export_junit];
    check_files(files.into_iter().flatten().map(PathBuf::as_path))?;
    if let Some(out) = &args.out {
        check_folder(out)?;
    }
    if args.dry_run {
        rules::said(cli.lab.as_deref())?;
        return Ok(exit::FINE);
    }
    let history = existing(&args.history)?;
    let (stored, passed_over) = night(&history, args)?;
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
    for epoch in known.watching.unused(&read.nights) {
        let (since, reason) = (&epoch.since, &epoch.reason);
        say::line(&format!(
            "{}: the epoch since {since} ({reason}) names no series of these nights",
            rules::EPOCHS
        ));
    }
    let damaged: Vec<_> = [passed_over, read.damaged, known.damaged].concat();
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
    tell(args, &check, &open)?;
    if let Some(other) = history.keep(&check)? {
        say::line(&format!(
            "the check of this night {other} stays in the history, and not this one"
        ));
    }
    Ok(code(&check, !damaged.is_empty()))
}

/// What is confirmed weighs most; then that a file of the history is damaged.
fn code(check: &Check, is_damaged: bool) -> u8 {
    if check.is_worse() {
        exit::REGRESSION
    } else if is_damaged {
        exit::LAB_FAILED
    } else {
        exit::FINE
    }
}

/// The night that is judged: that of the run, or the newest that can be read, with those after it that
/// cannot be.
fn night(history: &HistoryFolder, args: &TrackCheckArgs) -> anyhow::Result<(Stored, Vec<Damaged>)> {
    let folder = args.history.history.display();
    let Some(run) = &args.run else {
        let mut damaged = Vec::new();
        for one in history.stored()?.into_iter().rev() {
            match one.read() {
                Ok(_) => return Ok((one, damaged)),
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
    let found = history.of_run(&read.run.id, &read.run.started)?;
    let found = found.map(|one| (one, Vec::new()));
    found.ok_or_else(|| {
        let run = run.display();
        let reason = format!(
            "{run} is not in {folder}: `labrun track record {run} --history {folder}` appends it"
        );
        Usage(reason).into()
    })
}

/// The last build that was accepted, the best of them first: the bundle that is kept for it, the commit
/// of the last night before the first regression that is open. What was named is the only one.
fn old_builds(
    args: &TrackCheckArgs,
    history: &HistoryFolder,
    nights: &Nights,
    night: usize,
    open: &[Finding],
) -> Vec<OldBuild> {
    if let Some(said) = &args.against {
        let is_bundle = said.kind == SideKind::Bundle;
        let night = is_bundle.then(|| accepted_night(Path::new(&said.which)));
        return vec![OldBuild {
            side: said.clone(),
            night: night.flatten(),
        }];
    }
    let bundle = history.path().join(ACCEPTED);
    let kept = bundle
        .is_file()
        .then(|| side("bundle", &bundle.display().to_string()));
    let kept = kept.flatten().map(|side| OldBuild {
        side,
        night: accepted_night(&bundle),
    });
    let first_bad = open.iter().map(|finding| finding.since.as_str()).min();
    let good = (0..night).rev().find(|&at| {
        let is_before = first_bad.is_none_or(|bad| nights.names[at].as_str() < bad);
        is_before && nights.heads[at].commit.is_some()
    });
    let commit = good.and_then(|good| {
        Some(OldBuild {
            side: side("commit", nights.heads[good].commit.as_deref()?)?,
            night: Some(nights.names[good].clone()),
        })
    });
    kept.into_iter().chain(commit).collect()
}

/// Of which night an accepted build is: `scripts/nightly` writes it beside the bundle.
fn accepted_night(bundle: &Path) -> Option<String> {
    let mut beside = bundle.as_os_str().to_owned();
    beside.push(".night");
    let text = std::fs::read_to_string(beside).ok()?;
    text.lines().next().map(str::to_owned)
}

/// What tonight's run has launched, or what is built of its commit.
fn new_build(args: &TrackCheckArgs, nights: &Nights, night: usize) -> Option<SideName> {
    match &args.run {
        Some(run) => side("run", &run.display().to_string()),
        None => side("commit", nights.heads[night].commit.as_deref()?),
    }
}

/// A side of a replay.
pub(super) fn side(kind: &str, which: &str) -> Option<SideName> {
    format!("{kind}:{which}").parse().ok()
}

fn tell(args: &TrackCheckArgs, check: &Check, open: &[Finding]) -> anyhow::Result<()> {
    let write = |path: &Path, text: String| {
        let written = write_whole(path, text.as_bytes());
        written.with_context(|| format!("cannot write {}", path.display()))
    };
    if let Some(path) = &args.export_markdown {
        write(path, said::markdown(check, open))?;
    }
    if let Some(path) = &args.export_junit {
        write(path, said::junit(check))?;
    }
    if args.json {
        return crate::out::json(&said::Printed { check, open });
    }
    for line in said::lines(check, open) {
        crate::out::line(&line)?;
    }
    if args.annotations {
        for line in said::annotations(check) {
            crate::out::line(&line)?;
        }
    }
    if check.judged == 0 {
        say::line("no series was judged: each needs 8 nights of this class of machine before it");
    }
    Ok(())
}
