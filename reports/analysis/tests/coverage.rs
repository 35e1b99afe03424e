//! Do the intervals of a ratio hold what they say, whatever the machine does meanwhile? A short form
//! of `scripts/simulate`, with fixed seeds.

mod support;

use support::simulated::{Found, Machine, of_quads, of_row};

/// Simulated runs of each kind, and replays, which cost less; those of few quads least.
const RUNS: u64 = 300;
const REPLAYS: u64 = 600;
const SHORT_REPLAYS: u64 = 1000;

#[track_caller]
fn keeps_its_word(name: &str, n: usize, found: &Found) {
    let Found {
        covered, called, ..
    } = found;
    assert!(*covered >= 0.93, "{name}, n = {n}: {covered} covered");
    assert!(*called <= 0.01, "{name}, n = {n}: {called} called");
}

#[test]
fn a_row_beside_its_reference() {
    for (name, machine) in Machine::ALL {
        for n in [30, 100, 300] {
            keeps_its_word(name, n, &of_row(machine, n, 0.05, RUNS));
        }
    }
}

#[test]
fn a_replay_in_quads() {
    for (name, machine) in Machine::ALL {
        for n in [12, 30, 100] {
            for sigma in [0.05, 0.2] {
                let name = format!("{name}, spread {sigma}");
                let rounds = if n < 40 { SHORT_REPLAYS } else { REPLAYS };
                keeps_its_word(&name, n, &of_quads(machine, n, sigma, rounds));
            }
        }
    }
}

#[test]
fn a_replay_of_launches_that_spread_by_more_than_its_margin_by_far() {
    for n in [12, 14, 30] {
        let found = of_quads(Machine::Quiet, n, 0.8, SHORT_REPLAYS);
        keeps_its_word("spread 0.8", n, &found);
    }
}
