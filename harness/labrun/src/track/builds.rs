//! The two builds that a night's suspects are replayed between: tonight's, and the last accepted one.

use std::path::Path;

use lab::side::{SideKind, SideName};
use labrun_history::files::HistoryFolder;
use labrun_history::{Finding, Nights};
use labrun_record::regular;

use crate::cli::TrackCheckArgs;

/// The bundle of the last accepted build.
const ACCEPTED: &str = "accepted.bundle";

/// An old build that suspects may be held against.
pub(super) struct OldBuild {
    /// Which.
    pub side: SideName,
    /// The night that it was measured in, if that is known: what was confirmed since is told already.
    pub night: Option<String>,
}

/// The last build that was accepted, the best of them first: the bundle that is kept for it, the commit
/// of the last night before the first regression that is open. What was named is the only one.
pub(super) fn old_builds(
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
    let text = regular::read_to_string(Path::new(&beside)).ok()?;
    let night = text.lines().next()?;
    let is_night = night.len() > 16 && night.as_bytes()[..8].iter().all(u8::is_ascii_digit);
    is_night.then(|| night.to_owned())
}

/// What tonight's run has launched, or what is built of its commit.
pub(super) fn new_build(args: &TrackCheckArgs, nights: &Nights, night: usize) -> Option<SideName> {
    match &args.run {
        Some(run) => side("run", &run.display().to_string()),
        None => side("commit", nights.heads[night].commit.as_deref()?),
    }
}

/// A side of a replay.
pub(super) fn side(kind: &str, which: &str) -> Option<SideName> {
    format!("{kind}:{which}").parse().ok()
}
