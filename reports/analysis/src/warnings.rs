//! Finding the doubts about a run and its rows.

use labrun_record::{Doubt, Metric, Outcome, Plan, Reference, Row, Run, Sample, Start, Unit};

use crate::latency::Latency;
use crate::outcome::Given;
use crate::stats::{self, MIN_LAUNCHES};
use crate::{Disturbance, Numbers, RowSummary, Warning, WarningKind, parallel};

/// Share of a value above which the lab's own instrument is worth a warning.
const CALIBRATION_SHARE: f64 = 0.05;

/// Every warning: those of the run first, then those of its rows in their order.
pub(crate) fn of(
    run: &Run,
    results: &[RowSummary],
    references: &[Option<usize>],
    given: &[Given],
    lines: &[Vec<&Sample>],
) -> Vec<Warning> {
    let of_rows = parallel::map(results.len(), |index| {
        let row = &results[index];
        let Some(numbers) = &row.numbers else {
            return Vec::new();
        };
        let mut found = of_row(run, run.plan_of(index), row, numbers, &given[index]);
        found.extend(doubted(&lines[index]));
        let warning = |(kind, message)| Warning::new(kind, Some(index), message);
        found.into_iter().map(warning).collect()
    });
    let mut warnings = of_run(run, results, references);
    warnings.extend(of_rows.into_iter().flatten());
    warnings
}

/// Those of a run as a whole; `references` has for each of `results` the row that it is compared with.
pub(crate) fn of_run(
    run: &Run,
    results: &[RowSummary],
    references: &[Option<usize>],
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, message| warnings.push(Warning::new(kind, None, message));
    if let Some(why) = &run.interrupted {
        warn(
            WarningKind::Interrupted,
            format!("the plan was not carried out to its end: {why}"),
        );
    }
    for left_out in &run.left_out {
        warn(
            WarningKind::LeftOut,
            format!(
                "not known to this labrun, and left out: {left_out}; labrun {} reads it",
                run.lab_version
            ),
        );
    }
    let governor = run.machine.governor.as_deref();
    if let Some(governor) = governor.filter(|g| *g != "performance") {
        warn(
            WarningKind::Governor,
            format!("the frequency governor is `{governor}`, so the clock rate follows the load"),
        );
    }
    if let Some(milli) = run.machine.cpu_quota_milli {
        let processors = milli as f64 / 1000.0;
        warn(
            WarningKind::CpuQuota,
            format!("a cgroup leaves it the time of {processors:.2} processors"),
        );
    }
    if let Some(arch) = run.emulated_arch() {
        let by = run.emulator.as_ref();
        let by = by.map_or_else(String::new, |by| {
            format!(" by {} {} as {}", by.name, by.version, by.processor)
        });
        warn(
            WarningKind::Emulated,
            format!(
                "{arch} is emulated on this machine{by}: no time and no memory of it is compared"
            ),
        );
    }
    // Where nothing was measured, nothing was slower for it; nor where all is counted.
    let mut measured = results.iter().filter(|row| row.numbers.is_some());
    let is_any = measured.any(|row| !row.row.metric.is_counted());
    if let Some(disturbance) = Disturbance::of(run).filter(|_| is_any) {
        if let Some(message) = disturbance.of_others() {
            warn(WarningKind::OtherProcesses, message);
        }
        if let Some(message) = disturbance.of_hypervisor() {
            warn(WarningKind::Steal, message);
        }
    }
    for reference in &run.references {
        let without = results
            .iter()
            .zip(references)
            .filter(|(r, _)| run.reference_of(&r.row) == Some(reference) && r.numbers.is_some())
            .filter(|(r, to)| lacks_reference(run, results, r, **to, reference))
            .count();
        if without > 0 {
            warn(
                WarningKind::NoReference,
                format!(
                    "{without} measured rows of {} have no ratio: their reference {} was not measured",
                    reference.metric,
                    name_of(reference)
                ),
            );
        }
    }
    warnings
}

/// What rows are compared with, in words.
fn name_of(reference: &Reference) -> String {
    let isolation = if reference.is_same_isolation() {
        "the same isolation"
    } else {
        &reference.isolation
    };
    match &reference.to_workload {
        Some(workload) => format!("{workload} on {isolation}"),
        None => isolation.to_owned(),
    }
}

fn lacks_reference(
    run: &Run,
    results: &[RowSummary],
    row: &RowSummary,
    to: Option<usize>,
    reference: &Reference,
) -> bool {
    let is_it = row.row.isolation == reference.isolation && reference.to_workload.is_none();
    if !run.compares(&row.row) || is_it {
        return false;
    }
    // A row that nothing in the run is a reference of, measured or not, needs none.
    to.is_some_and(|to| results[to].outcome != Outcome::Measured)
}

fn of_row(
    run: &Run,
    plan: &Plan,
    row: &RowSummary,
    numbers: &Numbers,
    given: &Given,
) -> Vec<(WarningKind, String)> {
    let mut found = Vec::new();
    let values = &given.bare()[..];
    let unread = given.latency.as_ref().and_then(Latency::unread);
    let has_all = unread.is_none();
    found.extend(unread.map(|message| (WarningKind::Histogram, message)));
    let half = |[low, high]: [f64; 2]| (high - low) / 2.0 / numbers.median;
    match numbers.ci.map(half) {
        None if has_all => found.push((
            WarningKind::FewLaunches,
            format!("{} launches; an interval needs {MIN_LAUNCHES}", numbers.n),
        )),
        Some(half) if half > plan.half_width => found.push((
            WarningKind::WideInterval,
            format!(
                "the interval is {:.1}% of the median to either side after {} launches; the plan asks for {:.1}%",
                half * 100.0,
                numbers.n,
                plan.half_width * 100.0
            ),
        )),
        _ => {}
    }
    found.extend(drifting(values, plan.margin));
    if let Some(r) = stats::autocorrelated(values) {
        found.push((
            WarningKind::Autocorrelation,
            format!("a launch resembles the one before it (lag-1 autocorrelation {r:.2})"),
        ));
    }
    found.extend(modes(values, plan.margin, row.unit));
    found.extend(calibration(run, &row.row, numbers.median));
    found
}

/// Values that move with time.
pub(crate) fn drifting(values: &[f64], margin: f64) -> Option<(WarningKind, String)> {
    let drift = stats::drift(values, margin)?;
    let said = format!(
        "values {} by {:.1}% of the median from the first launch to the last (Mann-Kendall p = {:.2})",
        if drift.change > 0.0 { "rise" } else { "fall" },
        drift.change.abs() * 100.0,
        drift.p
    );
    Some((WarningKind::Drift, said.replace("p = 0.00", "p < 0.01")))
}

/// Values in two groups.
pub(crate) fn modes(values: &[f64], margin: f64, unit: Unit) -> Option<(WarningKind, String)> {
    let modes = stats::two_modes(values, margin)?;
    let said = format!(
        "{:.0}% of the launches lie around {} and {:.0}% around {}",
        modes.lower_share * 100.0,
        amount(modes.at[0], unit),
        (1.0 - modes.lower_share) * 100.0,
        amount(modes.at[1], unit)
    );
    Some((WarningKind::TwoModes, said))
}

/// What launches themselves said makes their values doubtful, and why there are no more of them.
pub(crate) fn doubted(lines: &[&Sample]) -> Vec<(WarningKind, String)> {
    // Beside launches that were measured, none is left out but for this.
    let stopped = lines.iter().find(|l| l.outcome == Outcome::NotSelected);
    let stopped = stopped.and_then(|line| line.reason.clone());
    let stopped = stopped.map(|reason| (WarningKind::Stopped, reason));
    let kinds = [
        (Doubt::Unsteady, WarningKind::Unsteady, "still got faster"),
        (
            Doubt::NearCeiling,
            WarningKind::NearCeiling,
            "came near the load generator's own limit",
        ),
    ];
    let of = |doubt: Doubt| lines.iter().filter(|l| l.doubt == Some(doubt)).count();
    kinds
        .into_iter()
        .filter(|(doubt, ..)| of(*doubt) > 0)
        .map(|(doubt, kind, what)| {
            let (some, all) = (of(doubt), lines.len());
            (kind, format!("{some} of {all} launches {what}"))
        })
        .chain(stopped)
        .collect()
}

/// The pipe's round trip is inside the clock of `resident` and `loaded`.
pub(crate) fn calibration(run: &Run, row: &Row, median: f64) -> Option<(WarningKind, String)> {
    let piped = matches!(row.start, Some(Start::Resident | Start::Loaded))
        && row.metric == Metric::TimeToFirstResult;
    if !piped {
        return None;
    }
    let technology = row.isolation.split('/').next();
    let pipe = run
        .calibration
        .iter()
        .filter(|c| c.name == "pipe_round_trip")
        .find(|c| c.technology.as_deref() == technology || c.technology.is_none())?;
    let share = pipe.median_ns / median;
    let said = format!(
        "the pipe's round trip ({}) is {:.0}% of the median",
        micros(pipe.median_ns),
        share * 100.0
    );
    (share > CALIBRATION_SHARE).then_some((WarningKind::Calibration, said))
}

/// A value with its unit.
fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ns => micros(value),
        Unit::Bytes => format!("{:.1} KiB", value / 1024.0),
        Unit::PerSecond => format!("{value:.0}/s"),
        Unit::Count => format!("{value:.0}"),
        Unit::BytesPerSecond => format!("{:.1} MiB/s", value / (1024.0 * 1024.0)),
    }
}

fn micros(ns: f64) -> String {
    if ns >= 1e6 {
        format!("{:.2} ms", ns / 1e6)
    } else {
        format!("{:.1} \u{b5}s", ns / 1e3)
    }
}
