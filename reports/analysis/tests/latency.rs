//! Rows of latency: what all launches saw together, from the histograms that they kept.

mod support;

use labrun_analysis::{Measurements, Summary, Verdict, WarningKind, compare, decide, summarise};
use labrun_record::{Histogram, Metric, Outcome, QUADS, Run, Sample, Side};
use support::simulated::{Rule, latency_ratio_with_stalls, latency_with_stalls};
use support::{Noise, run, sample};

const LAUNCHES: u32 = 12;

/// A run whose two rows are this percentile of a latency; the first is the reference.
fn latencies(percentile: &str) -> Run {
    let mut run = run();
    for row in &mut run.rows {
        row.metric = Metric::Latency;
        row.start = None;
        row.params = [("percentile", percentile), ("rate", "50%")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    }
    run.references[0].metric = Metric::Latency;
    run.references[0].start = None;
    run
}

/// A launch of requests in the order in which they came.
fn launch(row: usize, block: u32, requests: impl IntoIterator<Item = u64>) -> Sample {
    let mut latencies = hdrhistogram::Histogram::<u64>::new(3).expect("three digits");
    for latency in requests {
        latencies.record(latency).expect("fits");
    }
    Sample {
        rate: Some(4_000.0),
        histogram: Some(Histogram::of(&latencies)),
        ..sample(
            row,
            block,
            Outcome::Measured,
            Some(latencies.value_at_quantile(0.99) as f64),
        )
    }
}

/// 1,000 requests of some 0.1 ms, times `slower`; in every sixth launch a stall meets 200.
fn stalling(row: usize, slower: f64, seed: u64) -> Vec<Sample> {
    let mut noise = Noise::new(seed);
    let one = |block: u32| {
        let stalled = if block % 6 == 5 { 200 } else { 0 };
        let requests: Vec<u64> = (0..1_000)
            .map(|n| {
                let wait = if n < stalled { 50e6 } else { 0.0 };
                (slower * (1e5 * (0.1 * noise.normal()).exp() + wait)) as u64
            })
            .collect();
        launch(row, block, requests)
    };
    (0..LAUNCHES).map(one).collect()
}

fn both(slower: f64) -> Vec<Sample> {
    let mut samples = stalling(0, 1.0, 1);
    samples.extend(stalling(1, slower, 2));
    samples
}

fn has(summary: &Summary, kind: WarningKind) -> bool {
    summary
        .warnings
        .iter()
        .any(|w| w.name == kind && w.row == Some(0))
}

#[test]
fn a_stall_in_some_launches_is_in_the_99th_percentile() {
    let summary = summarise(&latencies("p99"), &both(1.0));
    let numbers = summary.results[0].numbers.as_ref().expect("numbers");
    // A thirtieth of all requests met one; ten of twelve launches met none.
    assert!((50e6..50.3e6).contains(&numbers.median), "{numbers:?}");
    let values: Vec<f64> = both(1.0)[..12].iter().filter_map(|s| s.value).collect();
    assert!(labrun_analysis::stats::median(&values).expect("a median") < 0.2e6);
    assert_eq!((numbers.n, numbers.requests), (12, Some(12_000)));
    assert_eq!(numbers.rate, Some(4_000.0));
    let [low, high] = numbers.ci.expect("an interval");
    assert!(low < 1e6 && high >= numbers.median, "{low} {high}");
    let p50 = summarise(&latencies("p50"), &both(1.0));
    let median = p50.results[0].median().expect("a median");
    assert!((median / 1e5 - 1.0).abs() < 0.02, "{median}");
}

#[test]
fn a_ratio_is_that_of_the_quantiles_over_the_blocks_that_both_have() {
    let run = latencies("p50");
    let mut samples = both(1.2);
    // What the reference met at other times counts for its value, and not for the ratio.
    samples.extend((12..30).map(|block| launch(0, block, [9_000_000; 1_000])));
    let summary = summarise(&run, &samples);
    assert!(summary.results[0].median() > Some(8e6));
    let ratio = summary.results[1].ratio().expect("a ratio");
    assert!((ratio.value - 1.2).abs() < 0.02, "{ratio:?}");
    let ([low, high], [low90, high90]) = (ratio.ci.expect("95%"), ratio.ci90.expect("90%"));
    assert!(low <= low90 && low90 <= ratio.value && ratio.value <= high90 && high90 <= high);
    assert_eq!(ratio.verdict, Verdict::Worse);
    let same = summarise(&run, &both(1.0));
    assert_eq!(
        same.results[1].ratio().expect("a ratio").verdict,
        Verdict::Equivalent
    );
}

#[test]
fn stalls_that_both_meet_in_a_block_leave_the_ratio() {
    let summary = summarise(&latencies("p99"), &both(1.3));
    let ratio = summary.results[1].ratio().expect("a ratio");
    let [low, high] = ratio.ci.expect("an interval");
    // By itself each p99 is anything from 0.1 to 50 ms.
    assert!(low > 1.2 && high < 1.4, "{low} {high}");
    assert_eq!(ratio.verdict, Verdict::Worse);
}

#[test]
fn too_few_requests_of_all_launches_are_no_percentile() {
    let run = latencies("p99");
    let few = |each: usize| -> Vec<Sample> {
        (0..10)
            .map(|block| launch(0, block, vec![100_000; each]))
            .collect()
    };
    let row = &summarise(&run, &few(99)).results[0];
    assert_eq!((row.outcome, &row.numbers), (Outcome::Unavailable, &None));
    let reason = row.reason.as_deref().expect("a reason");
    assert!(reason.contains("990 requests in all launches"), "{reason}");
    assert!(reason.contains("p99 needs 1000"), "{reason}");
    let row = &summarise(&run, &few(100)).results[0];
    assert_eq!(row.outcome, Outcome::Measured);
}

#[test]
fn a_histogram_that_cannot_be_read_leaves_no_interval_and_a_warning() {
    let run = latencies("p99");
    let altered: Histogram = serde_json::from_str("\"HISTFAAAAB4\"").expect("a text");
    for spoiled in [None, Some(altered)] {
        let mut samples = both(1.5);
        samples[3].histogram = spoiled;
        let summary = summarise(&run, &samples);
        let numbers = summary.results[0].numbers.as_ref().expect("numbers");
        assert_eq!((numbers.n, numbers.ci), (11, None));
        let ratio = summary.results[1].ratio().expect("a ratio");
        assert_eq!((ratio.ci, ratio.verdict), (None, Verdict::Inconclusive));
        assert!(has(&summary, WarningKind::Histogram));
        assert!(!has(&summary, WarningKind::FewLaunches));
        let of = Measurements {
            run: &run,
            samples: &samples,
        };
        let pair = compare(of, of, false).rows[0].ratio.expect("a ratio");
        assert_eq!((pair.ci, pair.verdict), (None, Verdict::Inconclusive));
    }
    let mut samples = both(1.5);
    for sample in &mut samples {
        sample.histogram = None;
    }
    let row = &summarise(&run, &samples).results[0];
    assert_eq!(row.outcome, Outcome::Unavailable, "0 requests are too few");
}

#[test]
fn runs_before_the_histograms_have_the_median_of_their_launches() {
    let mut run = latencies("p99");
    run.method_version = 2;
    let mut samples = both(1.5);
    for sample in &mut samples {
        sample.histogram = None;
    }
    let summary = summarise(&run, &samples);
    assert!(summary.results[0].median().expect("a median") < 0.2e6);
    assert!(summary.results[0].ci().is_some() && !has(&summary, WarningKind::Histogram));
    let ratio = summary.results[1].ratio().expect("a ratio");
    assert_eq!(ratio.verdict, Verdict::Worse);
}

#[test]
fn two_runs_are_compared_by_what_their_launches_saw_together() {
    let run = latencies("p99");
    let of = |samples| Measurements { run: &run, samples };
    let once = both(1.0);
    let pairs = compare(of(&once), of(&once), false);
    let ratio = pairs.rows[0].ratio.expect("a ratio");
    assert!(ratio.value.is_some_and(|value| (value - 1.0).abs() < 1e-9));
    // A stall more or less in a run: two of them cannot tell.
    let [low, high] = ratio.ci.expect("an interval");
    assert!(low < 0.01 && high > 100.0, "{low} {high}");
    let run = latencies("p50");
    let of = |samples| Measurements { run: &run, samples };
    let slower = both(1.2);
    let ratio = compare(of(&once), of(&slower), false).rows[1]
        .ratio
        .expect("a ratio");
    assert_eq!(ratio.verdict, Verdict::Worse);
    let own = compare(of(&once), of(&slower), false).rows[0]
        .ratio
        .expect("a ratio");
    assert_eq!(own.verdict, Verdict::Equivalent);
}

#[test]
fn the_interval_holds_the_percentile_of_the_long_run() {
    for launches in [6, 15, 30] {
        let covered = latency_with_stalls(launches, 150);
        assert!(covered >= 0.88, "{launches}: {covered}");
    }
}

#[test]
fn a_server_is_neither_better_nor_worse_than_itself() {
    let found = latency_ratio_with_stalls(15, Rule::Run, 150);
    assert!(found.covered >= 0.9 && found.called <= 0.06, "{found:?}");
}

#[test]
fn a_replay_decides_by_the_requests_of_all_launches_of_a_side() {
    let mut run = latencies("p99");
    run.rows.truncate(1);
    run.replay = Some(labrun_record::Replay {
        sides: ["a", "b"].map(|name| labrun_record::ReplaySide {
            name: name.into(),
            of: name.into(),
            lab_version: "0.1.0".into(),
            build: None,
            artifacts: vec![],
            isolations: vec![],
            inputs: std::collections::BTreeMap::new(),
        }),
        margin: 0.02,
        pairs: vec![labrun_record::Pair::default()],
    });
    // Every third launch of B has a stall: the median of the launches' own would not see it.
    let quad = |block: u32| {
        let order = QUADS[block as usize % 2];
        let place = |(place, side): (u32, Side)| {
            let stalled = if side == Side::B && (block + place).is_multiple_of(3) {
                100
            } else {
                0
            };
            let requests = (0..500).map(|n| if n < stalled { 50_000_000 } else { 100_000 + n });
            Sample {
                side: Some(side),
                seq: 4 * block + place,
                ..launch(0, block, requests)
            }
        };
        (0..4).zip(order).map(place).collect::<Vec<_>>()
    };
    let samples: Vec<Sample> = (0..24).flat_map(quad).collect();
    let row = decide(&run, &samples).expect("a replay").results.remove(0);
    let ratio = row.ratio.expect("a ratio");
    assert_eq!(ratio.verdict, Verdict::Worse, "{ratio:?}");
    assert!(ratio.value.is_some_and(|value| value > 100.0), "{ratio:?}");
    assert_eq!(
        row.a.map(|of| (of.n, of.median < 110_000.0)),
        Some((48, true))
    );
    assert_eq!(row.b.map(|of| (of.n, of.median > 40e6)), Some((48, true)));
}
