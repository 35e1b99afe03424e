//! What the benchmarks share: their settings, and the statistics of pairs.

use labrun_analysis::stats::{Observation, median, shared_ratio};

/// Connections of every load.
pub(crate) const CONNECTIONS: usize = 16;

/// A number from the environment.
pub(crate) fn setting(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Prints the medians of interleaved pairs and their ratio, first / second, with its interval.
pub(crate) fn compare(what: &str, unit: &str, names: [&str; 2], pairs: &[(f64, f64)]) {
    let side = |pick: fn(&(f64, f64)) -> f64| -> Vec<Observation> {
        let observe = |(block, pair)| Observation {
            block: u32::try_from(block).expect("few pairs"),
            value: pick(pair),
        };
        pairs.iter().enumerate().map(observe).collect()
    };
    let (first, second) = (side(|pair| pair.0), side(|pair| pair.1));
    let middle = |side: &[Observation]| {
        let values: Vec<f64> = side.iter().map(|seen| seen.value).collect();
        median(&values).expect("there are pairs")
    };
    let ratio = middle(&first) / middle(&second);
    let interval = shared_ratio(&first, &second, 1).and_then(|ratio| ratio.intervals);
    let interval = interval.map(|both| both.ci);
    let shown = interval.map_or_else(
        || "no interval".to_owned(),
        |[low, high]| format!("95% interval [{low:.3}, {high:.3}]"),
    );
    println!(
        "{what}: n = {}, {} {:.1} {unit}, {} {:.1} {unit}, ratio {ratio:.3}, {shown}",
        pairs.len(),
        names[0],
        middle(&first),
        names[1],
        middle(&second),
    );
}
