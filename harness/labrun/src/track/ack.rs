//! `labrun track ack`: what was found is accepted, with a reason, in a file that is committed.

use std::path::Path;

use anyhow::Context as _;
use labrun_history::{Epoch, Epochs, Finding, Findings, Nights, Watching};
use labrun_record::{regular, write_whole};

use super::{existing, name_damaged, rules};
use crate::cli::{Cli, TrackAckArgs};
use crate::exit::{self, Usage};

/// Nights that are read to see what is open.
const NIGHTS: usize = 200;

/// What is written above the first epoch.
const HEADER: &str = "# From these nights on another value is normal. Written by `labrun track ack`; to be committed.\n";

/// Accepts what is open.
pub(super) fn run(cli: &Cli, args: &TrackAckArgs) -> anyhow::Result<u8> {
    let history = existing(&args.history)?;
    let mut known = rules::known(&history, None, cli.lab.as_deref())?;
    name_damaged(&known.damaged);
    let path = args.epochs.clone();
    let path = path.unwrap_or_else(|| rules::path_of(rules::EPOCHS, cli.lab.as_deref()));
    let epochs: Epochs = if path.exists() {
        lab::define::read_toml(&path)?
    } else {
        Epochs::default()
    };
    // What was accepted in it before is not open any more, wherever the file is.
    let accepted = rules::nights_of(epochs.clone())?;
    rules::warn_of_later(&accepted, &history)?;
    known.watching.epochs.epoch.extend(accepted.epoch);
    let mut open: Vec<Finding> = Vec::new();
    for nights in all_nights(&history, &known.watching)? {
        open.extend(
            Findings::new(&nights, &known.watching)
                .still_open()
                .into_iter()
                .filter(|one| {
                    // A finding belongs to the nights that have the one of its confirmation.
                    nights.place(&one.night).is_some()
                }),
        );
    }
    let none = |said: &str| -> anyhow::Error {
        let open: Vec<&str> = open.iter().map(|one| one.label.as_str()).collect();
        let open = match open.join("; ") {
            none if none.is_empty() => "nothing is open".to_owned(),
            some => format!("open: {some}"),
        };
        Usage(format!("{said}: {open}")).into()
    };
    let mut words = args.what.iter();
    if let Some(word) = words.find(|what| !open.iter().any(|one| is_meant(one, what))) {
        return Err(none(&format!("there is nothing to accept by `{word}`")));
    }
    let is_taken =
        |one: &&Finding| args.what.is_empty() || args.what.iter().any(|what| is_meant(one, what));
    let taken: Vec<&Finding> = open.iter().filter(is_taken).collect();
    if taken.is_empty() {
        return Err(none("there is nothing to accept"));
    }
    let new = taken.iter().map(|one| Epoch {
        since: one.since.clone(),
        reason: args.reason.clone(),
        series: one.series.clone(),
        workload: None,
        isolation: None,
        metric: None,
    });
    append(&path, &epochs, new.collect())?;
    for one in &taken {
        crate::out::line(&format!("accepted: {} since {}", one.label, one.since))?;
    }
    let shown = std::path::absolute(&path).unwrap_or(path);
    crate::out::line(&format!("written to {}: commit it", shown.display()))?;
    Ok(exit::FINE)
}

/// Writes epochs behind those that a file has; what people wrote in it stays as it is.
fn append(path: &Path, before: &Epochs, new: Vec<Epoch>) -> anyhow::Result<()> {
    let shown = path.display();
    let cannot = || format!("cannot write {shown}");
    let mut text = if path.exists() {
        regular::read_to_string(path).with_context(|| format!("cannot read {shown}"))?
    } else {
        HEADER.to_owned()
    };
    let all = Epochs {
        epoch: [before.epoch.clone(), new.clone()].concat(),
    };
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text.push_str(&toml::to_string_pretty(&Epochs { epoch: new })?);
    // Where they stand in a list in brackets, none can follow by itself.
    if toml::from_str::<Epochs>(&text).ok() != Some(all) {
        anyhow::bail!(Usage(format!(
            "nothing can be put behind what is in {shown}: write each of its epochs below a line [[epoch]] of its own"
        )));
    }
    write_whole(path, text.as_bytes()).with_context(cannot)
}

/// Whether a word means a finding: by its label, or by an id of its series.
pub(super) fn is_meant(finding: &Finding, what: &str) -> bool {
    let mut ids = finding.series.iter();
    finding.label.starts_with(what) || ids.any(|id| id.starts_with(what))
}

/// The last nights of each class and scenario.
pub(super) fn all_nights(
    history: &labrun_history::files::HistoryFolder,
    watching: &Watching,
) -> anyhow::Result<Vec<Nights>> {
    let mut kinds: Vec<(String, String)> = Vec::new();
    for one in history.stored()?.iter().rev().take(NIGHTS) {
        if let Ok(night) = one.read() {
            let kind = (night.head.class, night.head.scenario);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    let mut all = Vec::new();
    for (class, scenario) in kinds {
        let times = (watching.first_unsettled(), None);
        all.push(history.nights(&class, &scenario, times, NIGHTS)?.nights);
    }
    Ok(all)
}
