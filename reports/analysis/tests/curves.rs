//! What a page draws of a row: that the few numbers in the summary are those of its samples.

mod support;

use labrun_analysis::{Numbers, Summary, summarise};
use labrun_record::{Histogram, Metric, Outcome, Run, Sample};
use support::{Noise, lines, run, sample};

/// A run whose two rows are of this metric, which has no start.
fn of(metric: Metric) -> Run {
    let mut run = run();
    run.references.clear();
    for row in &mut run.rows {
        (row.metric, row.start) = (metric, None);
    }
    run
}

fn numbers(summary: &Summary, row: usize) -> &Numbers {
    summary.results[row].numbers.as_ref().expect("numbers")
}

#[test]
fn a_curve_has_the_quantiles_of_its_distribution() {
    // Of a uniform distribution the quantile is its share; 20,000 draws are off by 0.01 at most.
    let mut noise = Noise::new(7);
    let values: Vec<f64> = (0..20_000).map(|_| 1e6 + 1e6 * noise.uniform()).collect();
    let summary = summarise(&run(), &lines(0, &values));
    let curve = &numbers(&summary, 0).curve;
    assert_eq!(curve.len(), 200);
    for (place, value) in (0..).zip(curve) {
        let share = (f64::from(place) + 0.5) / 200.0;
        assert!(
            (value / 1e6 - 1.0 - share).abs() < 0.015,
            "{share}: {value}"
        );
    }
    assert!(curve.is_sorted());
}

#[test]
fn a_row_of_few_launches_has_all_of_them_in_ascending_order() {
    let summary = summarise(&run(), &lines(0, &[300_000.0, 100_000.0, 200_000.0]));
    assert_eq!(
        numbers(&summary, 0).curve,
        [100_000.0, 200_000.0, 300_000.0]
    );
    let counted = summarise(&of(Metric::Size), &lines(0, &[4096.0]));
    let json = serde_json::to_value(&counted).expect("serialises");
    for absent in ["curve", "tail", "instances", "fit"] {
        assert_eq!(json["results"][0].get(absent), None, "{absent}");
    }
    let read: Summary = serde_json::from_value(json).expect("is read");
    assert_eq!(read, counted);
}

/// A launch that answered 99 requests in a millisecond and one in a second.
fn served(row: usize, block: u32) -> Sample {
    let mut latencies = hdrhistogram::Histogram::<u64>::new(3).expect("three digits");
    latencies.record_n(1_000_000, 99).expect("fits");
    latencies.record(1_000_000_000).expect("fits");
    Sample {
        rate: Some(100.0),
        histogram: Some(Histogram::of(&latencies)),
        ..sample(row, block, Outcome::Measured, Some(1e6))
    }
}

#[test]
fn the_tail_of_all_requests_is_in_the_row_of_the_least_percentile_alone() {
    let mut run = of(Metric::Latency);
    let percentiles = ["p99", "p50"];
    for (row, percentile) in run.rows.iter_mut().zip(percentiles) {
        let params = [("percentile", percentile), ("rate", "50%")];
        row.params = params
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        row.isolation = "native/static".into();
    }
    run.rows[0].target = run.rows[1].target;
    let samples: Vec<Sample> = (0..10)
        .flat_map(|block| [served(0, block), served(1, block)])
        .collect();
    let summary = summarise(&run, &samples);
    let (p99, p50) = (numbers(&summary, 0), numbers(&summary, 1));
    assert!(p99.tail.is_empty() && p99.curve.is_empty() && p50.curve.is_empty());
    let tail = &p50.tail;
    assert!(tail.len() <= 60 && tail.len() > 30, "{}", tail.len());
    let near = |value: f64, wanted: f64| (value / wanted - 1.0).abs() < 0.001;
    let (first, last) = (tail[0], tail[tail.len() - 1]);
    assert!(first[0] >= 1.0 && near(first[1], 1e6), "{first:?}");
    assert!(near(last[0], 0.001) && near(last[1], 1e9), "{last:?}");
    for [share, value] in tail {
        let wanted = if *share <= 0.01 { 1e9 } else { 1e6 };
        assert!(near(*value, wanted), "{share}: {value}");
    }
    // Other requests have a tail of their own.
    run.rows[0].params.insert("rate".into(), "90%".into());
    assert!(!numbers(&summarise(&run, &samples), 0).tail.is_empty());
}

/// A launch whose instances held so much at first, and so much more with each.
fn grown(row: usize, block: u32, first: f64, more: f64) -> Sample {
    let points = [1.0, 2.0, 4.0, 8.0].map(|instances| (instances, first + more * instances));
    Sample {
        points: points.into(),
        ..sample(row, block, Outcome::Measured, Some(more))
    }
}

#[test]
fn a_fitted_line_is_that_of_its_two_rows() {
    let mut run = of(Metric::MemoryMarginal);
    run.rows[1].metric = Metric::MemoryFixed;
    let launches = [(5e6, 1e5), (5.2e6, 1.1e5), (4.9e6, 0.9e5)];
    let of_row = |row: usize| {
        let numbered = (0..).zip(launches);
        numbered.map(move |(block, (first, more))| Sample {
            value: Some([more, first][row]),
            ..grown(row, block, first, more)
        })
    };
    let samples: Vec<Sample> = of_row(0).chain(of_row(1)).collect();
    let summary = summarise(&run, &samples);
    let (slope, fixed) = (numbers(&summary, 0), numbers(&summary, 1));
    let [fitted, intercept] = slope.fit.expect("a line");
    assert!((fitted - slope.median).abs() < 1e-6, "{fitted}");
    assert!((intercept - fixed.median).abs() < 1e-6, "{intercept}");
    let held = [1.0, 2.0, 4.0, 8.0].map(|instances| [instances, 5e6 + 1e5 * instances]);
    // Of 4.9, 5.0 and 5.2 MB the middle one, whatever its slope.
    assert_eq!(slope.instances, held);
    assert!(fixed.instances.is_empty() && fixed.fit.is_none());
    // An older labrun kept no points.
    let mut without = samples;
    for line in &mut without {
        line.points.clear();
    }
    let summary = summarise(&run, &without);
    let slope = numbers(&summary, 0);
    assert!(slope.instances.is_empty() && slope.fit.is_none());
    assert_eq!(slope.curve, [0.9e5, 1e5, 1.1e5]);
}
