//! Two runs set side by side, row by row.

mod again;
mod confirm;
mod judge;
mod launched;
mod obstacles;
mod outcomes;
mod replayed;
mod shift;
mod suspects;

use labrun_record::{
    Better, Outcome, Row, Run, SCHEMA_VERSION, Sample, Side as ReplayedSide, Unit,
};
use serde::{Deserialize, Serialize};

pub use confirm::Confirmation;
pub use outcomes::Unmeasured;
pub use shift::{Cause, CommonShift, ControlShift, Quantity};

use crate::outcome::{Given, lines_by_row};
use crate::stats::row_seed;
use crate::summarise::summarise_row;
use crate::{Disturbance, Interval, Verdict};
use launched::Launched;
use obstacles::{kinds, obstacles, part_ways, unlike_blocks};

/// One run's records.
#[derive(Debug, Clone, Copy)]
pub struct Measurements<'a> {
    /// Its `run.json`.
    pub run: &'a Run,
    /// Its `samples.jsonl`.
    pub samples: &'a [Sample],
}

/// Two runs, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// Version of the shape.
    pub schema_version: u32,
    /// What is compared with.
    pub base: RunId,
    /// What is compared.
    pub candidate: RunId,
    /// Why the two cannot be compared; empty if they can.
    pub incomparable: Vec<String>,
    /// Whether they were compared in spite of that.
    pub forced: bool,
    /// The equivalence margin of the verdicts: the wider of the two runs', of the first part.
    pub margin: f64,
    /// What moved all rows alike: as a rule the machine's own shift. Rows are judged after it.
    pub shifts: Vec<CommonShift>,
    /// How many rows got which verdict.
    pub counts: Counts,
    /// The rows that both runs have, in the base's order.
    pub rows: Vec<Pair>,
    /// The rows that only the base has.
    pub only_in_base: Vec<Unpaired>,
    /// The rows that only the candidate has.
    pub only_in_candidate: Vec<Unpaired>,
    /// The rows that are worse by a count (a size, a check that holds no longer), by their numbers in
    /// `rows`: what is counted is no noise, and needs no other run to be confirmed.
    #[serde(default)]
    pub counted: Vec<usize>,
    /// What another run says of the other rows that are worse; null where none was asked.
    pub confirmation: Option<Confirmation>,
}

/// Which run, taken how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunId {
    /// Name of the run.
    pub run: String,
    /// Name of its scenario.
    pub scenario: String,
    /// When it began.
    pub started: String,
    /// Version of labrun.
    pub lab_version: String,
    /// Version of the method.
    pub method_version: u32,
    /// The machine class.
    pub class: String,
    /// Whether it was taken with `--quick`.
    pub indicative: bool,
    /// Whether it was ended before its plan was.
    pub interrupted: bool,
    /// What else used the processors meanwhile; null where nobody looked.
    #[serde(default)]
    pub disturbance: Option<Disturbance>,
}

/// How many rows got which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// The candidate is better.
    pub better: usize,
    /// The candidate is worse.
    pub worse: usize,
    /// They are equivalent.
    pub equivalent: usize,
    /// Both were measured, and the interval decides nothing.
    pub inconclusive: usize,
    /// A side was not measured, is an emulated time or memory, or the runs cannot be compared.
    pub not_compared: usize,
    /// Rows of the base alone.
    pub only_in_base: usize,
    /// Rows of the candidate alone.
    pub only_in_candidate: usize,
}

/// A row of both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// The identity.
    #[serde(flatten)]
    pub row: Row,
    /// Unit of the numbers.
    pub unit: Unit,
    /// Which direction is better.
    pub better: Better,
    /// The row in the base.
    pub base: Side,
    /// The row in the candidate.
    pub candidate: Side,
    /// The candidate against the base; null where it was not compared.
    pub ratio: Option<PairRatio>,
}

/// A row in one of the runs. The numbers are null unless it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Side {
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not measured.
    pub reason: Option<String>,
    /// Version of the isolation.
    pub isolation_version: Option<String>,
    /// Launches that gave a value.
    pub n: Option<usize>,
    /// Median; of a latency the quantile of the requests of all launches.
    pub median: Option<f64>,
    /// 95% interval of it.
    pub ci: Option<Interval>,
}

/// The candidate against the base.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairRatio {
    /// Median of the candidate / median of the base; null where that is 0.
    pub value: Option<f64>,
    /// 95% bootstrap interval, launches of the two runs resampled independently.
    pub ci: Option<Interval>,
    /// The same without what all rows have in common, and with what is not known of that; null where
    /// nothing in common is known.
    pub own: Option<OwnRatio>,
    /// What the intervals allow to be said: those without what is in common, where they are known.
    pub verdict: Verdict,
}

/// A ratio without what all rows have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnRatio {
    /// The ratio.
    pub value: f64,
    /// Its 95% interval.
    pub ci: Option<Interval>,
}

/// A row that one run alone has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unpaired {
    /// The identity.
    #[serde(flatten)]
    pub row: Row,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not measured.
    pub reason: Option<String>,
}

/// Compares `candidate` with `base`, row by row, by equality of identities.
///
/// Each row is judged after what all rows have in common ([`CommonShift`]), with what rows move by
/// themselves from one run to another in its interval. Runs of different
/// machine classes or scenarios, or of which one took more than twice as many kinds of launch, are
/// listed and not compared, with the reasons in `incomparable`, unless `force`; those of different
/// methods, and replays, in no case. Of emulated rows only counts are compared.
pub fn compare(base: Measurements<'_>, candidate: Measurements<'_>, force: bool) -> Comparison {
    let margin = |old: usize, new: usize| {
        let (old, new) = (base.run.plan_of(old), candidate.run.plan_of(new));
        old.margin.max(new.margin)
    };
    let (old, new) = (sides(base), sides(candidate));
    let mut incomparable = obstacles(base.run, candidate.run);
    incomparable.extend(unlike_blocks(
        kinds(base.run, &old),
        kinds(candidate.run, &new),
    ));
    let allowed = incomparable.is_empty() || force && !part_ways(base.run, candidate.run);
    let place = |rows: &[Row], row: &Row| rows.iter().position(|other| other == row);

    let mut rows = Vec::new();
    let mut estimates = Vec::new();
    let mut only_in_base = Vec::new();
    for (index, (row, side)) in base.run.rows.iter().zip(&old).enumerate() {
        let Some(other) = place(&candidate.run.rows, row) else {
            only_in_base.push(unpaired(row, &side.0));
            continue;
        };
        let compares = [base.run, candidate.run]
            .iter()
            .all(|run| run.compares(row));
        let seed = row_seed(base.run.seed ^ candidate.run.seed.rotate_left(32), row);
        let estimate = (allowed && compares)
            .then(|| judge::estimate(row, side, &new[other], seed))
            .flatten();
        estimates.push(estimate.map(|estimate| (estimate, margin(index, other))));
        rows.push(Pair {
            row: row.clone(),
            unit: row.metric.unit(),
            better: row.metric.better(),
            base: side.0.clone(),
            candidate: new[other].0.clone(),
            ratio: None,
        });
    }
    let launched = [base.run, candidate.run].map(Launched::of);
    let same = |pair: &Pair| launched[0].has_artifact_of(&launched[1], &pair.row);
    let shifts = CommonShift::all(&rows, &estimates, same);
    for (pair, estimate) in rows.iter_mut().zip(estimates) {
        pair.ratio = estimate.map(|(estimate, margin)| {
            let common = CommonShift::on(&shifts, pair);
            judge::judged(&estimate, common, pair.better, margin)
        });
    }
    let only_in_candidate: Vec<Unpaired> = candidate
        .run
        .rows
        .iter()
        .zip(&new)
        .filter(|(row, _)| place(&base.run.rows, row).is_none())
        .map(|(row, side)| unpaired(row, &side.0))
        .collect();
    let mut comparison = Comparison {
        schema_version: SCHEMA_VERSION,
        base: run_id(base.run),
        candidate: run_id(candidate.run),
        forced: allowed && !incomparable.is_empty(),
        incomparable,
        margin: margin(0, 0),
        shifts,
        counts: count(&rows, only_in_base.len(), only_in_candidate.len()),
        rows,
        only_in_base,
        only_in_candidate,
        counted: Vec::new(),
        confirmation: None,
    };
    comparison.count_out();
    comparison
}

/// A row, and what its launches gave.
type Measured = (Side, Given);

fn sides(of: Measurements<'_>) -> Vec<Measured> {
    lines_by_row(of.run, of.samples)
        .iter_mut()
        .zip(&of.run.rows)
        .map(|(lines, row)| {
            // The rows of a replay are those of side A.
            lines.retain(|line| line.side != Some(ReplayedSide::B));
            let given = Given::of(of.run, row, lines);
            let row = summarise_row(of.run, row, lines, &given);
            let side = Side {
                n: row.numbers.as_ref().map(|numbers| numbers.n),
                median: row.median(),
                ci: row.ci(),
                outcome: row.outcome,
                reason: row.reason,
                isolation_version: row.isolation_version,
            };
            (side, given)
        })
        .collect()
}

fn count(rows: &[Pair], only_in_base: usize, only_in_candidate: usize) -> Counts {
    let mut counts = Counts {
        only_in_base,
        only_in_candidate,
        ..Counts::default()
    };
    for row in rows {
        *match row.ratio.map(|r| r.verdict) {
            Some(Verdict::Better) => &mut counts.better,
            Some(Verdict::Worse) => &mut counts.worse,
            Some(Verdict::Equivalent) => &mut counts.equivalent,
            Some(Verdict::Inconclusive) => &mut counts.inconclusive,
            None => &mut counts.not_compared,
        } += 1;
    }
    counts
}

fn run_id(run: &Run) -> RunId {
    RunId {
        run: run.id.clone(),
        scenario: run.scenario.clone(),
        started: run.started.clone(),
        lab_version: run.lab_version.clone(),
        method_version: run.method_version,
        class: run.machine_class.clone(),
        indicative: run.indicative,
        interrupted: run.interrupted.is_some(),
        disturbance: Disturbance::of(run),
    }
}

fn unpaired(row: &Row, side: &Side) -> Unpaired {
    Unpaired {
        row: row.clone(),
        outcome: side.outcome,
        reason: side.reason.clone(),
    }
}
