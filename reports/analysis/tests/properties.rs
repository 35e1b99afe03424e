//! What must hold for any launches whatever.

use std::collections::BTreeSet;

use labrun_analysis::stats::{
    Observation, RatioIntervals, cliffs_delta, dip, hodges_lehmann, lag1, median, median_interval,
    quantile, ratio_apart, shared_ratio, sorted, stretch, theil_sen, theil_sen_line,
};
use labrun_analysis::{Verdict, half_width, verdict};
use labrun_record::Better;
use proptest::prelude::*;

fn launches(least: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((1_u32..2_000_000).prop_map(f64::from), least..60)
}

fn in_blocks(values: &[f64]) -> Vec<Observation> {
    (0..)
        .zip(values)
        .map(|(block, &value)| Observation { block, value })
        .collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn on_line(xs: BTreeSet<i32>, slope: i32, intercept: i32) -> Vec<(f64, f64)> {
    xs.into_iter()
        .map(|x| (f64::from(x), f64::from(slope * x + intercept)))
        .collect()
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
    fn the_interval_holds_the_median_and_lies_in_the_range(values in launches(6), seed: u64) {
        let [low, high] = median_interval(&values, seed).expect("an interval");
        let ordered = sorted(&values);
        let median = median(&values).expect("a median");
        prop_assert!(low <= median && median <= high);
        prop_assert!(ordered[0] <= low && high <= ordered[ordered.len() - 1]);
    }

    #[test]
    fn the_order_of_launches_does_not_move_the_interval(values in launches(6), seed: u64) {
        // Unless they depend on each other.
        prop_assume!(stretch(&values) == 1);
        let backwards: Vec<f64> = values.iter().rev().copied().collect();
        prop_assert_eq!(median_interval(&values, seed), median_interval(&backwards, seed));
    }

    #[test]
    fn scaling_scales(values in launches(6), seed: u64) {
        let doubled: Vec<f64> = values.iter().map(|v| v * 2.0).collect();
        let (a, b) = (median_interval(&values, seed), median_interval(&doubled, seed));
        prop_assert_eq!(a.map(|[l, h]| [l * 2.0, h * 2.0]), b);
        prop_assert_eq!(half_width(&values, seed), half_width(&doubled, seed));
        let (a, b) = (dip(&sorted(&values)), dip(&sorted(&doubled)));
        prop_assert!(near(a, b));
        if let (Some(a), Some(b)) = (lag1(&values), lag1(&doubled)) {
            prop_assert!(near(a, b));
        }
    }

    #[test]
    fn translation_translates(values in launches(6), by in 0_u32..1_000_000, seed: u64) {
        let by = f64::from(by);
        let moved: Vec<f64> = values.iter().map(|v| v + by).collect();
        let (a, b) = (median_interval(&values, seed), median_interval(&moved, seed));
        let (a, b) = (a.expect("an interval"), b.expect("an interval"));
        prop_assert!(near(a[0] + by, b[0]) && near(a[1] + by, b[1]));
        prop_assert!(near(hodges_lehmann(&moved, &values).expect("a shift"),
            hodges_lehmann(&values, &values).expect("a shift") + by));
    }

    #[test]
    fn the_interval_of_a_ratio_holds_it(a in launches(6), b in launches(6), shared: bool, seed: u64) {
        let got = if shared {
            shared_ratio(&in_blocks(&a), &in_blocks(&b), seed)
        } else {
            ratio_apart(&a, &b, seed)
        };
        let got = got.expect("a ratio");
        let both = got.intervals.expect("intervals");
        let [low, high] = both.ci;
        prop_assert!(low <= got.value && got.value <= high && low > 0.0);
        prop_assert!(low <= both.ci90[0] && both.ci90[1] <= high);
        // What only one of the two has does not count.
        let n = a.len().min(b.len());
        let (a, b) = if shared { (&a[..n], &b[..n]) } else { (&a[..], &b[..]) };
        prop_assert!(near(got.value, median(a).expect("one") / median(b).expect("one")));
    }

    #[test]
    fn swapping_turns_effects_round(a in launches(1), b in launches(1)) {
        prop_assert!(near(hodges_lehmann(&a, &b).expect("one"), -hodges_lehmann(&b, &a).expect("one")));
        prop_assert!(near(cliffs_delta(&a, &b).expect("one"), -cliffs_delta(&b, &a).expect("one")));
    }

    #[test]
    fn quantiles_rise(values in launches(1), p in 0.0..1.0_f64, q in 0.0..1.0_f64) {
        let ordered = sorted(&values);
        let (low, high) = (p.min(q), p.max(q));
        prop_assert!(quantile(&ordered, low) <= quantile(&ordered, high));
    }

    #[test]
    fn an_exact_line_is_found(xs in prop::collection::btree_set(-1000_i32..1000, 2..40),
        slope in -50_i32..50, intercept in -1000_i32..1000) {
        let points: Vec<(f64, f64)> = on_line(xs, slope, intercept);
        let line = theil_sen_line(&points).expect("a line");
        prop_assert!(near(line.slope, f64::from(slope)) && near(line.intercept, f64::from(intercept)));
        prop_assert_eq!(line.slope_interval.is_some(), points.len() >= 5);
        if let Some([low, high]) = line.slope_interval {
            prop_assert!(near(low, f64::from(slope)) && near(high, f64::from(slope)));
        }
    }

    #[test]
    fn one_outlier_does_not_move_a_line(xs in prop::collection::btree_set(-1000_i32..1000, 7..40),
        slope in -50_i32..50, which: prop::sample::Index, off in -1e9..1e9_f64) {
        let mut points = on_line(xs, slope, 7);
        let at = which.index(points.len());
        points[at].1 += off;
        let line = theil_sen_line(&points).expect("a line");
        prop_assert!(near(line.slope, f64::from(slope)) && near(line.intercept, 7.0));
    }

    #[test]
    fn the_order_of_points_does_not_move_a_line(ys in launches(2), by in 1_usize..7, seed in 0_usize..60) {
        // each x several times, in an order that has nothing to do with them
        let points: Vec<(f64, f64)> = (0..).map(|i: u32| f64::from(i / 3)).zip(ys).collect();
        let mut moved = points.clone();
        moved.rotate_left(seed % points.len());
        moved.reverse();
        moved.sort_by_key(|point| point.1 as usize % by);
        let (a, b) = (theil_sen_line(&points), theil_sen_line(&moved));
        prop_assert_eq!(a.is_some(), b.is_some());
        prop_assert_eq!(a.and_then(|a| a.slope_interval), b.and_then(|b| b.slope_interval));
        if let (Some(a), Some(b)) = (a, b) {
            prop_assert!(near(a.slope, b.slope) && near(a.intercept, b.intercept));
            let inside = a.slope_interval.is_none_or(|[low, high]| low <= a.slope && a.slope <= high);
            prop_assert!(inside);
        }
    }

    #[test]
    fn verdicts_are_symmetric(low in 0.5..2.0_f64, length in 0.0..0.5_f64, margin in 0.0..0.2_f64) {
        let ratio = [low, low + length];
        let both = |ends: [f64; 2]| Some(RatioIntervals { ci: ends, ci90: ends });
        let inverse = [1.0 / ratio[1], 1.0 / ratio[0]];
        let seen = verdict(both(ratio), Better::Lower, margin);
        prop_assert_eq!(verdict(both(ratio), Better::Higher, margin), flipped(seen));
        // not on the very edge of the margin, where 1 / (1 / x) may round
        let edges = [1.0 + margin, 1.0 / (1.0 + margin)];
        if ratio.iter().all(|end| edges.iter().all(|edge| !near(*end, *edge))) {
            prop_assert_eq!(verdict(both(inverse), Better::Lower, margin), flipped(seen));
        }
    }

    #[test]
    fn nothing_panics_on_rubbish(values in prop::collection::vec(any::<f64>(), 0..40), seed: u64) {
        let _ = (median(&values), median_interval(&values, seed), half_width(&values, seed));
        let _ = (lag1(&values), dip(&sorted(&values)), hodges_lehmann(&values, &values));
        let _ = (shared_ratio(&in_blocks(&values), &in_blocks(&values), seed), ratio_apart(&values, &values, seed));
        let pairs: Vec<(f64, f64)> = values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let _ = (theil_sen(&values), theil_sen_line(&pairs));
    }
}

#[test]
fn without_two_places_there_is_no_line() {
    assert_eq!(theil_sen_line(&[]), None);
    assert_eq!(theil_sen_line(&[(1.0, 5.0)]), None);
    assert_eq!(theil_sen_line(&[(1.0, 5.0), (1.0, 7.0), (1.0, 9.0)]), None);
    assert_eq!(
        theil_sen_line(&[(1.0, 5.0), (2.0, f64::NAN), (3.0, 9.0)]),
        None
    );
    assert_eq!(theil_sen_line(&[(1.0, 5.0), (f64::INFINITY, 7.0)]), None);
    let four = [(1.0, 5.0), (2.0, 7.0), (4.0, 12.0), (8.0, 19.0)];
    let line = theil_sen_line(&four).expect("a line");
    assert_eq!(line.slope_interval, None, "four points are not that sure");
    assert_eq!(theil_sen(&[3.0]), None);
}

#[test]
fn without_an_interval_nothing_is_said() {
    let five = [1.0, 2.0, 3.0, 4.0, 5.0];
    assert_eq!(median_interval(&five, 1), None);
    assert_eq!(half_width(&five, 1), None);
    let apart = ratio_apart(&five, &[1.0; 30], 1).expect("a ratio");
    assert_eq!((apart.value, apart.intervals), (3.0, None));
    let shared = shared_ratio(&in_blocks(&five), &in_blocks(&[2.0; 30]), 1).expect("a ratio");
    assert_eq!((shared.value, shared.intervals), (1.5, None));
    assert_eq!(shared_ratio(&in_blocks(&five), &[], 1), None);
    assert_eq!(ratio_apart(&five, &[1.0, 0.0], 1), None);
    assert_eq!(verdict(None, Better::Lower, 0.05), Verdict::Inconclusive);
    assert_eq!(
        verdict(
            Some(RatioIntervals {
                ci: [f64::NAN, 2.0],
                ci90: [1.0, 2.0]
            }),
            Better::Lower,
            0.05
        ),
        Verdict::Inconclusive
    );
    assert_eq!(
        median_interval(&[1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0], 1),
        None
    );
}

#[test]
fn equal_launches_have_an_interval_of_no_length() {
    assert_eq!(median_interval(&[7.0; 6], 1), Some([7.0, 7.0]));
    assert_eq!(half_width(&[7.0; 6], 1), Some(0.0));
    assert_eq!(lag1(&[7.0; 6]), None);
}

#[test]
fn verdicts_need_the_whole_interval() {
    let of = |low, high| {
        let ends = [low, high];
        verdict(
            Some(RatioIntervals {
                ci: ends,
                ci90: ends,
            }),
            Better::Lower,
            0.05,
        )
    };
    assert_eq!(of(1.06, 1.20), Verdict::Worse);
    assert_eq!(of(1.04, 1.20), Verdict::Inconclusive);
    assert_eq!(of(0.80, 0.90), Verdict::Better);
    assert_eq!(of(0.97, 1.04), Verdict::Equivalent);
    assert_eq!(of(0.90, 1.10), Verdict::Inconclusive);
}

#[test]
fn equivalent_is_decided_at_90_percent_and_better_or_worse_at_95() {
    let of = |ci, ci90| verdict(Some(RatioIntervals { ci, ci90 }), Better::Lower, 0.05);
    assert_eq!(of([0.94, 1.06], [0.96, 1.04]), Verdict::Equivalent);
    assert_eq!(of([1.04, 1.20], [1.06, 1.18]), Verdict::Inconclusive);
}
