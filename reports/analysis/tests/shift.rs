//! What all rows of two runs have in common, and who moved them: the machine or the candidate.

mod support;

use labrun_analysis::{Cause, Comparison, Measurements, Verdict, compare};
use labrun_record::{Artifact, Metric, Run, Sample, Start, Target, Tier};
use support::{Noise, lines, row, run};

const ROWS: usize = 20;

/// A run of rows that take so many times as long, and of the control where there is one.
fn made(seed: u64, times: impl Fn(usize) -> f64, control: Option<f64>) -> (Run, Vec<Sample>) {
    let mut of = run();
    of.rows.clear();
    let mut samples = Vec::new();
    let mut noise = Noise::new(seed);
    let each = (0..ROWS).map(|n| (format!("kind/{n}"), times(n)));
    let control = control.map(|times| ("control/spawn".to_owned(), times));
    for (number, (isolation, times)) in each.chain(control).enumerate() {
        let own = row(&isolation, Tier::Process, Target::Native, Start::Process);
        of.rows.push(own);
        samples.extend(lines(number, &noise.lognormal(40, 1e6 * times, 0.02)));
    }
    (of, samples)
}

fn compared(base: &(Run, Vec<Sample>), candidate: &(Run, Vec<Sample>)) -> Comparison {
    let [base, candidate] = [base, candidate].map(|(run, samples)| Measurements { run, samples });
    compare(base, candidate, false)
}

#[test]
fn the_machine_moves_the_control_too() {
    let base = made(1, |_| 1.0, Some(1.0));
    let seen = compared(&base, &made(2, |_| 1.2, Some(1.2)));
    let shift = seen.shifts[0];
    assert_eq!((shift.cause, shift.rows), (Cause::Machine, ROWS));
    assert!((shift.factor - 1.2).abs() < 0.01, "{shift:?}");
    assert!(shift.ci[0] < 1.2 && shift.ci[1] > 1.2, "{shift:?}");
    assert_eq!((seen.counts.worse, seen.in_question().count()), (0, 0));
}

#[test]
fn the_candidate_does_not() {
    let base = made(1, |_| 1.0, Some(1.0));
    let slower = made(2, |_| 1.2, Some(1.0));
    let seen = compared(&base, &slower);
    let shift = seen.shifts[0];
    assert_eq!(shift.cause, Cause::Candidate, "{shift:?}");
    assert!(shift.is_suspect());
    // Each row is judged after the control.
    assert_eq!(seen.counts.worse, ROWS);
    assert_eq!(
        seen.in_question().count(),
        ROWS,
        "and the control is none of them"
    );
    // Where most rows got faster, that is no suspect.
    let seen = compared(&slower, &base);
    assert_eq!(seen.shifts[0].cause, Cause::Candidate);
    assert_eq!(seen.suspected_shifts().count(), 0);
    assert_eq!((seen.counts.better, seen.in_question().count()), (ROWS, 0));
}

#[test]
fn without_a_control_that_both_ran_nothing_tells_one_from_the_other() {
    let base = made(1, |_| 1.0, None);
    let seen = compared(&base, &made(2, |_| 1.2, None));
    assert_eq!(seen.shifts[0].cause, Cause::Unknown);
    // The rows are judged after the shift, and a replay has to decide all of them.
    assert_eq!((seen.counts.worse, seen.suspects().count()), (0, 0));
    assert_eq!(seen.in_question().count(), ROWS);
    let seen = compared(&base, &made(2, |_| 1.03, None));
    assert_eq!(seen.shifts[0].cause, Cause::Machine, "within the margin");

    // The control of the candidate is another program.
    let mut other = made(2, |_| 1.2, Some(1.0));
    other.0.artifacts.push(Artifact {
        workload: "add".into(),
        target: Target::Native,
        triple: "x86_64-unknown-linux-musl".into(),
        path: "add".into(),
        sha256: "0".repeat(64),
        bytes: 1,
        toolchain: "rustc".into(),
        isolation: Some("control/spawn".into()),
        exports: false,
    });
    let seen = compared(&made(1, |_| 1.0, Some(1.0)), &other);
    assert_eq!(
        (seen.shifts[0].cause, seen.shifts[0].control),
        (Cause::Unknown, None)
    );
}

#[test]
fn a_control_that_moved_half_as_far_tells_nothing_for_sure() {
    let base = made(1, |_| 1.0, Some(1.0));
    let seen = compared(&base, &made(2, |_| 1.1, Some(1.05)));
    let shift = seen.shifts[0];
    assert_eq!(shift.cause, Cause::Unknown, "{shift:?}");
    assert!(shift.is_suspect() && shift.control.is_some());
    // One that got even slower accuses nobody.
    let seen = compared(&base, &made(2, |_| 1.1, Some(1.15)));
    assert_eq!(
        (seen.suspected_shifts().count(), seen.suspects().count()),
        (0, 0)
    );
}

#[test]
fn rates_move_the_other_way() {
    let rates = |(mut run, samples): (Run, Vec<Sample>)| {
        for row in run.rows.iter_mut().take(ROWS) {
            row.metric = Metric::OperationsPerSecond;
            row.start = None;
        }
        (run, samples)
    };
    let base = rates(made(1, |_| 1.2, Some(1.0)));
    let seen = compared(&base, &rates(made(2, |_| 1.0, Some(1.0))));
    assert!((seen.shifts[0].factor - 1.2).abs() < 0.01);
    assert_eq!(
        (seen.shifts[0].cause, seen.counts.worse),
        (Cause::Candidate, ROWS)
    );
}

#[test]
fn what_rows_do_by_themselves_is_in_their_intervals() {
    let base = made(1, |_| 1.0, None);
    let quiet = compared(&base, &made(2, |n| if n == 0 { 1.2 } else { 1.0 }, None));
    assert!(quiet.shifts[0].spread < 0.01, "{:?}", quiet.shifts);
    assert_eq!((quiet.counts.worse, quiet.counts.better), (1, 0));
    // Each row a little otherwise, by up to 9 %.
    let scattered = |n: usize| 1.0 + 0.09 * (n as f64 / (ROWS - 1) as f64 * 2.0 - 1.0);
    let seen = compared(&base, &made(2, scattered, None));
    assert!(seen.shifts[0].spread > 0.03, "{:?}", seen.shifts);
    assert_eq!((seen.counts.worse, seen.counts.better), (0, 0));
    let ratio = seen.rows[0].ratio.expect("a ratio");
    let (raw, own) = (ratio.ci.expect("an interval"), ratio.own.expect("is freed"));
    let own = own.ci.expect("an interval");
    assert!(
        own[1] / own[0] > 1.05 * raw[1] / raw[0],
        "{own:?} of {raw:?}"
    );
    assert_ne!(ratio.verdict, Verdict::Better);
}

#[test]
fn a_kind_that_got_slower_widens_little_of_the_others() {
    let base = made(1, |_| 1.0, Some(1.0));
    let seen = compared(
        &base,
        &made(2, |n| if n < ROWS / 4 { 1.5 } else { 1.0 }, Some(1.0)),
    );
    let shift = seen.shifts[0];
    assert_eq!(shift.cause, Cause::Machine);
    assert!(shift.ci[1] / shift.ci[0] < 1.03, "{shift:?}");
    assert_eq!((seen.counts.worse, seen.counts.better), (ROWS / 4, 0));
    assert!(seen.counts.equivalent >= ROWS / 2, "{:?}", seen.counts);
}
