//! Change points side by side with those of Apache Otava 0.8, on the series that it publishes
//! (`reference/make.py` wrote them down).
//!
//! There are two differences, and no third:
//!
//! - Its merge takes the weakest point away again and again, and what stands between its neighbours is
//!   another stretch then. Both neighbours have to be tested anew. Otava tests the one to the right, and
//!   the one after that: the one to the left keeps the test of stretches that are no more. So it keeps
//!   points that nothing supports any more. With both neighbours tested its points are ours, every one, with
//!   the same means and the same significance.
//! - It takes the spread of a stretch from as many values as there are, and not from one less, as Student's
//!   test has it. That makes short stretches more still than they are, and gives more points. Ours are
//!   found with one less; `Spread::Population` is as Otava does.

use std::collections::BTreeMap;

use labrun_history::dating::{ChangePoint, Dating, Spread, change_points};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    series: BTreeMap<String, Vec<f64>>,
    found: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    series: String,
    window: usize,
    rarity: f64,
    least_change: f64,
    /// As Otava 0.8 finds them.
    points: Vec<ChangePoint>,
    /// As it does with both neighbours tested.
    mended: Vec<ChangePoint>,
}

/// Each of Otava's results, with ours.
fn side_by_side(spread: Spread) -> Vec<(Found, Vec<ChangePoint>)> {
    let text = include_str!("reference/otava.json");
    let Reference { series, found } = serde_json::from_str(text).expect("the reference");
    assert_eq!((series.len(), found.len()), (10, 90), "nothing was read");
    found
        .into_iter()
        .map(|found| {
            let values: Vec<Option<f64>> =
                series[&found.series].iter().copied().map(Some).collect();
            let by = Dating {
                window: found.window,
                rarity: found.rarity,
                least_change: found.least_change,
                spread,
            };
            let ours = change_points(&values, &by);
            (found, ours)
        })
        .collect()
}

fn places(points: &[ChangePoint]) -> Vec<usize> {
    points.iter().map(|point| point.at).collect()
}

/// What one has and the other has not, for each result in which they differ.
fn differences(spread: Spread, theirs: fn(&Found) -> &[ChangePoint]) -> Vec<String> {
    let mut differences = Vec::new();
    for (found, ours) in side_by_side(spread) {
        let (theirs, ours) = (places(theirs(&found)), places(&ours));
        let without = |some: &[usize], others: &[usize]| -> Vec<usize> {
            some.iter()
                .copied()
                .filter(|at| !others.contains(at))
                .collect()
        };
        let (more, fewer) = (without(&theirs, &ours), without(&ours, &theirs));
        if (&more, &fewer) != (&vec![], &vec![]) {
            differences.push(format!(
                "{} {} {} {}: Otava alone {more:?}, we alone {fewer:?}",
                found.series, found.window, found.rarity, found.least_change
            ));
        }
    }
    differences
}

#[test]
fn with_both_neighbours_tested_they_are_the_same() {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-7 * a.abs().max(b.abs()) + 1e-12;
    let mut compared = 0;
    for (found, ours) in side_by_side(Spread::Population) {
        assert_eq!(places(&ours), places(&found.mended), "{}", found.series);
        for (one, other) in ours.iter().zip(&found.mended) {
            let same = near(one.before, other.before)
                && near(one.after, other.after)
                && near(one.rarity, other.rarity);
            assert!(same, "{}: {one:?} {other:?}", found.series);
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn as_it_is_it_keeps_points_whose_stretches_are_no_more() {
    assert_eq!(
        differences(Spread::Population, |found| &found.points),
        [
            "tigerbeetle 30 0.001 0: Otava alone [260], we alone []",
            "tigerbeetle 30 0.01 0: Otava alone [26], we alone []",
            "tigerbeetle 30 0.1 0.05: Otava alone [363], we alone []",
            "tigerbeetle 30 0.1 0: Otava alone [6, 265, 288, 305], we alone [220]",
        ]
    );
}

#[test]
fn a_spread_from_one_value_less_gives_fewer_points() {
    assert_eq!(
        differences(Spread::Sample, |found| &found.mended),
        [
            "tigerbeetle 30 0.01 0: Otava alone [165, 169], we alone []",
            "tigerbeetle 30 0.0001 0: Otava alone [117, 142, 148], we alone []",
            "tigerbeetle 30 0.1 0: Otava alone [16, 39, 220], we alone [236]",
            "sample.csv metric2 30 0.1 0: Otava alone [3], we alone []",
        ]
    );
}
