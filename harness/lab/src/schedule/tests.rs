//! Tests of the schedule, on made-up values and costs.

use super::*;

fn plan() -> Plan {
    Plan {
        min_samples: 10,
        max_samples: 40,
        half_width: 0.05,
        fine_half_width: 0.02,
        fine_s: 3.0,
        time_budget_s: 100.0,
        timeout_s: 1.0,
        warmup: 0,
        warm_repeats: 0,
        margin: 0.05,
    }
}

/// Runs a schedule on made-up values: `value(entry, n)`, `cost` seconds each.
fn play(
    schedule: &mut Schedule,
    cost: &[f64],
    value: impl Fn(usize, usize) -> f64,
) -> Vec<Vec<usize>> {
    let mut blocks = Vec::new();
    while let Some(block) = schedule.next_block() {
        for &entry in &block {
            let n = schedule.entries[entry].values.len();
            schedule.gave(entry, value(entry, n), &[], cost[entry]);
        }
        schedule.close_block();
        blocks.push(block);
    }
    blocks
}

fn noisy(n: usize) -> f64 {
    if n.is_multiple_of(2) {
        100.0
    } else {
        300.0 + n as f64
    }
}

#[test]
fn precise_rows_stop_at_the_least_number_and_noisy_ones_at_the_most() {
    let mut schedule = Schedule::new(plan(), 1);
    schedule.add(1);
    schedule.add(2);
    play(&mut schedule, &[0.001, 0.001], |entry, n| {
        if entry == 0 { 100.0 } else { noisy(n) }
    });
    assert_eq!(schedule.entries[0].values.len(), 10);
    assert_eq!(schedule.entries[1].values.len(), 40);
}

#[test]
fn a_row_that_costs_little_goes_on_for_a_finer_interval() {
    // Half of the values 4 % above the rest: wider than 2 %, narrower than 5 %.
    let wide = |n: usize| if n.is_multiple_of(2) { 100.0 } else { 106.0 };
    let mut schedule = Schedule::new(plan(), 1);
    schedule.add(1);
    schedule.add(2);
    play(&mut schedule, &[0.001, 1.0], |_, n| wide(n));
    assert_eq!(
        schedule.entries[0].values.len(),
        40,
        "it costs 40 ms in all"
    );
    assert_eq!(
        schedule.entries[1].values.len(),
        10,
        "it has cost 10 s by then"
    );
}

#[test]
fn the_other_metrics_of_a_cheap_launch_count_too() {
    let mut schedule = Schedule::new(plan(), 1);
    let entry = schedule.add(1);
    while schedule.next_block().is_some() {
        let n = schedule.entries[entry].values.len();
        schedule.gave(entry, 100.0, &[noisy(n)], 0.001);
        schedule.close_block();
    }
    assert_eq!(schedule.entries[entry].values.len(), 40);
}

#[test]
fn a_row_and_its_reference_stop_together() {
    let mut schedule = Schedule::new(plan(), 1);
    let reference = schedule.add(1);
    let row = schedule.add(2);
    schedule.compare(row, reference);
    let blocks = play(&mut schedule, &[0.001, 0.001], |entry, n| {
        if entry == reference { 100.0 } else { noisy(n) }
    });
    assert_eq!(blocks.len(), 40);
    assert!(
        blocks.iter().all(|block| block.len() == 2),
        "interleaved until both stop"
    );
}

#[test]
fn the_same_seed_gives_the_same_order_and_another_seed_another() {
    let order = |seed| {
        let mut schedule = Schedule::new(plan(), seed);
        for entry in 0..8 {
            schedule.add(entry);
        }
        play(&mut schedule, &[0.001; 8], |_, _| 100.0)
    };
    assert_eq!(order(7), order(7));
    assert_ne!(order(7), order(8));
    assert_ne!(order(7)[0], order(7)[1], "each block is shuffled afresh");
}

#[test]
fn a_costly_row_is_cut_only_when_the_run_would_not_fit() {
    // 30 s for ten launches: more than its half of 50 s is not reached.
    let mut fits = Schedule::new(plan(), 1);
    fits.add(1);
    fits.add(2);
    play(&mut fits, &[6.0, 0.001], |_, n| noisy(n));
    assert_eq!(
        fits.entries[0].values.len(),
        10,
        "over its share, but the run fits"
    );
    // 30 launches of 6 s would take 120 s.
    let mut over = Schedule::new(plan(), 1);
    over.add(1);
    over.add(2);
    play(&mut over, &[12.0, 0.001], |_, n| noisy(n));
    assert_eq!(
        over.entries[0].values.len(),
        5,
        "60 s is the first over its share of 50 s"
    );
}

#[test]
fn nothing_goes_on_after_the_budget() {
    let mut schedule = Schedule::new(plan(), 1);
    for entry in 0..4 {
        schedule.add(entry);
    }
    play(&mut schedule, &[10.0; 4], |_, n| noisy(n));
    assert!(schedule.spent_s <= 100.0 + 40.0, "at most one block over");
}

#[test]
fn a_launch_for_which_there_is_no_time_left_is_not_begun() {
    let mut schedule = Schedule::new(plan(), 1);
    let (cheap, dear) = (schedule.add(1), schedule.add(2));
    schedule.passed(10.0);
    schedule.gave(dear, 1.0, &[], 60.0);
    assert!(!schedule.has_time_for(dear), "70 s and another 60 s");
    assert!(
        schedule.has_time_for(cheap),
        "what it costs is not known yet"
    );
    schedule.gave(cheap, 1.0, &[], 10.0);
    assert!(schedule.has_time_for(cheap));
    assert_eq!(schedule.next_block(), Some(vec![cheap]));
}

#[test]
fn what_lies_between_launches_counts_and_the_longest_launch_decides() {
    let mut schedule = Schedule::new(plan(), 1);
    let entry = schedule.add(1);
    schedule.gave(entry, 1.0, &[], 1.0);
    schedule.gave(entry, 1.0, &[], 5.0);
    schedule.passed(94.0);
    assert!(schedule.has_time_for(entry), "94 s and another 5 s");
    schedule.passed(96.0);
    assert!(!schedule.has_time_for(entry), "it may take 5 s again");
}

#[test]
fn a_failed_row_gets_no_more_and_holds_nobody_up() {
    let mut schedule = Schedule::new(plan(), 1);
    let reference = schedule.add(1);
    let row = schedule.add(2);
    schedule.compare(row, reference);
    schedule.failed(row, 0.1);
    let blocks = play(&mut schedule, &[0.001, 0.001], |_, _| 100.0);
    assert_eq!(blocks.len(), 10);
    assert!(blocks.iter().all(|block| block == &[reference]));
}
