//! A run's files in, `summary.json` out.

use indexmap::IndexMap;
use labrun_record::{Metric, Outcome, Part, Row, Run, SCHEMA_VERSION, Sample};

use crate::outcome::{Given, lines_by_row};
use crate::replay::of_rows;
use crate::stats::{
    self, RatioEstimate, RatioIntervals, cliffs_delta, few_interval, few_ratio, hodges_lehmann,
    lag1, median_interval, quantile, ratio_apart, row_seed, shared_ratio, sorted, theil_sen,
};
use crate::{
    Interval, Numbers, PartSummary, PhaseSummary, Ratio, RowSummary, Shape, Summary, artifact_of,
    curve, decide, latency, outcome_of, parallel, resolution, verdict, warnings,
};

/// The summary of a run: every row of `run.rows`, in their order, measured or not. Those of a
/// replay are in its `replay`, since each of them is two.
pub fn summarise(run: &Run, samples: &[Sample]) -> Summary {
    let replay = decide(run, samples);
    let lines = lines_by_row(run, samples);
    // The rows of a replay are two each.
    let own = if replay.is_some() { &[] } else { &run.rows[..] };
    let given: Vec<Given> = parallel::map(own.len(), |row| Given::of(run, &own[row], &lines[row]));
    let mut results: Vec<RowSummary> = parallel::map(own.len(), |row| {
        summarise_row(run, &own[row], &lines[row], &given[row])
    });
    let references = parallel::map(own.len(), |row| reference_of(run, &own[row]));
    let ratios = parallel::map(own.len(), |row| {
        ratio_to(run, &results, &given, row, references[row]?)
    });
    for (row, ratio) in results.iter_mut().zip(ratios) {
        if let Some(numbers) = &mut row.numbers {
            numbers.ratio = ratio;
        }
    }
    let warnings = match &replay {
        Some(replay) => [
            warnings::of_run(run, &[], &[]),
            of_rows(run, replay, &lines),
        ]
        .concat(),
        None => warnings::of(run, &results, &references, &given, &lines),
    };
    Summary {
        schema_version: SCHEMA_VERSION,
        method_version: run.method_version,
        scenario: run.scenario.clone(),
        question: run.question.clone(),
        run: run.id.clone(),
        started: run.started.clone(),
        indicative: run.indicative,
        interrupted: run.interrupted.clone(),
        margin: run.plan.margin,
        parts: run.parts.iter().map(part).collect(),
        machine: run.into(),
        results,
        warnings,
        resolution: replay.as_ref().and_then(resolution),
        replay,
    }
}

fn part(part: &Part) -> PartSummary {
    PartSummary {
        scenario: part.scenario.clone(),
        question: part.question.clone(),
        margin: part.plan.margin,
        first_row: part.first_row,
        rows: part.rows,
    }
}

/// The row that `row` is compared with ([`Run::compared_with`]).
/// `None` for the reference itself, and for what an emulated processor took.
pub(crate) fn reference_of(run: &Run, row: &Row) -> Option<usize> {
    if !run.compares(row) {
        return None;
    }
    let index = run.compared_with(row, &run.rows.iter())?;
    (run.rows[index] != *row).then_some(index)
}

pub(crate) fn summarise_row(run: &Run, row: &Row, lines: &[&Sample], given: &Given) -> RowSummary {
    let mut became = outcome_of(run, lines);
    let mut numbers = None;
    if became.outcome == Outcome::Measured {
        match numbers_of(run, row, lines, given) {
            Ok(found) => numbers = found,
            Err(reason) => {
                became.outcome = Outcome::Unavailable;
                became.reason = Some(reason);
            }
        }
    }
    let isolation = run.isolations.iter().find(|i| i.name == row.isolation);
    RowSummary {
        row: row.clone(),
        unit: row.metric.unit(),
        better: row.metric.better(),
        emulated: run.is_emulated(row),
        outcome: became.outcome,
        reason: became.reason,
        isolation_version: isolation.and_then(|i| i.version.clone()),
        artifact_sha256: artifact_of(run, row).map(|a| a.sha256.clone()),
        numbers,
    }
}

/// The numbers of a row that was measured; or why too little was seen for what it is about.
fn numbers_of(
    run: &Run,
    row: &Row,
    lines: &[&Sample],
    given: &Given,
) -> Result<Option<Numbers>, String> {
    let values = given.bare();
    let ordered = sorted(&values);
    let n = ordered.len();
    let seed = row_seed(run.seed, row);
    let [Some(median), Some(p90), Some(min), Some(max)] =
        [0.5, 0.9, 0.0, 1.0].map(|p| quantile(&ordered, p))
    else {
        return Ok(None);
    };
    let from = |least: usize, p: f64| (n >= least).then(|| quantile(&ordered, p)).flatten();
    let own = Numbers {
        n,
        median,
        ci: None,
        min,
        max,
        p90,
        p95: from(100, 0.95),
        p99: from(1000, 0.99),
        phases: phases_of(lines),
        ratio: None,
        requests: None,
        rate: lines.iter().find_map(|line| line.rate),
        curve: curve::of(row.metric, &ordered),
        tail: Vec::new(),
        instances: Vec::new(),
        fit: None,
        shape: Shape {
            lag1: lag1(&values),
            trend: (n >= 3)
                .then(|| theil_sen(&values))
                .flatten()
                .map(|slope| slope * (n - 1) as f64 / median)
                .filter(|share| share.is_finite()),
        },
    };
    let Some(latency) = &given.latency else {
        let is_slope = row.metric == Metric::MemoryMarginal;
        let of_line = if is_slope { lines } else { &[] };
        return Ok(Some(Numbers {
            ci: interval(row.metric, &values, seed),
            instances: curve::instances(of_line),
            fit: curve::fit(of_line),
            ..own
        }));
    };
    let (requests, quantile, ci) = latency.pooled(seed)?;
    let tail = if latency::is_least(run, row) {
        latency.tail()
    } else {
        Vec::new()
    };
    Ok(Some(Numbers {
        n: latency.n(),
        median: quantile,
        ci,
        requests: Some(requests),
        tail,
        ..own
    }))
}

/// The interval of a median. What is counted exactly is its own interval.
fn interval(metric: Metric, values: &[f64], seed: u64) -> Option<Interval> {
    match (metric.is_exact(), values) {
        (true, [first, rest @ ..]) if rest.iter().all(|value| value.total_cmp(first).is_eq()) => {
            Some([*first, *first])
        }
        _ => median_interval(values, seed).or_else(|| few_interval(counts(metric, values)?)),
    }
}

/// Values that are counts and vary a little, of which few launches say enough.
fn counts(metric: Metric, values: &[f64]) -> Option<&[f64]> {
    (metric.is_counted() && !metric.is_exact()).then_some(values)
}

/// The median of each phase, in the order in which launches name them.
fn phases_of(lines: &[&Sample]) -> IndexMap<String, PhaseSummary> {
    let mut spans: IndexMap<&str, Vec<f64>> = IndexMap::new();
    for line in lines {
        for (name, span) in line.phases.iter() {
            spans.entry(name).or_default().push(span);
        }
    }
    let launches = lines.iter().filter(|l| !l.phases.is_empty()).count();
    spans
        .into_iter()
        .filter_map(|(name, mut spans)| {
            spans.resize(launches, 0.0);
            let median = stats::median(&spans)?;
            Some((name.to_owned(), PhaseSummary { median }))
        })
        .collect()
}

/// One row's median or quantile, and what its launches gave.
pub(crate) type Measured<'a> = (f64, &'a Given);

/// The ratio of two medians or quantiles with its intervals: from the blocks that both have where
/// they `share` a run. `None` where no multiple says anything: a slope or an intercept can be 0 or
/// less.
pub(crate) fn ratio_of(
    metric: Metric,
    (median, own): Measured<'_>,
    (base, reference): Measured<'_>,
    share: bool,
    seed: u64,
) -> Option<RatioEstimate> {
    let value = median / base;
    if !value.is_finite() || median <= 0.0 || base <= 0.0 {
        return None;
    }
    if metric.is_exact() {
        return Some(RatioEstimate {
            value,
            intervals: Some(RatioIntervals::exact(value)),
            ci99: Some([value; 2]),
        });
    }
    let (few, others) = (own.bare(), reference.bare());
    let few = counts(metric, &few).and_then(|few| few_ratio(few, &others));
    if few.is_some() {
        return few;
    }
    match (&own.latency, &reference.latency) {
        (Some(own), Some(reference)) => own.ratio_to(reference, share, seed),
        _ if share => shared_ratio(&own.values, &reference.values, seed),
        _ => ratio_apart(&own.bare(), &reference.bare(), seed),
    }
}

fn ratio_to(
    run: &Run,
    results: &[RowSummary],
    given: &[Given],
    index: usize,
    reference: usize,
) -> Option<Ratio> {
    let (row, other) = (&results[index], &results[reference]);
    let (own, base) = (&given[index], &given[reference]);
    let measured = (row.median()?, own);
    let against = (other.median()?, base);
    let seed = row_seed(run.seed, &row.row);
    let RatioEstimate {
        value, intervals, ..
    } = ratio_of(row.row.metric, measured, against, true, seed)?;
    let (a, b) = (own.bare(), base.bare());
    let params = other.row.params.iter();
    Some(Ratio {
        to: other.row.isolation.clone(),
        to_workload: (other.row.workload != row.row.workload).then(|| other.row.workload.clone()),
        to_start: other.row.start,
        to_params: params
            .filter(|(name, value)| row.row.params.get(*name) != Some(*value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        value,
        ci: intervals.map(|both| both.ci),
        ci90: intervals.map(|both| both.ci90),
        verdict: verdict(intervals, row.better, run.plan_of(index).margin),
        hodges_lehmann: hodges_lehmann(&a, &b),
        cliffs_delta: cliffs_delta(&a, &b),
    })
}
