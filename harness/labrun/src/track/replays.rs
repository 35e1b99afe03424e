//! The suspects of a night, replayed in the same night against the last build that was accepted.

use std::collections::BTreeSet;

use lab::model::Ended;
use lab::outcome::chain;
use lab::side::SideName;
use labrun_analysis::{ReplayRow, Verdict};
use labrun_history::ToReplay;
use labrun_history::judge::Replay;
use labrun_record::Row;

use crate::cli::{Cli, ExportArgs, QuadsArgs, ReplayArgs, SelectArgs};
use crate::replay::of_rows;
use crate::say;
use crate::settings::Settings;

/// What is replayed, and how long.
pub(super) struct Request<'a> {
    /// The old builds that may be taken, the best first; none where there is none.
    pub old: Vec<SideName>,
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
    suspects: &[ToReplay<'_>],
    request: Request<'_>,
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
    let Some(b) = request.new.filter(|_| !request.old.is_empty()) else {
        say::line(
            "there is no old build to hold the suspects against: they are decided by the next night",
        );
        return Ok(Some(all(Replay::NoOldBuild)));
    };
    let rows: BTreeSet<Row> = suspects
        .iter()
        .filter_map(|one| one.column.key.row().cloned())
        .collect();
    let mut replayed = None;
    for a in request.old {
        say::line(&format!(
            "replaying {} suspects: {a} against {b}",
            suspects.len()
        ));
        let args = ReplayArgs {
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
        };
        match of_rows(cli, settings, &args, rows.clone()) {
            Ok(Some(both)) => {
                replayed = Some(both);
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
    let Some((read, ended)) = replayed else {
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
        let replay = match replayed {
            _ if is_other => Replay::NoOldBuild,
            Some(result) => verdict(result),
            None => Replay::NotReplayed,
        };
        (one.place, replay)
    };
    Ok(Some(suspects.iter().map(of).collect()))
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
