//! Two runs one after another: how often a build is better or worse than itself, and what is still
//! found. All rows together are suspected wrongly in at most 1 of 25 comparisons between which the
//! machine moved all by a tenth. A short form of `scripts/simulate`, with fixed seeds.

mod support;

use support::two_runs::TwoRuns;

const ROUNDS: u32 = 100;

#[test]
fn a_build_is_better_or_worse_than_itself_in_at_most_one_row_of_a_hundred() {
    for (name, runs) in TwoRuns::ALL {
        for rows in [10, 30, 100] {
            let [called, _, suspected] =
                TwoRuns { rows, ..runs }.called(ROUNDS * 100 / rows as u32);
            assert!(called <= 0.01, "{name}, {rows} rows: {called}");
            assert!(suspected <= 0.04, "{name}, {rows} rows: {suspected}");
        }
    }
}

#[test]
fn without_what_rows_do_by_themselves_it_would_be_many() {
    let [_, bare, _] = TwoRuns::BUSY.called(ROUNDS);
    assert!(bare >= 0.04, "{bare}");
}

#[test]
fn one_row_of_a_hundred_that_got_slower_is_still_a_suspect() {
    let little = TwoRuns {
        each: [0.02; 2],
        ..TwoRuns::BUSY
    };
    for (name, runs, least) in [
        ("quiet", TwoRuns::QUIET, 1.0),
        ("each row by 2 %", little, 0.9),
        ("each row by 2 to 5 %", TwoRuns::BUSY, 0.6),
    ] {
        let [found, _] = runs.found(1.2, ROUNDS);
        assert!(found >= least, "{name}: {found}");
    }
    // Where rows do nothing by themselves, nothing is hidden by that.
    let [found, bare] = TwoRuns::QUIET.found(1.1, ROUNDS);
    assert!(found >= bare - 0.02, "{found} of {bare}");
}

#[test]
fn rows_that_all_got_slower_are_suspected_as_a_whole() {
    for (name, runs, least) in [
        ("quiet", TwoRuns::QUIET, [1.0, 1.0]),
        ("busy", TwoRuns::BUSY, [0.9, 0.7]),
    ] {
        let told = runs.told_apart(1.2, ROUNDS);
        assert!(
            told[0] >= least[0] && told[1] >= least[1],
            "{name}: {told:?}"
        );
    }
}
