//! Two runs set side by side.

mod support;

use labrun_analysis::{Measurements, Verdict, compare};
use labrun_record::{Metric, Outcome, Run, Sample};
use support::{Noise, lines, run, sample};

fn launches(seed: u64, slower: f64) -> Vec<Sample> {
    let mut noise = Noise::new(seed);
    let mut samples = lines(0, &noise.lognormal(60, 152e3, 0.03));
    samples.extend(lines(1, &noise.lognormal(60, 1.69e6 * slower, 0.03)));
    samples
}

fn of<'a>(run: &'a Run, samples: &'a [Sample]) -> Measurements<'a> {
    Measurements { run, samples }
}

#[test]
fn a_known_slowdown_is_worse_and_the_rest_equivalent() {
    let (old, new) = (launches(1, 1.0), launches(2, 1.1));
    let run = run();
    let seen = compare(of(&run, &old), of(&run, &new), false);
    let verdicts: Vec<_> = seen
        .rows
        .iter()
        .map(|r| r.ratio.expect("a ratio").verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Equivalent, Verdict::Worse]);
    assert_eq!((seen.counts.equivalent, seen.counts.worse), (1, 1));
    let back = compare(of(&run, &new), of(&run, &old), false);
    assert_eq!(
        back.rows[1].ratio.expect("a ratio").verdict,
        Verdict::Better
    );
}

#[test]
fn other_machines_and_methods_are_not_compared_unless_forced() {
    let samples = launches(1, 1.0);
    let base = run();
    let mut other = run();
    other.machine_class = "x86_64/other".into();
    other.method_version += 1;
    let seen = compare(of(&base, &samples), of(&other, &samples), false);
    assert_eq!(seen.incomparable.len(), 2);
    assert_eq!(seen.counts.not_compared, 2);
    assert!(
        seen.rows
            .iter()
            .all(|r| r.ratio.is_none() && r.base.median.is_some())
    );
    let forced = compare(of(&base, &samples), of(&other, &samples), true);
    assert_eq!(
        forced.counts.not_compared, 2,
        "another method measures something else"
    );
    other.method_version = base.method_version;
    let forced = compare(of(&base, &samples), of(&other, &samples), true);
    assert!(forced.forced && forced.counts.equivalent == 2);
}

#[test]
fn runs_of_very_different_selections_are_not_compared_unless_forced() {
    let mut all = run();
    for name in ["b", "c"] {
        let mut row = all.rows[0].clone();
        row.workload = name.into();
        all.rows.push(row);
    }
    let one = launches(1, 1.0)[..60].to_vec();
    let mut four = launches(1, 1.0);
    let more = |row: usize| Sample {
        row,
        ..four[0].clone()
    };
    let more = [more(2), more(3)];
    four.extend(more);
    let seen = compare(of(&all, &one), of(&all, &four), false);
    assert_eq!(seen.incomparable.len(), 1);
    assert!(seen.incomparable[0].contains("1 and 4 kinds"), "{seen:?}");
    assert_eq!(seen.counts.equivalent, 0);
    let forced = compare(of(&all, &one), of(&all, &four), true);
    assert_eq!(forced.counts.equivalent, 1);
    // Twice as many is near enough.
    let two = compare(of(&all, &one), of(&all, &launches(1, 1.0)), false);
    assert_eq!(two.incomparable, [""; 0]);
}

#[test]
fn rows_of_one_run_are_listed_and_failures_carry_no_numbers() {
    let base = run();
    let mut samples = launches(1, 1.0);
    let mut other = run();
    other.rows[1].isolation = "wasmer/cranelift-aot".into();
    let seen = compare(of(&base, &samples), of(&other, &samples), false);
    assert_eq!(
        (seen.only_in_base.len(), seen.only_in_candidate.len()),
        (1, 1)
    );
    samples.push(sample(1, 60, Outcome::Failed, None));
    let seen = compare(of(&base, &launches(1, 1.0)), of(&base, &samples), false);
    let failed = &seen.rows[1];
    assert_eq!(
        (failed.candidate.outcome, failed.candidate.median),
        (Outcome::Failed, None)
    );
    assert_eq!(failed.ratio, None);
    let text = serde_json::to_string(&seen).expect("serialises");
    assert_eq!(
        serde_json::from_str::<labrun_analysis::Comparison>(&text).expect("parses"),
        seen
    );
}

#[test]
fn a_check_that_no_longer_holds_is_worse_and_one_that_holds_now_better() {
    let mut run = run();
    for row in &mut run.rows {
        row.metric = Metric::Conformance;
        row.start = None;
    }
    let held = |values: [f64; 2]| -> Vec<Sample> {
        let each = values.iter().enumerate();
        each.flat_map(|(row, value)| lines(row, &[*value]))
            .collect()
    };
    let (old, new) = (held([1.0, 0.0]), held([0.0, 1.0]));
    let verdicts = |from: &[Sample], to: &[Sample]| -> Vec<(Option<f64>, Verdict)> {
        let seen = compare(of(&run, from), of(&run, to), false);
        let text = serde_json::to_string(&seen).expect("serialises");
        let back: labrun_analysis::Comparison = serde_json::from_str(&text).expect("parses");
        assert_eq!(back, seen);
        let ratios = seen.rows.iter().map(|pair| pair.ratio.expect("a ratio"));
        ratios.map(|ratio| (ratio.value, ratio.verdict)).collect()
    };
    assert_eq!(
        verdicts(&old, &new),
        [(Some(0.0), Verdict::Worse), (None, Verdict::Better)]
    );
    assert_eq!(
        verdicts(&old, &old),
        [
            (Some(1.0), Verdict::Equivalent),
            (None, Verdict::Equivalent)
        ]
    );
}
