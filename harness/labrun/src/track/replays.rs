//! The suspects of a night, replayed in the same night against the last build that was accepted.

use std::collections::BTreeSet;

use lab::model::Ended;
use lab::outcome::chain;
use lab::side::SideName;
use labrun_analysis::{ReplayRow, Verdict};
use labrun_history::judge::{Known, Replay};
use labrun_history::{ToReplay, Watched};
use labrun_record::Row;

use super::builds::OldBuild;
use crate::cli::{Cli, ExportArgs, QuadsArgs, ReplayArgs, SelectArgs};
use crate::replay::of_rows;
use crate::say;
use crate::settings::Settings;

/// What is replayed, and how long.
pub(super) struct Request<'a> {
    /// The old builds that may be taken, the best first; none where there is none.
    pub old: Vec<OldBuild>,
    /// Whether somebody named it: another one will not do.
    pub is_named: bool,
    /// The new one.
    pub new: Option<SideName>,
    /// The scenario.
    pub scenario: &'a str,
    /// Quads of each.
    pub number: Option<u32>,
    /// Seconds for all.
    pub time_budget: Option<f64>,
    /// Folder of the replay's run.
    pub out: Option<std::path::PathBuf>,
}

/// Replays suspects; gives what each came to. `None` if it was interrupted.
pub(super) fn replay(
    cli: &Cli,
    settings: &Settings,
    (watched, suspects): (&Watched<'_>, &[ToReplay<'_>]),
    mut request: Request<'_>,
) -> anyhow::Result<Option<Vec<(usize, Replay)>>> {
    // What is counted is the same when it is counted again.
    let measured = |one: &&ToReplay<'_>| {
        let row = one.column.key.row();
        row.is_some_and(|row| !row.metric.is_counted())
    };
    let suspects: Vec<&ToReplay<'_>> = suspects.iter().filter(measured).collect();
    let all = |replay: Replay| suspects.iter().map(|one| (one.place, replay)).collect();
    if suspects.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let Some(b) = request.new.take().filter(|_| !request.old.is_empty()) else {
        say::line(
            "there is no old build to hold the suspects against: they are decided by the next night",
        );
        return Ok(Some(all(Replay::NoOldBuild)));
    };
    let mut replayed = None;
    for old in std::mem::take(&mut request.old) {
        let known = |one: &ToReplay<'_>| watched.known(*one, old.night.as_deref());
        let comparable = suspects.iter().filter(|one| known(one).is_some());
        let rows: BTreeSet<Row> = comparable
            .filter_map(|one| one.column.key.row().cloned())
            .collect();
        if rows.is_empty() {
            say::line(&format!(
                "{}: something was accepted since then, and how much is not known: the suspects are decided by \
                 the next night",
                old.side
            ));
            continue;
        }
        let a = old.side;
        say::line(&format!(
            "replaying {} suspects: {a} against {b}",
            rows.len()
        ));
        let args = arguments(a, &b, &request);
        match of_rows(cli, settings, &args, rows) {
            Ok(Some(both)) => {
                replayed = Some((both, old.night));
                break;
            }
            Ok(None) => return Ok(None),
            Err(error) if request.is_named => {
                let side = &args.a;
                return Err(
                    error.context(format!("the suspects cannot be replayed against {side}"))
                );
            }
            // An old build that cannot be had any more is no fault of the night.
            Err(error) => say::line(&format!(
                "the suspects cannot be replayed: {}",
                chain(error.as_ref())
            )),
        }
    }
    let Some(((read, ended), old)) = replayed else {
        return Ok(Some(all(Replay::NoOldBuild)));
    };
    if ended == Ended::Interrupted {
        return Ok(None);
    }
    read.say_where();
    let results = read.summary.replay.as_ref().map(|replay| &replay.results);
    let results = results.map_or(&[][..], Vec::as_slice);
    let other_work = read.run.replay.as_ref().map(other_work).unwrap_or_default();
    if !other_work.is_empty() {
        let named: Vec<&str> = other_work.iter().copied().collect();
        say::line(&format!(
            "the old build was asked for other work (arguments, files or outputs) in {}: its suspects are \
             decided by the next night",
            named.join(", ")
        ));
    }
    let of = |one: &&ToReplay<'_>| {
        let own = one.column.key.row();
        let is_other = own.is_some_and(|row| other_work.contains(&*row.workload));
        let replayed = results.iter().find(|result| Some(&result.row) == own);
        let known = watched.known(**one, old.as_deref());
        let replay = match (known, replayed) {
            (Some(known), Some(result)) if !is_other => {
                beyond(result, known, watched.least_effect(**one))
            }
            (Some(_), None) if !is_other => Replay::NotReplayed,
            _ => Replay::NoOldBuild,
        };
        (one.place, replay)
    };
    Ok(Some(suspects.iter().map(of).collect()))
}

/// What `labrun replay` would be asked for two builds.
fn arguments(a: SideName, b: &SideName, request: &Request<'_>) -> ReplayArgs {
    ReplayArgs {
        a,
        b: b.clone(),
        scenario: Some(request.scenario.to_owned()),
        select: SelectArgs::default(),
        suspects: false,
        quads: QuadsArgs {
            number: request.number,
            time_budget: request.time_budget,
            seed: None,
            out: request.out.clone(),
            full: false,
            json: false,
            exports: ExportArgs::default(),
        },
        strict: false,
    }
}

/// The workloads that the sides of a replay were asked different work of. What is slower then is not the
/// build.
fn other_work(replay: &labrun_record::Replay) -> BTreeSet<&str> {
    let [a, b] = &replay.sides;
    let shared = a.inputs.iter().filter_map(|(name, of_a)| {
        let of_b = b.inputs.get(name)?;
        (of_a != of_b).then_some(name.as_str())
    });
    shared.collect()
}

/// What a replay says of a row beyond what was known of the two builds.
fn beyond(row: &ReplayRow, known: Known, least: f64) -> Replay {
    if known == Known::NOTHING {
        return verdict(row);
    }
    let Some(ratio) = row.ratio else {
        return Replay::NotReplayed;
    };
    match (ratio.value, ratio.ci) {
        (Some(value), Some(interval)) => Replay::beyond(known, value, interval, least),
        _ => Replay::Inconclusive,
    }
}

/// What a replay says of a row.
pub(super) fn verdict(row: &ReplayRow) -> Replay {
    let Some(ratio) = row.ratio else {
        return Replay::NotReplayed;
    };
    match (ratio.verdict, ratio.value, ratio.ci) {
        (Verdict::Better | Verdict::Worse, Some(value), Some(interval)) => Replay::Confirmed {
            ratio: value,
            interval,
        },
        (Verdict::Equivalent, ..) => Replay::Equivalent,
        _ => Replay::Inconclusive,
    }
}
