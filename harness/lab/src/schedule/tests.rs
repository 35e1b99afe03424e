//! Tests of the schedule, on made-up values and costs.

use super::*;

/// Blocks of a pilot that has time for them.
const PILOT: usize = PILOT_BLOCKS as usize;

fn plan() -> Plan {
    Plan {
        min_samples: 10,
        max_samples: 400,
        pilot: true,
        half_width: 0.02,
        time_budget_s: 100.0,
        timeout_s: 1.0,
        warmup: 0,
        warm_repeats: 0,
        margin: 0.05,
    }
}

fn given(n: u32) -> Plan {
    Plan {
        min_samples: n,
        max_samples: n,
        ..plan()
    }
}

/// A schedule of so many cases; all but the first are compared with it.
fn schedule(plan: Plan, cases: usize) -> Schedule {
    let mut schedule = Schedule::new(plan, 1);
    for case in 0..cases {
        let entry = schedule.add(case as u64);
        schedule.compare(entry, 0);
    }
    schedule
}

/// Runs a schedule on made-up values: `value(entry, n)`, `cost` seconds each. Gives the blocks,
/// each with the time at which it began.
fn play(
    schedule: &mut Schedule,
    cost: impl Fn(usize, usize) -> f64,
    value: impl Fn(usize, usize) -> f64,
) -> Vec<(f64, Vec<usize>)> {
    let mut blocks = Vec::new();
    while let Some(block) = schedule.next_block() {
        let began_s = schedule.elapsed_s;
        for &entry in &block {
            if schedule.has_time_for(entry) {
                let n = schedule.entries[entry].values.len();
                schedule.gave(entry, value(entry, n), cost(entry, n));
            }
        }
        schedule.close_block();
        blocks.push((began_s, block));
    }
    blocks
}

/// Values around 100 whose logs spread evenly by `spread` to either side, in an order that no
/// other entry has: fractional parts of multiples of irrational numbers fill an interval evenly.
fn noisy(spread: f64, entry: usize, n: usize) -> f64 {
    let step = [0.618_034, 0.754_878, 0.569_840, 0.819_173][entry];
    let place = ((n + 1) as f64 * step).fract();
    100.0 * (spread * (2.0 * place - 1.0)).exp()
}

fn launches(schedule: &Schedule) -> Vec<usize> {
    schedule
        .entries
        .iter()
        .map(|entry| entry.values.len())
        .collect()
}

#[test]
fn a_given_number_is_given_to_all() {
    let mut schedule = schedule(given(10), 3);
    let blocks = play(&mut schedule, |_, _| 0.01, |entry, n| noisy(0.3, entry, n));
    assert_eq!(launches(&schedule), [10; 3]);
    assert!(blocks.iter().all(|(_, block)| block.len() == 3));
}

#[test]
fn without_a_pilot_what_costs_next_to_nothing_gets_more() {
    let quick = Plan {
        max_samples: 100,
        pilot: false,
        ..plan()
    };
    // The third is dear; what the fourth would add is more than what is given for all.
    let mut schedule = schedule(quick, 4);
    let cost = |entry: usize, _: usize| [0.001, 0.002, 0.5, 0.06][entry];
    let blocks = play(&mut schedule, cost, |entry, n| noisy(0.3, entry, n));
    assert_eq!(launches(&schedule), [100, 100, 10, 10]);
    let has = |(_, block): &&(f64, Vec<usize>)| block.contains(&2);
    let places: Vec<usize> = (0..blocks.len()).filter(|at| has(&&blocks[*at])).collect();
    let gaps = places.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(
        gaps.clone().all(|gap| (5..=17).contains(&gap)),
        "{places:?}"
    );
    // Nor does a failed one get more, and a given number is given.
    let mut schedule = self::schedule(given(3), 2);
    play(&mut schedule, |_, _| 0.001, |_, _| 1.0);
    assert_eq!(launches(&schedule), [3; 2]);
}

#[test]
fn what_is_counted_is_launched_once() {
    let mut schedule = Schedule::new(plan(), 1);
    schedule.add_exact(1);
    schedule.add_exact(2);
    assert_eq!(schedule.progress(), (0, 2));
    play(&mut schedule, |_, _| 0.01, |_, _| 1.0);
    assert_eq!(launches(&schedule), [1, 1]);
}

#[test]
fn a_pilot_takes_a_few_blocks_or_a_sixth_of_the_time() {
    let mut short = schedule(plan(), 2);
    let blocks = play(&mut short, |_, _| 0.01, |entry, n| noisy(0.3, entry, n));
    assert!(blocks[..PILOT].iter().all(|(_, block)| block.len() == 2));
    // 6 s a block: the third begins when 12 s have passed, the fourth at 18.
    let mut long = schedule(plan(), 2);
    for _ in 0..3 {
        let block = long.next_block().expect("a block");
        assert!(matches!(long.next, Next::Pilot));
        for &entry in &block {
            long.gave(entry, 100.0, 3.0);
        }
        long.close_block();
    }
    long.next_block();
    assert!(matches!(long.next, Next::Rounds { .. }));
}

#[test]
fn launches_are_spread_evenly_over_the_time() {
    let mut schedule = schedule(plan(), 4);
    // The third is dear, and the fourth noisy.
    let cost = |entry: usize, _: usize| [0.01, 0.01, 1.0, 0.01][entry];
    let spreads = [0.05, 0.05, 0.05, 0.4];
    let blocks = play(&mut schedule, cost, |entry, n| {
        noisy(spreads[entry], entry, n)
    });
    let (pilot, rounds) = blocks.split_at(PILOT);
    let (began_s, ended_s) = (pilot[PILOT - 1].0, schedule.elapsed_s);
    for entry in 0..4 {
        let taken: Vec<f64> = rounds
            .iter()
            .filter(|(_, block)| block.contains(&entry))
            .map(|(at_s, _)| (at_s - began_s) / (ended_s - began_s))
            .collect();
        for tenth in 0..10 {
            let within = |at: &&f64| (**at * 10.0) as usize == tenth;
            let share = taken.iter().filter(within).count() as f64 / taken.len() as f64;
            assert!(
                (0.05..=0.15).contains(&share),
                "{entry}: {share} in tenth {tenth}"
            );
        }
    }
    assert!(ended_s <= 100.0, "{ended_s}");
}

#[test]
fn what_is_compared_meets_its_reference_in_each_of_its_blocks() {
    let mut schedule = schedule(plan(), 3);
    let spreads = [0.05, 0.4, 0.1];
    let blocks = play(
        &mut schedule,
        |_, _| 0.02,
        |entry, n| noisy(spreads[entry], entry, n),
    );
    assert!(blocks.iter().all(|(_, block)| block.contains(&0)));
}

#[test]
fn it_ends_early_where_all_are_narrow_and_not_before() {
    let mut narrow = schedule(plan(), 2);
    play(&mut narrow, |_, _| 0.01, |entry, n| noisy(0.01, entry, n));
    assert_eq!(launches(&narrow), [10, 10], "the least number is enough");
    let mut most = schedule(plan(), 2);
    play(&mut most, |_, _| 0.01, |entry, n| noisy(2.0, entry, n));
    assert_eq!(launches(&most), [400, 400]);
    let mut all = schedule(plan(), 2);
    play(&mut all, |_, _| 0.4, |entry, n| noisy(2.0, entry, n));
    assert!(
        all.elapsed_s > 98.0 && all.elapsed_s <= 100.0,
        "{}",
        all.elapsed_s
    );
}

#[test]
fn verdicts_are_bought_before_rows_that_never_get_there() {
    // The second is equivalent after some 60 launches, the third would need thousands.
    let spreads = [0.05, 0.15, 3.0];
    let mut schedule = schedule(
        Plan {
            time_budget_s: 60.0,
            ..plan()
        },
        3,
    );
    play(
        &mut schedule,
        |_, _| 0.2,
        |entry, n| noisy(spreads[entry], entry, n),
    );
    let values = |entry: usize| schedule.entries[entry].values.clone();
    let ratio = labrun_analysis::stats::shared_ratio(&values(1), &values(0), 1);
    let verdict = labrun_analysis::verdict(
        ratio.and_then(|ratio| ratio.intervals),
        labrun_record::Better::Lower,
        0.05,
    );
    assert_eq!(
        verdict,
        labrun_analysis::Verdict::Equivalent,
        "{:?}",
        launches(&schedule)
    );
}

#[test]
fn whole_rounds_are_dropped_for_all_where_costs_were_misjudged() {
    let mut schedule = schedule(plan(), 3);
    // After the pilot each launch costs three times as much.
    let cost = |_: usize, n: usize| if n < PILOT { 0.05 } else { 0.15 };
    let blocks = play(&mut schedule, cost, |entry, n| noisy(2.0, entry, n));
    let counts = launches(&schedule);
    assert!(
        counts.iter().all(|n| n.abs_diff(counts[0]) <= 1),
        "{counts:?}"
    );
    assert!(schedule.elapsed_s <= 100.0 && schedule.elapsed_s > 97.0);
    let late = blocks.iter().filter(|(at_s, _)| *at_s > 90.0).count();
    assert!(late > PILOT, "it is at work until the end: {late}");
}

#[test]
fn nothing_goes_on_after_the_budget() {
    let mut schedule = schedule(plan(), 4);
    play(&mut schedule, |_, _| 10.0, |entry, n| noisy(0.3, entry, n));
    assert!(schedule.elapsed_s <= 100.0);
    assert!(
        launches(&schedule).iter().all(|n| *n >= 2),
        "{:?}",
        launches(&schedule)
    );
}

#[test]
fn the_same_seed_gives_the_same_order_and_another_seed_another() {
    let order = |seed| {
        let mut schedule = Schedule::new(given(4), seed);
        for entry in 0..8 {
            schedule.add(entry);
        }
        play(&mut schedule, |_, _| 0.001, |_, _| 100.0)
    };
    assert_eq!(order(7)[1].1, order(7)[1].1);
    assert_ne!(order(7)[0].1, order(8)[0].1);
    assert_ne!(
        order(7)[0].1,
        order(7)[1].1,
        "each block is shuffled afresh"
    );
}

#[test]
fn a_launch_for_which_there_is_no_time_left_is_not_begun() {
    let mut schedule = schedule(plan(), 2);
    schedule.passed(10.0);
    schedule.gave(1, 1.0, 60.0);
    assert!(!schedule.has_time_for(1), "70 s and another 60 s");
    assert!(schedule.has_time_for(0), "what it costs is not known yet");
    schedule.passed(96.0);
    schedule.gave(0, 1.0, 3.0);
    assert!(!schedule.has_time_for(0), "it may take 3 s again");
}

#[test]
fn a_failed_row_gets_no_more_and_holds_nobody_up() {
    let mut schedule = schedule(plan(), 2);
    schedule.failed(0, 0.1);
    let blocks = play(&mut schedule, |_, _| 0.01, |entry, n| noisy(0.5, entry, n));
    assert!(blocks.iter().all(|(_, block)| block == &[1]));
    assert_eq!(launches(&schedule)[0], 0);
    assert!(launches(&schedule)[1] > PILOT);
}
