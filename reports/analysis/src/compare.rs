//! Two runs set side by side, row by row.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use labrun_record::{Better, Metric, Outcome, Row, Run, SCHEMA_VERSION, Sample, Unit};
use serde::{Deserialize, Serialize};

use crate::outcome::{lines_by_row, observations};
use crate::stats::{Observation, row_seed};
use crate::summarise::{ratio_of, summarise_row};
use crate::{Interval, Verdict, verdict};

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
    /// The equivalence margin of the verdicts: the wider of the two runs'.
    pub margin: f64,
    /// How many rows got which verdict.
    pub counts: Counts,
    /// The rows that both runs have, in the base's order.
    pub rows: Vec<Pair>,
    /// The rows that only the base has.
    pub only_in_base: Vec<Unpaired>,
    /// The rows that only the candidate has.
    pub only_in_candidate: Vec<Unpaired>,
}

/// Which run, taken how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// How many rows got which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// The candidate is better.
    pub better: usize,
    /// The candidate is worse.
    pub worse: usize,
    /// They are equivalent.
    pub equivalent: usize,
    /// Both were measured, and the interval decides nothing.
    pub inconclusive: usize,
    /// A side was not measured, is emulated, or the runs cannot be compared.
    pub not_compared: usize,
    /// Rows of the base alone.
    pub only_in_base: usize,
    /// Rows of the candidate alone.
    pub only_in_candidate: usize,
}

/// A row of both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
pub struct Side {
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not measured.
    pub reason: Option<String>,
    /// Version of the isolation.
    pub isolation_version: Option<String>,
    /// Launches that gave a value.
    pub n: Option<usize>,
    /// Median.
    pub median: Option<f64>,
    /// 95% bootstrap interval of the median.
    pub ci: Option<Interval>,
}

/// The candidate against the base.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairRatio {
    /// Median of the candidate / median of the base; null where that is 0.
    pub value: Option<f64>,
    /// 95% bootstrap interval, launches of the two runs resampled independently.
    pub ci: Option<Interval>,
    /// What the interval allows to be said.
    pub verdict: Verdict,
}

/// A row that one run alone has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
/// Runs of different machine classes, method versions or scenarios, or of which one took
/// more than twice as many kinds of launch, are listed and not compared, with the reasons
/// in `incomparable`, unless `force`. Emulated rows are never compared.
pub fn compare(base: Measurements<'_>, candidate: Measurements<'_>, force: bool) -> Comparison {
    let margin = base.run.plan.margin.max(candidate.run.plan.margin);
    let (old, new) = (sides(base), sides(candidate));
    let mut incomparable = obstacles(base.run, candidate.run);
    incomparable.extend(unlike_blocks(
        kinds(base.run, &old),
        kinds(candidate.run, &new),
    ));
    let allowed = incomparable.is_empty() || force;
    let place = |rows: &[Row], row: &Row| rows.iter().position(|other| other == row);

    let mut rows = Vec::new();
    let mut only_in_base = Vec::new();
    for (row, side) in base.run.rows.iter().zip(&old) {
        let Some(index) = place(&candidate.run.rows, row) else {
            only_in_base.push(unpaired(row, &side.0));
            continue;
        };
        let other = &new[index];
        let emulated = [base.run, candidate.run]
            .iter()
            .any(|run| run.machine.emulated || run.machine.arch != row.arch);
        let seed = row_seed(base.run.seed ^ candidate.run.seed.rotate_left(32), row);
        rows.push(Pair {
            row: row.clone(),
            unit: row.metric.unit(),
            better: row.metric.better(),
            base: side.0.clone(),
            candidate: other.0.clone(),
            ratio: (allowed && !emulated)
                .then(|| ratio(row, side, other, margin, seed))
                .flatten(),
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
    Comparison {
        schema_version: SCHEMA_VERSION,
        base: run_id(base.run),
        candidate: run_id(candidate.run),
        forced: force && !incomparable.is_empty(),
        incomparable,
        margin,
        counts: count(&rows, only_in_base.len(), only_in_candidate.len()),
        rows,
        only_in_base,
        only_in_candidate,
    }
}

/// Why two runs cannot be compared.
fn obstacles(base: &Run, candidate: &Run) -> Vec<String> {
    let of = |run: &Run| {
        [
            ("machine classes", run.machine_class.clone()),
            ("method versions", run.method_version.to_string()),
            ("scenarios", run.scenario.clone()),
        ]
    };
    let pairs = of(base).into_iter().zip(of(candidate));
    pairs
        .filter(|((_, a), (_, b))| a != b)
        .map(|((what, a), (_, b))| format!("{what} differ: {a} and {b}"))
        .collect()
}

/// How many times as many kinds of launch one of two runs may take.
const KINDS_LIMIT: usize = 2;

/// How many kinds of cold start were launched in turn: so long is a block, and so cold
/// are the caches when a kind's turn comes again.
fn kinds(run: &Run, sides: &[Measured]) -> usize {
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

fn unlike_blocks(base: usize, candidate: usize) -> Option<String> {
    let (few, many) = (base.min(candidate), base.max(candidate));
    (few > 0 && many > KINDS_LIMIT * few).then(|| {
        format!(
            "selections differ: {base} and {candidate} kinds of launch took turns, so that caches \
             were not equally cold"
        )
    })
}

type Measured = (Side, Vec<Observation>);

fn sides(of: Measurements<'_>) -> Vec<Measured> {
    lines_by_row(of.run, of.samples)
        .iter()
        .zip(&of.run.rows)
        .map(|(lines, row)| {
            let row = summarise_row(of.run, row, lines);
            let side = Side {
                n: row.numbers.as_ref().map(|numbers| numbers.n),
                median: row.median(),
                ci: row.ci(),
                outcome: row.outcome,
                reason: row.reason,
                isolation_version: row.isolation_version,
            };
            (side, observations(lines))
        })
        .collect()
}

fn ratio(row: &Row, base: &Measured, new: &Measured, margin: f64, seed: u64) -> Option<PairRatio> {
    let (of_new, of_base) = ((new.0.median?, &new.1[..]), (base.0.median?, &base.1[..]));
    if row.metric.unit() == Unit::Count {
        return Some(of_counts(of_base.0, of_new.0, row.metric.better()));
    }
    let (value, ci) = ratio_of(row.metric, of_new, of_base, false, seed)?;
    Some(PairRatio {
        value: Some(value),
        ci,
        verdict: verdict(ci, row.metric.better(), margin),
    })
}

/// What holds or does not is the same, or it is not: no margin says more.
fn of_counts(base: f64, new: f64, better: Better) -> PairRatio {
    let ordered = match better {
        Better::Higher => new.total_cmp(&base),
        Better::Lower => base.total_cmp(&new),
    };
    let value = (base > 0.0).then(|| new / base);
    PairRatio {
        value,
        ci: value.map(|value| [value, value]),
        verdict: match ordered {
            Ordering::Less => Verdict::Worse,
            Ordering::Equal => Verdict::Equivalent,
            Ordering::Greater => Verdict::Better,
        },
    }
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
    }
}

fn unpaired(row: &Row, side: &Side) -> Unpaired {
    Unpaired {
        row: row.clone(),
        outcome: side.outcome,
        reason: side.reason.clone(),
    }
}
