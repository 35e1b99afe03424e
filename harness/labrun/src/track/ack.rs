//! `labrun track ack`: what was found is accepted, with a reason, in a file that is committed.

use anyhow::Context as _;
use labrun_history::{Epoch, Epochs, Finding, Findings, Nights, Watching};
use labrun_record::write_whole;

use super::{existing, name_damaged, rules};
use crate::cli::{Cli, TrackAckArgs};
use crate::exit::{self, Usage};

/// Nights that are read to see what is open.
const NIGHTS: usize = 200;

/// Accepts what is open.
pub(super) fn run(cli: &Cli, args: &TrackAckArgs) -> anyhow::Result<u8> {
    let history = existing(&args.history)?;
    let mut known = rules::known(&history, None, cli.lab.as_deref())?;
    name_damaged(&known.damaged);
    let mut epochs: Epochs = if args.epochs.exists() {
        lab::define::read_toml(&args.epochs)?
    } else {
        Epochs::default()
    };
    // What was accepted in it before is not open any more, wherever the file is.
    let accepted = rules::nights_of(epochs.clone())?;
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
    let taken: Vec<&Finding> = open
        .iter()
        .filter(|one| args.what.is_empty() || args.what.iter().any(|what| is_meant(one, what)))
        .collect();
    if taken.is_empty() {
        let open: Vec<&str> = open.iter().map(|one| one.label.as_str()).collect();
        let open = match open.join("; ") {
            none if none.is_empty() => "nothing is open".to_owned(),
            some => format!("open: {some}"),
        };
        anyhow::bail!(Usage(format!("there is nothing to accept: {open}")));
    }
    for one in &taken {
        epochs.epoch.push(Epoch {
            since: one.since.clone(),
            reason: args.reason.clone(),
            series: one.series.clone(),
            workload: None,
            isolation: None,
            metric: None,
        });
    }
    let path = args.epochs.display();
    let text = format!(
        "# From these nights on another value is normal. Written by `labrun track ack`; to be committed.\n\n{}",
        toml::to_string_pretty(&epochs)?
    );
    write_whole(&args.epochs, text.as_bytes()).with_context(|| format!("cannot write {path}"))?;
    for one in &taken {
        crate::out::line(&format!("accepted: {} since {}", one.label, one.since))?;
    }
    crate::out::line(&format!("written to {path}: commit it"))?;
    Ok(exit::FINE)
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
