//! Change points side by side with those of Apache Otava, on the series that it publishes
//! (`reference/make.py` made them).

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
    points: Vec<ChangePoint>,
}

#[test]
fn print() {
    let text = include_str!("reference/otava.json");
    let reference: Reference = serde_json::from_str(text).expect("the reference");
    for spread in [Spread::Population, Spread::Sample] {
        let mut same = 0;
        for found in &reference.found {
            let values: Vec<Option<f64>> = reference.series[&found.series]
                .iter()
                .map(|v| Some(*v))
                .collect();
            let by = Dating {
                window: found.window,
                rarity: found.rarity,
                least_change: found.least_change,
                spread,
            };
            let ours = change_points(&values, &by);
            let at = |p: &[ChangePoint]| p.iter().map(|p| p.at).collect::<Vec<_>>();
            if at(&ours) == at(&found.points) {
                same += 1;
            } else {
                println!(
                    "{spread:?} {} {} {} {}: otava {:?} ours {:?}",
                    found.series,
                    found.window,
                    found.rarity,
                    found.least_change,
                    at(&found.points),
                    at(&ours)
                );
            }
        }
        println!("{spread:?}: {same} of {}", reference.found.len());
    }
}
