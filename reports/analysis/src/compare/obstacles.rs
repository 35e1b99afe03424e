//! Why two runs cannot be compared.

use std::collections::BTreeSet;

use labrun_record::{Load, Metric, Outcome, Row, Run};

use super::Measured;

/// Why two runs cannot be compared.
pub(super) fn obstacles(base: &Run, candidate: &Run) -> Vec<String> {
    let of = |run: &Run| {
        [
            ("machine classes", run.machine_class.clone()),
            ("method versions", run.method_version.to_string()),
            ("scenarios", run.scenario.clone()),
        ]
    };
    let pairs = of(base).into_iter().zip(of(candidate));
    let differ = pairs
        .filter(|((_, a), (_, b))| a != b)
        .map(|((what, a), (_, b))| format!("{what} differ: {a} and {b}"));
    let replays = [base, candidate].into_iter();
    let replays = replays.filter(|run| run.replay.is_some());
    let replays =
        replays.map(|run| format!("{} is a replay, and has both sides in itself", run.id));
    let loads = base.loads.iter().filter_map(|load| {
        let same = |other: &&Load| other.workload == load.workload;
        let mut others = candidate.loads.iter().filter(same).peekable();
        // One of a labrun that did not write them says nothing.
        others.peek()?;
        let is_alike = |other: &Load| {
            other.requests == load.requests && other.first_warmup_s == load.first_warmup_s
        };
        (!others.any(is_alike)).then(|| {
            format!(
                "what the servers of {} were asked under load differs",
                load.workload
            )
        })
    });
    replays.chain(differ).chain(loads).collect()
}

/// Whether nothing makes the two comparable: what each measures is another thing.
pub(super) fn part_ways(base: &Run, candidate: &Run) -> bool {
    base.method_version != candidate.method_version
        || [base, candidate].iter().any(|run| run.replay.is_some())
}

/// How many times as many kinds of launch one of two runs may take.
const KINDS_LIMIT: usize = 2;

/// How many kinds of cold start were launched in turn: so long is a block, and so cold
/// are the caches when a kind's turn comes again.
pub(super) fn kinds(run: &Run, sides: &[Measured]) -> usize {
    let launched: BTreeSet<Row> = run
        .rows
        .iter()
        .zip(sides)
        .filter(|(row, (side, _))| row.start.is_some() && side.outcome == Outcome::Measured)
        .map(|(row, _)| Row {
            // One launch gives a value for each.
            metric: Metric::TimeToFirstResult,
            ..row.clone()
        })
        .collect();
    launched.len()
}

pub(super) fn unlike_blocks(base: usize, candidate: usize) -> Option<String> {
    let (few, many) = (base.min(candidate), base.max(candidate));
    (few > 0 && many > KINDS_LIMIT * few).then(|| {
        format!(
            "selections differ: {base} and {candidate} kinds of launch took turns, so that caches \
             were not equally cold"
        )
    })
}
