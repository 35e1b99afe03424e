//! Does the method keep its word? Tables of simulated runs: how often the intervals hold the
//! truth, and how often a row that is the same is called better or worse.
//!
//! `scripts/simulate [ROUNDS]` prints them.
#![allow(missing_docs, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use support::simulated::{
    Found, Machine, Rule, latency_ratio_with_stalls, latency_with_stalls, of_quads, of_row,
};
use support::two_runs::TwoRuns;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let rounds = rounds.unwrap_or(1000);
    println!("A row beside its reference in one run of 540 blocks, each spread by 5 %:\n");
    table(&Machine::ALL, &[30, 100, 300], |machine, n| {
        of_row(machine, n, 0.05, rounds)
    });
    for spread in [5, 20] {
        println!("\nA replay in quads, each launch spread by {spread} %:\n");
        table(&Machine::ALL, &[12, 30, 100], |machine, n| {
            of_quads(machine, n, f64::from(spread) / 100.0, rounds)
        });
    }
    for spread in [40, 80] {
        println!("\nA replay in quads, each launch spread by {spread} %:\n");
        table(&Machine::ALL[..1], &[12, 30, 100], |machine, n| {
            of_quads(machine, n, f64::from(spread) / 100.0, rounds)
        });
    }
    println!("\nThe 99 % quantile of latency, with half a stall of 50 ms a second:\n");
    println!(
        "| launches of 0.8 s | coverage | of a ratio of 1 | better or worse | by a replay |\n|---|---|---|---|---|"
    );
    for n in [6, 10, 15, 30] {
        let [run, replay] =
            [Rule::Run, Rule::Replay].map(|rule| latency_ratio_with_stalls(n, rule, rounds));
        println!(
            "| {n} | {:.1} % | {:.1} % | {:.2} % | {:.2} % |",
            100.0 * latency_with_stalls(n, rounds),
            100.0 * run.covered,
            100.0 * run.called,
            100.0 * replay.called,
        );
    }
    println!("\nTwo runs of the same, 100 rows:\n");
    two_runs(u32::try_from(rounds).unwrap_or(u32::MAX));
}

/// Two runs of 100 rows, one after another.
fn two_runs(rounds: u32) {
    println!(
        "| between the runs | better or worse | without that | 1.1 times | 1.2 times | all 1.2 times |\n\
         |---|---|---|---|---|---|"
    );
    for (name, runs) in TwoRuns::ALL {
        let [called, bare, _] = runs.called(rounds);
        let [little, much] = [1.1, 1.2].map(|times| runs.found(times, rounds)[0]);
        println!(
            "| {name} | {:.2} % | {:.2} % | {:.0} % | {:.0} % | {:.0} % |",
            100.0 * called,
            100.0 * bare,
            100.0 * little,
            100.0 * much,
            100.0 * runs.told_apart(1.2, rounds)[0]
        );
    }
}

fn table(machines: &[(&str, Machine)], numbers: &[usize], found: impl Fn(Machine, usize) -> Found) {
    println!(
        "| machine | n | coverage of 95 % | better or worse | equivalent within 5 % | half-width |"
    );
    println!("|---|---|---|---|---|---|");
    for &(name, machine) in machines {
        for &n in numbers {
            let Found {
                covered,
                called,
                equivalent,
                half_width,
            } = found(machine, n);
            println!(
                "| {name} | {n} | {:.1} % | {:.2} % | {:.0} % | {:.2} % |",
                100.0 * covered,
                100.0 * called,
                100.0 * equivalent,
                100.0 * half_width
            );
        }
    }
}
