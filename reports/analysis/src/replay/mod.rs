//! What a replay comes to: for each row the ratio of its sides over whole quads, and a verdict.

mod doubts;
mod quads;
mod resolution;
mod summary;

use labrun_record::{Better, Metric, Outcome, Pair, QUADS, Row, Run, SCHEMA_VERSION, Sample, Side};

pub(crate) use doubts::of_rows;
pub use resolution::resolution;
pub use summary::{ReplayCounts, ReplayRatio, ReplayRow, ReplaySummary, SideName, SideNumbers};

use crate::latency::Latency;
use crate::outcome::{RowOutcome, lines_by_row};
use crate::stats::{
    Interval, RatioEstimate, RatioIntervals, median, median_interval, quad_ratio, row_seed,
};
use crate::verdict::{verdict_beyond, verdict_exact};
use crate::{Verdict, outcome_of, parallel};
use quads::{Quads, alike};

/// What a replay comes to; `None` if the run is no replay.
///
/// Better or worse is beyond the replay's own margin, equivalent within the plan's. Only whole
/// quads count. A row of which a launch went wrong has no numbers, as in every run: it says what
/// went wrong and on which side.
pub fn decide(run: &Run, samples: &[Sample]) -> Option<ReplaySummary> {
    let replay = run.replay.as_ref()?;
    let lines = lines_by_row(run, samples);
    let margins = (replay.margin, run.plan.margin);
    let results: Vec<ReplayRow> = parallel::map(run.rows.len(), |index| {
        let pair = replay.pairs.get(index).cloned().unwrap_or_default();
        decide_row(
            run,
            &run.rows[index],
            pair,
            &in_order(&lines[index]),
            margins,
        )
    });
    Some(ReplaySummary {
        schema_version: SCHEMA_VERSION,
        run: run.id.clone(),
        started: run.started.clone(),
        machine: run.into(),
        sides: replay.sides.each_ref().map(|side| SideName {
            name: side.name.clone(),
            of: side.of.clone(),
            lab_version: side.lab_version.clone(),
        }),
        margin: replay.margin,
        equivalence: run.plan.margin,
        indicative: run.indicative,
        interrupted: run.interrupted.clone(),
        counts: count(&results),
        results,
    })
}

/// The margins that hold for a metric: a count is told apart where a time would not be.
pub(crate) fn margins_of(metric: Metric, (own, plan): (f64, f64)) -> (f64, f64) {
    if metric.is_counted() {
        (own.min(MARGIN_OF_COUNTS), plan.min(MARGIN_OF_COUNTS))
    } else {
        (own, plan)
    }
}

/// The margin of counts that vary a little.
const MARGIN_OF_COUNTS: f64 = 0.001;

/// Lines in the order in which they were taken.
fn in_order<'a>(lines: &[&'a Sample]) -> Vec<&'a Sample> {
    let mut lines = lines.to_vec();
    lines.sort_by_key(|line| line.seq);
    lines
}

fn decide_row(
    run: &Run,
    row: &Row,
    Pair { b, change }: Pair,
    lines: &[&Sample],
    margins: (f64, f64),
) -> ReplayRow {
    let quads = Quads::of(lines);
    let margins = margins_of(row.metric, margins);
    let exact = row.metric.is_exact();
    let RowOutcome {
        mut outcome,
        mut reason,
        side,
    } = outcome_of(run, lines);
    if lines.is_empty() && run.interrupted.is_none() {
        reason = Some("there was no time for a quad of it: raise `--time-budget`".to_owned());
    }
    let [a, b_values] = if exact {
        quads::values(lines)
    } else {
        quads.by_side()
    };
    if outcome == Outcome::Measured && (a.is_empty() || b_values.is_empty()) {
        outcome = Outcome::NotSelected;
        reason = Some(match &run.interrupted {
            Some(why) => format!("no quad of it was whole: {why}"),
            None => "no quad of it was whole".to_owned(),
        });
    }
    let measured = outcome == Outcome::Measured;
    let seed = row_seed(run.seed, row);
    let pooled = [Side::A, Side::B].map(|side| pooled(run, row, lines, side));
    let numbers = |values: &[f64], pooled: &Option<Latency>| {
        let of_requests = pooled.as_ref().map(|latency| of_requests(latency, seed));
        measured.then(|| of_requests.unwrap_or_else(|| numbers(values, exact, seed)))?
    };
    let better = row.metric.better();
    let is_foreign = run.machine.emulated || row.arch != run.machine.arch;
    let foreign = is_foreign && !row.metric.is_counted();
    let ratio = if !measured || foreign {
        None
    } else if exact {
        exact_ratio(&a, &b_values, better)
    } else if let [Some(a), Some(b)] = &pooled {
        let ratio = b.ratio_to(a, true, seed);
        ratio.map(|ratio| judged(ratio, better, margins))
    } else {
        measured_ratio(&quads, better, margins, seed)
    };
    if measured && ratio.is_none() {
        reason = Some(no_ratio(foreign));
    }
    ReplayRow {
        row: row.clone(),
        row_b: b,
        change,
        unit: row.metric.unit(),
        better,
        outcome,
        reason,
        failed_side: side,
        quads: quads.whole.len(),
        // Of what is counted every launch counts.
        unfinished: if exact { 0 } else { quads.unfinished },
        failed: quads.failed,
        a: numbers(&a, &pooled[0]),
        b: numbers(&b_values, &pooled[1]),
        ratio,
    }
}

/// Why a row that was measured has no ratio.
fn no_ratio(foreign: bool) -> String {
    if foreign {
        "emulated: nothing of it is compared".to_owned()
    } else {
        "a value is 0 or less, and nothing is a multiple of it".to_owned()
    }
}

/// A side's values in the order taken.
fn numbers(values: &[f64], exact: bool, seed: u64) -> Option<SideNumbers> {
    let ci: Option<Interval> = match alike(values) {
        Some(value) if exact => Some([value; 2]),
        _ => median_interval(values, seed),
    };
    Some(SideNumbers {
        n: values.len(),
        median: median(values)?,
        ci,
    })
}

/// Of a quantile of latency what the launches of a side saw together, over the quads that are whole.
fn pooled(run: &Run, row: &Row, lines: &[&Sample], side: Side) -> Option<Latency> {
    let is_whole = |line: &&Sample| {
        let quad = lines.iter().filter(|other| other.block == line.block);
        quad.filter(|other| other.value.is_some()).count() == QUADS[0].len()
    };
    let own = lines.iter().copied().filter(|line| line.side == Some(side));
    Latency::of(run, row, &own.filter(is_whole).collect::<Vec<_>>())
}

/// The quantile of the requests of all launches of a side.
fn of_requests(latency: &Latency, seed: u64) -> Option<SideNumbers> {
    let (_, median, ci) = latency.pooled(seed).ok()?;
    Some(SideNumbers {
        n: latency.n(),
        median,
        ci,
    })
}

fn measured_ratio(
    quads: &Quads,
    better: Better,
    margins: (f64, f64),
    seed: u64,
) -> Option<ReplayRatio> {
    Some(judged(quad_ratio(&quads.whole, seed)?, better, margins))
}

fn judged(ratio: RatioEstimate, better: Better, (margin, equivalence): (f64, f64)) -> ReplayRatio {
    ReplayRatio {
        value: Some(ratio.value),
        ci: ratio.intervals.map(|both| both.ci),
        ci90: ratio.intervals.map(|both| both.ci90),
        ci99: ratio.ci99,
        verdict: verdict_beyond(&ratio, better, margin, equivalence),
    }
}

/// The same, or not. A side that has counted two different values decides nothing.
fn exact_ratio(a: &[f64], b: &[f64], better: Better) -> Option<ReplayRatio> {
    let (median_a, median_b) = (median(a)?, median(b)?);
    let value = (median_a > 0.0).then(|| median_b / median_a);
    let both = alike(a).zip(alike(b));
    let intervals = both.and(value).map(RatioIntervals::exact);
    Some(ReplayRatio {
        value,
        ci: intervals.map(|both| both.ci),
        ci90: intervals.map(|both| both.ci90),
        ci99: intervals.map(|both| both.ci),
        verdict: both.map_or(Verdict::Inconclusive, |(a, b)| verdict_exact(a, b, better)),
    })
}

fn count(results: &[ReplayRow]) -> ReplayCounts {
    let mut counts = ReplayCounts::default();
    for row in results {
        *match row.verdict() {
            Some(Verdict::Better) => &mut counts.better,
            Some(Verdict::Worse) => &mut counts.worse,
            Some(Verdict::Equivalent) => &mut counts.equivalent,
            Some(Verdict::Inconclusive) => &mut counts.inconclusive,
            None => &mut counts.not_decided,
        } += 1;
    }
    counts
}
