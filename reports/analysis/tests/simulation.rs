//! Does the method keep its word? Simulated launches with fixed seeds: coverage of the
//! intervals, A/A runs, injected changes, and false alarms of the warnings.

mod support;

use std::collections::BTreeMap;

use labrun_analysis::stats::{
    Observation, RatioEstimate, autocorrelated, drift, median_interval, ratio_apart, shared_ratio,
    two_modes,
};
use labrun_analysis::{Verdict, verdict};
use labrun_record::Better;
use support::Noise;

const MARGIN: f64 = 0.05;

fn in_blocks(values: &[f64]) -> Vec<Observation> {
    (0..)
        .zip(values)
        .map(|(block, &value)| Observation { block, value })
        .collect()
}

fn verdict_of(a: &[f64], b: &[f64], seed: u64) -> Verdict {
    let ratio = ratio_apart(a, b, seed);
    verdict(
        ratio.and_then(|ratio| ratio.intervals),
        Better::Lower,
        MARGIN,
    )
}

#[test]
fn the_interval_of_the_median_covers_it_19_times_of_20() {
    for (n, least) in [(6, 0.93), (10, 0.93), (30, 0.93), (100, 0.93)] {
        let mut noise = Noise::new(n as u64);
        let rounds = 400;
        let covered = (0..rounds)
            .filter(|&seed| {
                let values = noise.lognormal(n, 1.0, 0.2);
                let [low, high] = median_interval(&values, seed).expect("an interval");
                low <= 1.0 && 1.0 <= high
            })
            .count() as f64
            / rounds as f64;
        assert!(covered >= least, "n = {n}: {covered}");
    }
}

#[test]
fn blocks_make_the_interval_of_a_ratio_narrow_and_right() {
    let mut noise = Noise::new(7);
    let (mut covered, mut narrower) = (0, 0);
    let rounds = 200;
    for seed in 0..rounds {
        let shared: Vec<f64> = (0..40).map(|_| 0.15 * noise.normal()).collect();
        let mut side = |median: f64| -> Vec<f64> {
            shared
                .iter()
                .map(|s| median * (s + 0.02 * noise.normal()).exp())
                .collect()
        };
        let (a, b) = (side(1.7e6), side(1.5e5));
        let ci = |ratio: Option<RatioEstimate>| ratio?.intervals.map(|both| both.ci);
        let paired = ci(shared_ratio(&in_blocks(&a), &in_blocks(&b), seed)).expect("an interval");
        let apart = ci(ratio_apart(&a, &b, seed)).expect("an interval");
        let truth = 1.7e6 / 1.5e5;
        covered += u32::from(paired[0] <= truth && truth <= paired[1]);
        narrower += u32::from(paired[1] - paired[0] < apart[1] - apart[0]);
    }
    assert!(covered >= 184, "{covered} of {rounds}");
    assert!(narrower >= 195, "{narrower} of {rounds}");
}

/// How often two sets of 100 launches of the same thing get each verdict, in 200 rounds.
fn a_a(sigma: f64) -> BTreeMap<Verdict, u32> {
    let mut noise = Noise::new(11);
    let mut counts = BTreeMap::new();
    for seed in 0..200 {
        let a = noise.lognormal(100, 1.69e6, sigma);
        let b = noise.lognormal(100, 1.69e6, sigma);
        *counts.entry(verdict_of(&a, &b, seed)).or_insert(0) += 1;
    }
    counts
}

#[test]
fn a_a_is_neither_better_nor_worse() {
    for sigma in [0.05, 0.1, 0.3] {
        let counts = a_a(sigma);
        let of = |v| counts.get(&v).copied().unwrap_or(0);
        let called = of(Verdict::Better) + of(Verdict::Worse);
        assert!(called <= 6, "sigma {sigma}: {counts:?}");
        let tight = sigma <= 0.05;
        assert!(!tight || of(Verdict::Equivalent) >= 190, "{counts:?}");
    }
}

#[test]
fn a_change_of_ten_percent_is_called_worse() {
    let mut noise = Noise::new(13);
    let called = (0..100)
        .filter(|&seed| {
            let (a, b) = (
                noise.lognormal(60, 1.1e6, 0.03),
                noise.lognormal(60, 1.0e6, 0.03),
            );
            verdict_of(&a, &b, seed) == Verdict::Worse
        })
        .count();
    assert!(called >= 99, "{called} of 100");
}

#[test]
fn warnings_have_few_false_alarms() {
    for n in [20, 30, 100] {
        let mut noise = Noise::new(17 + n as u64);
        let (mut drifts, mut lags, mut modes) = (0, 0, 0);
        for _ in 0..500 {
            let values = noise.lognormal(n, 1.69e6, 0.15);
            drifts += u32::from(drift(&values, MARGIN).is_some());
            lags += u32::from(autocorrelated(&values).is_some());
            modes += u32::from(two_modes(&values, MARGIN).is_some());
        }
        assert!(
            drifts <= 10 && lags <= 8 && modes <= 5,
            "n = {n}: {drifts} {lags} {modes}"
        );
    }
}

#[test]
fn two_modes_are_found_at_thirty_launches() {
    let mut noise = Noise::new(19);
    let found = (0..200)
        .filter(|_| {
            let mut values = noise.lognormal(18, 1.0e6, 0.04);
            values.extend(noise.lognormal(12, 1.5e6, 0.04));
            two_modes(&values, MARGIN).is_some()
        })
        .count();
    assert!(found >= 190, "{found} of 200");
}
