//! What a replay comes to.

mod support;

use labrun_analysis::{
    Measurements, ReplayRow, ReplaySummary, Verdict, compare, decide, resolution, summarise,
};
use labrun_record::{Change, Metric, Outcome, Pair, Run, Sample, Side};
use proptest::prelude::*;
use support::replayed::{calibration, launch, quads, replay};
use support::{Noise, run};

/// Quads around `median`, B `times` as long; neighbours resemble each other.
fn around(noise: &mut Noise, n: usize, median: f64, times: f64) -> Vec<[f64; 4]> {
    let mut quad = || {
        let now = median * (0.2 * noise.normal()).exp();
        let mut launch = |times: f64| now * times * (0.01 * noise.normal()).exp();
        [launch(1.0), launch(times), launch(times), launch(1.0)]
    };
    (0..n).map(|_| quad()).collect()
}

fn decided(run: &Run, samples: &[Sample]) -> ReplaySummary {
    decide(run, samples).expect("a replay")
}

fn verdicts(of: &ReplaySummary) -> Vec<Option<Verdict>> {
    of.results.iter().map(ReplayRow::verdict).collect()
}

#[test]
fn a_run_that_is_no_replay_has_none() {
    assert_eq!(decide(&run(), &[]), None);
    let summary = summarise(&run(), &[]);
    assert_eq!((summary.replay, summary.resolution), (None, None));
}

#[test]
fn a_slower_side_is_worse_and_the_other_row_equivalent() {
    let mut noise = Noise::new(1);
    let mut samples = quads(0, &around(&mut noise, 40, 152e3, 1.0));
    samples.extend(quads(1, &around(&mut noise, 40, 1.69e6, 1.05)));
    let seen = decided(&replay(), &samples);
    assert_eq!(
        verdicts(&seen),
        [Some(Verdict::Equivalent), Some(Verdict::Worse)]
    );
    assert_eq!((seen.counts.equivalent, seen.counts.worse), (1, 1));
    let worse = &seen.results[1];
    assert_eq!((worse.quads, worse.unfinished, worse.failed), (40, 0, 0));
    let (a, b) = (worse.a.expect("A"), worse.b.expect("B"));
    assert_eq!((a.n, b.n), (80, 80));
    assert!(a.ci.is_some_and(|[low, high]| low <= a.median && a.median <= high));
    let ratio = worse.ratio.expect("a ratio");
    assert!(
        (ratio.value.expect("a value") - 1.05).abs() < 0.01,
        "{ratio:?}"
    );
    assert_eq!(resolution(&seen), None, "its sides are two");
}

#[test]
fn sides_are_never_mixed_into_one_row() {
    let samples = quads(0, &[[1.0, 2.0, 2.0, 1.0]; 8]);
    let summary = summarise(&replay(), &samples);
    assert!(summary.results.is_empty());
    let of = summary.replay.as_ref().expect("a replay");
    assert_eq!(of.results[0].a.map(|a| a.median), Some(1.0));
    assert_eq!(of.results[0].b.map(|b| b.median), Some(2.0));
    let text = serde_json::to_string(&summary).expect("serialises");
    assert_eq!(
        serde_json::from_str::<labrun_analysis::Summary>(&text).expect("parses"),
        summary
    );
}

#[test]
fn a_replay_is_compared_with_no_run() {
    let samples = quads(0, &[[1.0, 2.0, 2.0, 1.0]; 8]);
    let replay = replay();
    let of = Measurements {
        run: &replay,
        samples: &samples,
    };
    let seen = compare(of, of, true);
    assert!(seen.incomparable[0].contains("is a replay"), "{seen:?}");
    assert_eq!(
        (seen.rows[0].ratio, seen.rows[0].base.median),
        (None, Some(1.0))
    );
}

#[test]
fn the_margin_of_worse_is_its_own() {
    // 1.03 is beyond 2% and within 5%.
    let mut noise = Noise::new(3);
    let of = |times, noise: &mut Noise| {
        let seen = decided(&replay(), &quads(0, &around(noise, 60, 1e6, times)));
        seen.results[0].verdict().expect("a verdict")
    };
    assert_eq!(of(1.03, &mut noise), Verdict::Worse);
    assert_eq!(of(1.01, &mut noise), Verdict::Equivalent);
    assert_eq!(of(0.97, &mut noise), Verdict::Better);
}

#[test]
fn five_quads_have_a_ratio_and_no_interval() {
    let seen = decided(&replay(), &quads(0, &[[1.0, 2.0, 2.0, 1.0]; 5]));
    let ratio = seen.results[0].ratio.expect("a ratio");
    assert_eq!((ratio.ci, ratio.verdict), (None, Verdict::Inconclusive));
    assert!((ratio.value.expect("a value") - 2.0).abs() < 1e-12);
}

#[test]
fn an_unfinished_quad_is_left_out_and_counted() {
    let mut run = replay();
    run.interrupted = Some("Ctrl-C".into());
    let mut samples = quads(0, &[[1.0, 2.0, 2.0, 1.0]; 7]);
    samples.pop();
    let seen = decided(&run, &samples);
    let row = &seen.results[0];
    assert_eq!((row.quads, row.unfinished, row.failed), (6, 1, 0));
    assert_eq!(row.a.expect("A").n, 12);
    assert_eq!(row.outcome, Outcome::Measured);
    // The other row was not reached.
    let other = &seen.results[1];
    assert_eq!((other.outcome, other.ratio), (Outcome::NotSelected, None));
    assert!(
        other
            .reason
            .as_ref()
            .is_some_and(|why| why.contains("Ctrl-C"))
    );
}

#[test]
fn without_a_whole_quad_nothing_is_measured() {
    let samples = &quads(0, &[[1.0, 2.0, 2.0, 1.0]])[..2];
    let row = decided(&replay(), samples).results.swap_remove(0);
    assert_eq!(
        (row.outcome, row.quads, row.unfinished),
        (Outcome::NotSelected, 0, 1)
    );
    assert_eq!((row.a, row.b, row.ratio), (None, None, None));
    assert!(row.reason.is_some());
}

#[test]
fn launches_in_another_order_are_no_quad() {
    let mut samples = quads(0, &[[1.0, 2.0, 2.0, 1.0]; 7]);
    samples[3].side = Some(Side::B);
    let row = decided(&replay(), &samples).results.swap_remove(0);
    assert_eq!((row.quads, row.unfinished), (6, 1));
}

#[test]
fn a_side_that_fails_is_named_and_the_other_rows_go_on() {
    let mut samples = quads(0, &[[1.0, 1.0, 1.0, 1.0]; 8]);
    samples.extend(quads(1, &[[1.0, 1.0, 1.0, 1.0]; 6]));
    samples.push(launch(1, 6, Side::A, Outcome::Measured, Some(1.0)));
    let mut wrong = launch(1, 6, Side::B, Outcome::Mismatch, None);
    wrong.seq += 1;
    samples.push(wrong);
    let seen = decided(&replay(), &samples);
    assert_eq!(verdicts(&seen), [Some(Verdict::Equivalent), None]);
    let row = &seen.results[1];
    assert_eq!(
        (row.outcome, row.failed_side),
        (Outcome::Mismatch, Some(Side::B))
    );
    assert_eq!(row.reason.as_deref(), Some("because mismatch"));
    assert_eq!((row.quads, row.unfinished, row.failed), (6, 0, 1));
    assert_eq!((row.a, row.b), (None, None));
    assert_eq!(seen.counts.not_decided, 1);
}

#[test]
fn what_side_b_cannot_launch_is_unavailable_on_b_and_no_quad_failed() {
    let samples = [launch(0, 0, Side::B, Outcome::Unavailable, None)];
    let row = decided(&replay(), &samples).results.swap_remove(0);
    assert_eq!(
        (row.outcome, row.failed_side),
        (Outcome::Unavailable, Some(Side::B))
    );
    assert_eq!((row.quads, row.unfinished, row.failed), (0, 0, 0));
}

#[test]
fn another_identity_in_b_stays_beside_that_of_a() {
    let mut run = replay();
    let mut other = run.rows[0].clone();
    other.isolation = "native/dynamic".into();
    run.replay.as_mut().expect("a replay").pairs[0].b = Some(other.clone());
    let seen = decided(&run, &quads(0, &[[1.0, 2.0, 2.0, 1.0]; 6]));
    assert_eq!(seen.results[0].row, run.rows[0]);
    assert_eq!(seen.results[0].row_b.as_ref(), Some(&other));
    assert_eq!(seen.results[1].row_b, None);
}

#[test]
fn what_is_counted_is_the_same_or_not() {
    let mut run = replay();
    for row in &mut run.rows {
        row.metric = Metric::Size;
        row.start = None;
    }
    let each = |row, a, b| {
        [
            launch(row, 0, Side::A, Outcome::Measured, Some(a)),
            launch(row, 0, Side::B, Outcome::Measured, Some(b)),
        ]
    };
    let samples = [each(0, 4096.0, 4096.0), each(1, 4096.0, 4097.0)].concat();
    let seen = decided(&run, &samples);
    assert_eq!(
        verdicts(&seen),
        [Some(Verdict::Equivalent), Some(Verdict::Worse)]
    );
    assert_eq!(seen.results[0].a.expect("A").ci, Some([4096.0; 2]));
    assert_eq!(seen.results[0].unfinished, 0, "no quad is needed");
    // A side that counts two values counts nothing.
    let samples = [each(0, 4096.0, 4096.0), each(0, 4096.0, 4097.0)].concat();
    let seen = decided(&run, &samples);
    assert_eq!(seen.results[0].verdict(), Some(Verdict::Inconclusive));
}

#[test]
fn nothing_is_a_multiple_of_a_slope_under_nothing() {
    let row = decided(&replay(), &quads(0, &[[1.0, -2.0, 2.0, 1.0]; 6]))
        .results
        .swap_remove(0);
    assert_eq!((row.outcome, row.ratio), (Outcome::Measured, None));
    assert!(row.a.is_some() && row.reason.is_some());
}

#[test]
fn an_emulated_row_is_shown_and_not_compared() {
    let mut run = replay();
    run.machine.emulated = true;
    let row = decided(&run, &quads(0, &[[1.0, 2.0, 2.0, 1.0]; 6]))
        .results
        .swap_remove(0);
    assert!(row.a.is_some() && row.ratio.is_none());
}

/// `n` rows like the first one, each changed so.
fn tries(run: &mut Run, n: usize, change: Option<Change>) -> std::ops::Range<usize> {
    let first = run.rows.len();
    let row = run.rows[0].clone();
    run.rows.extend(std::iter::repeat_n(row, n));
    let pair = Pair { b: None, change };
    let replay = run.replay.as_mut().expect("a replay");
    replay.pairs.extend(std::iter::repeat_n(pair, n));
    first..first + n
}

#[test]
fn a_calibration_says_what_the_machine_can_tell_apart() {
    let mut run = calibration();
    run.rows.truncate(1);
    run.replay.as_mut().expect("a replay").pairs.truncate(1);
    let mut noise = Noise::new(5);
    let mut samples = quads(0, &around(&mut noise, 50, 1e6, 1.0));
    let mut add = |run: &mut Run, n, change, times: f64, noise: &mut Noise| {
        for row in tries(run, n, change) {
            samples.extend(quads(row, &around(noise, 50, 1e6, times)));
        }
    };
    add(&mut run, 19, None, 1.0, &mut noise);
    add(&mut run, 10, Some(Change::DelayNs(50e3)), 1.05, &mut noise);
    add(&mut run, 10, Some(Change::DelayNs(10e3)), 1.01, &mut noise);
    add(&mut run, 3, Some(Change::StallNs(5e6)), 1.0, &mut noise);
    let failed = tries(&mut run, 1, Some(Change::DelayNs(50e3))).start;
    samples.push(launch(failed, 0, Side::B, Outcome::Failed, None));

    let of = resolution(&decided(&run, &samples)).expect("a resolution");
    assert_eq!((of.unchanged.rows, of.unchanged.quads), (20, 1000));
    assert_eq!((of.unchanged.equivalent, of.unchanged.wrong), (20, 0));
    let [delays, stalls] = &of.changed[..] else {
        panic!("{:?}", of.changed)
    };
    let [small, large] = &delays.sizes[..] else {
        panic!("{:?}", delays.sizes)
    };
    assert_eq!(small.change, Change::DelayNs(10e3));
    assert_eq!((small.tries, small.worse), (10, 0));
    assert_eq!((large.tries, large.worse, large.not_decided), (11, 10, 1));
    assert!((large.injected.expect("injected") - 0.05).abs() < 0.005);
    assert!(large.error.expect("an error").abs() < 0.005, "{large:?}");
    assert!(large.largest_error >= large.error);
    assert_eq!(
        delays.least_found, large.injected,
        "10 of 11 are nine of ten"
    );
    assert_eq!((stalls.sizes[0].worse, stalls.least_found), (0, None));
    let text = serde_json::to_string(&of).expect("serialises");
    assert_eq!(
        serde_json::from_str::<labrun_record::Resolution>(&text).expect("parses"),
        of
    );
}

#[test]
fn an_allocation_is_read_back_in_bytes() {
    let mut run = calibration();
    run.rows[0].metric = Metric::MemoryIdle;
    run.rows.truncate(1);
    run.replay.as_mut().expect("a replay").pairs = vec![Pair {
        b: None,
        change: Some(Change::AllocationBytes(1000.0)),
    }];
    let seen = decided(&run, &quads(0, &[[4000.0, 5010.0, 5010.0, 4000.0]; 6]));
    let of = resolution(&seen).expect("a resolution");
    let size = &of.changed[0].sizes[0];
    assert_eq!(size.difference, Some(1010.0));
    assert_eq!((size.injected, size.worse), (Some(0.25), 1));
    assert_eq!(of.unchanged.rows, 0);
}

#[test]
fn a_replay_without_a_sample_has_its_rows() {
    let seen = decided(&replay(), &[]);
    assert_eq!(verdicts(&seen), [None, None]);
    assert_eq!(seen.counts.not_decided, 2);
}

fn swapped(quad: [f64; 4]) -> [f64; 4] {
    let [a, b, c, d] = quad;
    [b, a, d, c]
}

fn flipped(of: Verdict) -> Verdict {
    match of {
        Verdict::Better => Verdict::Worse,
        Verdict::Worse => Verdict::Better,
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn swapping_the_sides_inverts_the_ratio_and_the_verdict(
        n in 1_usize..60, seed: u64, times in 0.9..1.1_f64,
    ) {
        let values = around(&mut Noise::new(seed), n, 1e6, times);
        let back: Vec<[f64; 4]> = values.iter().copied().map(swapped).collect();
        let of = |values: &[[f64; 4]]| decided(&replay(), &quads(0, values)).results.swap_remove(0);
        let (there, back) = (of(&values), of(&back));
        prop_assert_eq!(there.a.map(|a| a.median), back.b.map(|b| b.median));
        let (one, other) = (there.ratio.expect("a ratio"), back.ratio.expect("a ratio"));
        prop_assert!((one.value.expect("a value") * other.value.expect("a value") - 1.0).abs() < 1e-9);
        prop_assert_eq!(one.ci.is_some(), n >= 6);
        if n < 20 {
            // No resampling: the interval is the other one, turned over.
            let turned = other.ci.map(|[low, high]| [1.0 / high, 1.0 / low]);
            if let (Some(a), Some(b)) = (one.ci, turned) {
                prop_assert!((a[0] - b[0]).abs() < 1e-9 && (a[1] - b[1]).abs() < 1e-9);
            }
            prop_assert_eq!(one.verdict, flipped(other.verdict));
        } else {
            // Resamples are others, so that what is at the very edge may fall to either side.
            let opposite = [Verdict::Better, Verdict::Worse].contains(&one.verdict)
                && one.verdict == other.verdict;
            prop_assert!(!opposite);
        }
    }

    #[test]
    fn nothing_panics_on_any_lines(
        lines in prop::collection::vec((0_usize..3, 0_u32..4, 0_u32..20, any::<Option<f64>>(), any::<bool>()), 0..40),
    ) {
        let samples: Vec<Sample> = lines
            .into_iter()
            .map(|(row, block, seq, value, b)| Sample {
                seq,
                ..launch(row, block, if b { Side::B } else { Side::A }, Outcome::Measured, value)
            })
            .collect();
        let seen = decided(&calibration(), &samples);
        prop_assert_eq!(seen.results.len(), 2);
        prop_assert!(resolution(&seen).is_some());
    }
}
