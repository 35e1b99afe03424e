//! The statistics against reference values of `SciPy` (`reference/make.py` made them).

use std::collections::BTreeMap;

use labrun_analysis::Observation;
use labrun_analysis::stats::{
    RatioEstimate, autocorrelated, cliffs_delta, dip, drift, hodges_lehmann, kendall_p, lag1,
    median, median_interval, order_interval, quantile, ratio_apart, shared_ratio, sorted, stretch,
    theil_sen, theil_sen_line, two_modes,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    series: BTreeMap<String, Series>,
    pairs: BTreeMap<String, Pair>,
    lines: BTreeMap<String, Line>,
}

#[derive(Deserialize)]
struct Line {
    x: Vec<f64>,
    y: Vec<f64>,
    slope: f64,
    intercept: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Series {
    values: Vec<f64>,
    median: f64,
    quantiles: BTreeMap<String, f64>,
    interval: [f64; 2],
    order_interval: [f64; 2],
    lag1: f64,
    rank_lag1: f64,
    kendall_p: f64,
    theil_sen: f64,
    dip: f64,
}

#[derive(Deserialize)]
struct Pair {
    a: Vec<f64>,
    b: Vec<f64>,
    hodges_lehmann: f64,
    cliffs_delta: f64,
    ratio_independent: [f64; 2],
    ratio_paired: Option<[f64; 2]>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/scipy.json")).expect("the reference parses")
}

#[track_caller]
fn close(name: &str, got: Option<f64>, wanted: f64, tolerance: f64) {
    let got = got.unwrap_or_else(|| panic!("{name}: no value, wanted {wanted}"));
    let off = (got - wanted).abs();
    assert!(
        off <= tolerance * wanted.abs().max(1e-12),
        "{name}: {got}, wanted {wanted}"
    );
}

/// Two bootstraps with different random numbers: each end may differ by a tenth of the
/// interval's length (or one step between two launches, which that allows for here).
#[track_caller]
fn interval_close(name: &str, got: Option<[f64; 2]>, wanted: [f64; 2]) {
    let got = got.unwrap_or_else(|| panic!("{name}: no interval"));
    let allowed = 0.12 * (wanted[1] - wanted[0]);
    for end in 0..2 {
        assert!(
            (got[end] - wanted[end]).abs() <= allowed,
            "{name}: {got:?}, wanted {wanted:?}"
        );
    }
}

#[test]
fn median_and_quantiles() {
    for (name, series) in reference().series {
        close(&name, median(&series.values), series.median, 1e-12);
        let ordered = sorted(&series.values);
        for (p, wanted) in series.quantiles {
            let at: f64 = p.parse().expect("a number");
            close(
                &format!("{name} at {p}"),
                quantile(&ordered, at),
                wanted,
                1e-12,
            );
        }
    }
}

#[test]
fn interval_of_the_median() {
    let mut bootstrapped = 0;
    for (name, series) in reference().series {
        let wanted = series.order_interval;
        let by_order = order_interval(&sorted(&series.values), 0.95).expect("an interval");
        for end in 0..2 {
            close(&name, Some(by_order[end]), wanted[end], 1e-9);
        }
        let got = median_interval(&series.values, 1);
        if series.values.len() < 20 {
            assert_eq!(got, Some(by_order), "{name}");
        } else if stretch(&series.values) == 1 {
            interval_close(&name, got, series.interval);
            bootstrapped += 1;
        } else {
            // Wider than if launches did not depend on each other.
            let [low, high] = got.expect("an interval");
            assert!(
                high - low > series.interval[1] - series.interval[0],
                "{name}"
            );
        }
    }
    assert!(bootstrapped >= 4, "{bootstrapped}");
}

#[test]
fn series_in_time() {
    for (name, series) in reference().series {
        close(&name, lag1(&series.values), series.lag1, 1e-9);
        let found = autocorrelated(&series.values);
        assert!(
            found.is_none_or(|r| (r - series.rank_lag1).abs() < 1e-9),
            "{name}: {found:?}"
        );
        close(&name, theil_sen(&series.values), series.theil_sen, 1e-9);
        let p = kendall_p(&series.values).expect("a p");
        assert!(
            (p - series.kendall_p).abs() < 1e-6,
            "{name}: {p}, wanted {}",
            series.kendall_p
        );
    }
}

#[test]
fn lines() {
    for (name, line) in reference().lines {
        let points: Vec<(f64, f64)> = line.x.into_iter().zip(line.y).collect();
        let got = theil_sen_line(&points).expect("a line");
        close(&name, Some(got.slope), line.slope, 1e-9);
        close(&name, Some(got.intercept), line.intercept, 1e-9);
        let interval = got.slope_interval.expect("an interval");
        close(&name, Some(interval[0]), line.interval[0], 1e-9);
        close(&name, Some(interval[1]), line.interval[1], 1e-9);
    }
}

#[test]
fn dips() {
    for (name, series) in reference().series {
        close(&name, Some(dip(&sorted(&series.values))), series.dip, 1e-9);
    }
}

#[test]
fn effects() {
    for (name, pair) in reference().pairs {
        close(
            &name,
            hodges_lehmann(&pair.a, &pair.b),
            pair.hodges_lehmann,
            1e-12,
        );
        close(
            &name,
            cliffs_delta(&pair.a, &pair.b),
            pair.cliffs_delta,
            1e-12,
        );
    }
}

fn in_blocks(values: &[f64]) -> Vec<Observation> {
    (0..)
        .zip(values)
        .map(|(block, &value)| Observation { block, value })
        .collect()
}

#[test]
fn interval_of_a_ratio() {
    for (name, pair) in reference().pairs {
        let (a, b) = (in_blocks(&pair.a), in_blocks(&pair.b));
        let ci = |ratio: Option<RatioEstimate>| Some(ratio?.intervals?.ci);
        let independent = ratio_apart(&pair.a, &pair.b, 1);
        interval_close(&name, ci(independent), pair.ratio_independent);
        if let Some(wanted) = pair.ratio_paired {
            interval_close(
                &format!("{name}, paired"),
                ci(shared_ratio(&a, &b, 1)),
                wanted,
            );
        }
    }
}

#[test]
fn what_is_there_is_found_and_nothing_else() {
    let series = reference().series;
    let found = |name: &str| {
        let values = &series[name].values;
        (
            drift(values, 0.05).is_some(),
            autocorrelated(values).is_some(),
            two_modes(values, 0.05).is_some(),
        )
    };
    assert_eq!(found("odd"), (false, false, false));
    assert_eq!(found("even"), (false, false, false));
    assert_eq!(found("few"), (false, false, false));
    assert_eq!(found("uniform"), (false, false, false));
    assert!(found("trend").0);
    assert!(found("walk").1);
    assert!(found("two_modes").2);
}
