//! Does the method keep its word? A table of simulated runs: how often the intervals of ratios
//! hold the truth, and how often a row that is the same is called better or worse.
//!
//! `cargo run --release -p labrun-analysis --example simulate [ROUNDS]` prints it.
#![allow(missing_docs, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use labrun_analysis::stats::{Observation, shared_ratio};
use labrun_analysis::{Verdict, verdict};
use labrun_record::Better;
use support::Noise;
use support::simulated::{Machine, spread};

const BLOCKS: usize = 540;

fn main() {
    let rounds = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(1000);
    for sigma in [0.03, 0.1] {
        println!("| machine | n | coverage | better or worse | equivalent |");
        for (name, machine) in Machine::ALL {
            for n in [10, 30, 100, 300] {
                let mut noise = Noise::new(n as u64);
                let (mut covered, mut called, mut same) = (0, 0, 0);
                let mut width = 0.0;
                for seed in 0..rounds {
                    let common = machine.blocks(BLOCKS, &mut noise);
                    let mut at = |block: usize| Observation {
                        block: block as u32,
                        value: 1e6 * (common[block] + sigma * noise.normal()).exp(),
                    };
                    let row: Vec<_> = spread(n, BLOCKS).map(&mut at).collect();
                    let reference: Vec<_> = (0..BLOCKS).map(&mut at).collect();
                    let got = shared_ratio(&row, &reference, seed).unwrap();
                    let both = got.intervals.unwrap();
                    covered += u32::from(both.ci[0] <= 1.0 && 1.0 <= both.ci[1]);
                    width += (both.ci[1] - both.ci[0]) / 2.0;
                    match verdict(got.intervals, Better::Lower, 0.05) {
                        Verdict::Better | Verdict::Worse => called += 1,
                        Verdict::Equivalent => same += 1,
                        Verdict::Inconclusive => {}
                    }
                }
                let share = |count: u32| 100.0 * f64::from(count) / rounds as f64;
                println!(
                    "| {sigma} {name} | {n} | {:.1} % | {:.2} % | {:.0} % | {:.4}",
                    share(covered),
                    share(called),
                    share(same),
                    width / rounds as f64
                );
            }
        }
    }
}
