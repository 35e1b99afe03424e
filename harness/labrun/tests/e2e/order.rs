//! The order of launches: shuffled by the seed, in blocks that hold every row once.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{GOOD_JOB, Lab, Ran, Runner};

const SAMPLES: u32 = 6;

fn lab() -> Lab {
    Lab::fixture()
        .isolation("native/dynamic")
        .runner(&Runner::new("good", GOOD_JOB).every_start())
        .samples(SAMPLES)
}

fn field(sample: &Value, name: &str) -> u64 {
    sample[name].as_u64().expect("a number")
}

/// Rows in the order in which their samples were taken.
fn order(ran: &Ran) -> Vec<u64> {
    let samples = ran.files.samples();
    samples.iter().map(|sample| field(sample, "row")).collect()
}

#[test]
fn the_same_seed_gives_the_same_order_and_another_seed_another() {
    let lab = lab();
    let run = |seed: &str| {
        let ran = lab.measure(["--seed", seed]).exit(0);
        assert_eq!(ran.files.json("run.json")["seed"].to_string(), seed);
        order(&ran)
    };
    let first = run("7");
    assert_eq!(run("7"), first);
    assert_ne!(run("8"), first);
}

#[test]
fn a_run_without_a_seed_can_be_repeated_from_its_record() {
    let lab = lab();
    let ran = lab.measure([""; 0]).exit(0);
    let seed = ran.files.json("run.json")["seed"].to_string();
    let again = lab.measure(["--seed", &seed]).exit(0);
    assert_eq!(order(&again), order(&ran));
}

#[test]
fn every_block_holds_every_active_row_once() {
    // One row fails at once, and then has no more launches.
    let lab = lab().runner(&Runner::new("crash", "kill -SEGV $$"));
    let ran = lab.measure(["--seed", "7"]).exit(101);
    let run = ran.files.json("run.json");
    let samples = ran.files.samples();
    let active = |row: usize| run["rows"][row]["isolation"] != "crash/plain";
    let all: BTreeSet<u64> = (0..run["rows"].as_array().expect("rows").len() as u64).collect();
    let lasting: BTreeSet<u64> = all
        .iter()
        .copied()
        .filter(|row| active(*row as usize))
        .collect();
    let mut orders = BTreeSet::new();
    for block in 0..u64::from(SAMPLES) {
        let rows: Vec<u64> = samples
            .iter()
            .filter(|sample| field(sample, "block") == block)
            .map(|sample| field(sample, "row"))
            .collect();
        let expected = if block == 0 { &all } else { &lasting };
        assert_eq!(rows.len(), expected.len(), "block {block}");
        assert_eq!(&rows.iter().copied().collect::<BTreeSet<_>>(), expected);
        orders.insert(rows);
    }
    assert!(orders.len() > 1, "each block is shuffled afresh");
    assert!(
        samples
            .iter()
            .all(|sample| field(sample, "block") < u64::from(SAMPLES))
    );
}

#[test]
fn samples_are_in_the_order_in_which_they_were_taken() {
    let ran = lab().measure([""; 0]).exit(0);
    let samples = ran.files.samples();
    for pair in samples.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        assert!(field(a, "at_ns") <= field(b, "at_ns"), "{a} {b}");
        let step = field(b, "seq") - field(a, "seq");
        assert!(step <= 1, "{a} {b}");
        assert_eq!(
            step == 0,
            field(a, "at_ns") == field(b, "at_ns"),
            "rows of one launch"
        );
    }
}
