//! Where a series stands, case by case.

use labrun_history::judge::{Direction, Judged, Kind, Quantity, Series, Settings, Standing, judge};
use labrun_record::Better;

fn series(values: Vec<Option<f64>>) -> Series {
    Series {
        name: "one".into(),
        metric: "time".into(),
        group: "wasmtime".into(),
        kind: Kind::Measured,
        quantity: Quantity::Speed,
        better: Better::Lower,
        least_effect: 0.02,
        values,
        levels: Vec::new(),
    }
}

/// Nights that lie within 1 % of 100.
fn nights(count: usize) -> Vec<Option<f64>> {
    let wave = [0.0, 0.7, -0.4, 1.0, -0.9, 0.3, -0.6, 0.5];
    (0..count)
        .map(|night| Some(100.0 + wave[night % wave.len()]))
        .collect()
}

fn with(mut values: Vec<Option<f64>>, last: Option<f64>) -> Series {
    values.push(last);
    series(values)
}

fn only(one: Series) -> Standing {
    let night = one.values.len() - 1;
    judge(&[one], night, &Settings::default()).standings[0]
}

fn direction(standing: Standing) -> Option<Direction> {
    match standing {
        Standing::Suspect(suspect) => Some(suspect.direction),
        _ => None,
    }
}

#[test]
fn what_is_far_from_its_last_nights_is_suspect_and_which_way() {
    let last = |value| direction(only(with(nights(40), Some(value))));
    assert_eq!(last(100.5), None);
    assert_eq!(last(110.0), Some(Direction::Worse));
    assert_eq!(last(90.0), Some(Direction::Better));
    let rate = |value| {
        let one = with(nights(40), Some(value));
        let better = Better::Higher;
        direction(only(Series { better, ..one }))
    };
    assert_eq!(rate(110.0), Some(Direction::Better));
    assert_eq!(rate(90.0), Some(Direction::Worse));
    assert_eq!(
        Direction::Worse.word(Quantity::Speed, Better::Higher),
        "slower"
    );
    assert_eq!(
        Direction::Better.word(Quantity::Amount, Better::Lower),
        "smaller"
    );
}

#[test]
fn what_is_told_of_it_is_right() {
    let one = with(nights(40), Some(110.0));
    let Standing::Suspect(suspect) = only(one) else {
        panic!("it is suspect");
    };
    let departure = suspect.departure;
    // The median of the logs of the eight.
    assert!(
        (departure.ratio - 110.0 / (100.0_f64 * 100.3).sqrt()).abs() < 1e-9,
        "{departure:?}"
    );
    assert_eq!(departure.nights, 40);
    assert!((0.005..0.015).contains(&departure.scale), "{departure:?}");
    let meant = departure.ratio.ln() / departure.scale;
    assert!(
        (departure.sigmas / meant - 1.0).abs() < 0.03,
        "{departure:?}"
    );
}

#[test]
fn a_change_below_the_least_effect_is_none_however_still_the_series_is() {
    let still = vec![Some(100.0); 40];
    assert_eq!(direction(only(with(still.clone(), Some(101.9)))), None);
    assert_eq!(
        direction(only(with(still, Some(102.1)))),
        Some(Direction::Worse)
    );
}

#[test]
fn less_far_is_enough_two_nights_in_a_row() {
    // Spread evenly within 1 % of 100.
    let even = |night: u32| Some(99.025 + f64::from(night * 7 % 40) / 20.0);
    let mut values: Vec<Option<f64>> = (0..40).map(even).collect();
    let last = only(with(values.clone(), Some(102.4)));
    assert_eq!(direction(last), None, "{last:?}");
    values.push(Some(102.4));
    let again = only(with(values.clone(), Some(102.4)));
    assert_eq!(direction(again), Some(Direction::Worse), "{again:?}");
    values.pop();
    values.push(Some(97.6));
    let other = only(with(values, Some(102.4)));
    assert_eq!(direction(other), None, "{other:?}");
}

#[test]
fn under_eight_nights_there_is_no_baseline() {
    for count in 0..8 {
        let standing = only(with(nights(count), Some(150.0)));
        assert_eq!(standing, Standing::NoBaseline { nights: count });
    }
    assert_eq!(
        direction(only(with(nights(8), Some(150.0)))),
        Some(Direction::Worse)
    );
    // Gaps are no nights, nor is what no log is to be had of.
    let mut values = nights(12);
    for (at, value) in [
        None,
        Some(f64::NAN),
        Some(0.0),
        Some(-3.0),
        Some(f64::INFINITY),
    ]
    .iter()
    .enumerate()
    {
        values[2 * at] = *value;
    }
    let standing = only(with(values, Some(100.0)));
    assert_eq!(standing, Standing::NoBaseline { nights: 7 });
}

#[test]
fn nights_before_a_level_say_how_steady_it_is_and_not_where() {
    // From the twentieth night on it takes half as long again.
    let with_level = |nights_since: usize, last: f64, levels: &[usize]| {
        let mut values = nights(20);
        values.extend(
            nights(nights_since)
                .into_iter()
                .map(|value| Some(value? * 1.5)),
        );
        Series {
            levels: levels.to_vec(),
            ..with(values, Some(last))
        }
    };
    let departure = |one: Series| *only(one).departure().expect("it is judged");
    let usual = departure(with_level(20, 150.5, &[20]));
    assert_eq!(usual.nights, 40);
    assert!((usual.ratio - 1.0).abs() < 0.01, "{usual:?}");
    // Judged from the second night on, and less surely than of many.
    let of = |since: usize, last: f64| only(with_level(since, last, &[20]));
    assert_eq!(of(0, 150.0), Standing::NoBaseline { nights: 0 });
    assert!(matches!(of(1, 151.5), Standing::Steady(_)));
    assert_eq!(direction(of(1, 165.0)), Some(Direction::Worse));
    assert_eq!(direction(of(1, 135.0)), Some(Direction::Better));
    assert_eq!(direction(of(1, 100.0)), Some(Direction::Better));
    let [few, many] = [1, 16].map(|since| departure(with_level(since, 160.0, &[20])));
    assert!(few.sigmas < 0.75 * many.sigmas, "{few:?} {many:?}");
    assert!((few.ratio - 1.067).abs() < 0.01, "{few:?}");
    // Several levels, and one that has not begun.
    let several = with_level(4, 150.2, &[5, 20, 22, 40]);
    assert!(matches!(only(several), Standing::Steady(departure) if departure.nights == 24));
}

#[test]
fn what_cannot_be_judged_says_why() {
    assert_eq!(only(with(nights(40), None)), Standing::NotMeasured);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
        assert_eq!(
            only(with(nights(40), Some(value))),
            Standing::Unusable,
            "{value}"
        );
    }
    // A series that ended, one that begins, and a night that is not there.
    let ended = series(nights(10));
    let all = [ended, with(nights(0), Some(1.0))];
    let judged = judge(&all, 30, &Settings::default());
    assert_eq!(judged.standings, [Standing::NotMeasured; 2]);
    assert_eq!(judged.judged(), 0);
    assert_eq!(judge(&[], 3, &Settings::default()).standings, []);
}

#[test]
fn only_the_last_nights_count() {
    let mut values = vec![Some(50.0); 100];
    values.extend(nights(60));
    let standing = only(with(values, Some(100.0)));
    assert!(
        matches!(standing, Standing::Steady(departure) if departure.nights == 60),
        "{standing:?}"
    );
}

#[test]
fn of_what_is_counted_any_change_is_suspect() {
    let counted = |values: &[f64]| {
        let one = series(values.iter().copied().map(Some).collect());
        only(Series {
            kind: Kind::Exact,
            quantity: Quantity::Amount,
            ..one
        })
    };
    assert_eq!(
        direction(counted(&[1000.0, 1000.0, 1001.0])),
        Some(Direction::Worse)
    );
    assert_eq!(
        direction(counted(&[1000.0, 999.0])),
        Some(Direction::Better)
    );
    assert_eq!(direction(counted(&[1000.0, 1000.0])), None);
    // It flapped: most nights had 1000.
    assert_eq!(direction(counted(&[1000.0, 1000.0, 1001.0, 1000.0])), None);
    assert_eq!(direction(counted(&[0.0, 0.0, 3.0])), Some(Direction::Worse));
    assert_eq!(direction(counted(&[-0.0, 0.0])), None);
    assert_eq!(counted(&[5.0]), Standing::NoBaseline { nights: 0 });
    assert_eq!(counted(&[5.0, f64::NAN]), Standing::Unusable);
    assert_eq!(counted(&[5.0, -1.0]), Standing::Unusable);
}

/// Thirty nights of instructions: the same to a ten-thousandth, whatever the machine does.
fn instructions(last: f64) -> Series {
    let count = |night: usize| 1e6 + [0.0, 30.0, -20.0, 50.0, -40.0][night % 5];
    let mut values: Vec<Option<f64>> = (0..30).map(|night| Some(count(night))).collect();
    values.push(Some(last));
    Series {
        metric: "instructions".into(),
        quantity: Quantity::Work,
        least_effect: 0.001,
        ..series(values)
    }
}

#[test]
fn instructions_are_held_to_a_thousandth() {
    let last = |count: f64| direction(only(instructions(count)));
    assert_eq!(last(1_000_900.0), None);
    assert_eq!(last(1_002_000.0), Some(Direction::Worse));
    assert_eq!(last(998_000.0), Some(Direction::Better));
    // A time that varied as little would need three times its floor.
    let time = Series {
        quantity: Quantity::Speed,
        ..instructions(1_002_000.0)
    };
    assert_eq!(direction(only(time)), None);
    let word = |way: Direction| way.word(Quantity::Work, Better::Lower);
    assert_eq!(
        [Direction::Worse, Direction::Better].map(word),
        ["more", "less"]
    );
}

#[test]
fn what_a_night_did_to_times_is_taken_out_of_no_instructions() {
    // Each time is a tenth longer in the last night, and instructions are as they were, or not.
    for (count, found) in [(1e6, None), (1_002_000.0, Some(Direction::Worse))] {
        let (mut all, _) = lab(|_| 1.1);
        all.push(Series {
            levels: Vec::new(),
            values: {
                let own = instructions(count).values;
                let missing = all[0].values.len() - own.len();
                [vec![None; missing], own].concat()
            },
            ..instructions(count)
        });
        let judged = judge(&all, all[0].values.len() - 1, &Settings::default());
        let last = judged.standings.last().copied().expect("a standing");
        assert_eq!(direction(last), found);
    }
}

/// Twenty series of two runtimes, and the lab's controls; the last night times `last` for some of them.
fn lab(last: impl Fn(&Series) -> f64) -> (Vec<Series>, Judged) {
    let mut all = Vec::new();
    for at in 0..24 {
        let mut values = nights(40 + at % 8).split_off(at % 8);
        values.push(Some(100.2));
        all.push(Series {
            name: format!("{at}"),
            group: ["wasmtime", "wasmer", "native"][at % 3].into(),
            kind: if at < 20 {
                Kind::Measured
            } else {
                Kind::Control
            },
            ..series(values)
        });
    }
    for one in &mut all {
        let times = last(one);
        for value in one.values.iter_mut().skip(40).flatten() {
            *value *= times;
        }
    }
    let judged = judge(&all, 40, &Settings::default());
    (all, judged)
}

#[test]
fn what_a_night_does_to_all_is_taken_out_and_told() {
    let (_, judged) = lab(|_| 1.04);
    assert_eq!(judged.suspects(), []);
    assert_eq!(judged.groups, []);
    let shift = judged.shifts[0];
    assert!((shift.factor - 1.04).abs() < 0.005, "{shift:?}");
    assert!(
        (shift.controls.expect("controls") - 1.04).abs() < 0.01,
        "{shift:?}"
    );
    let environment = judged.environment.as_ref().expect("the controls moved");
    assert_eq!(environment.controls.len(), 4, "{environment:?}");
    let first = &environment.controls[0];
    assert!(
        (first.ratio - 1.04).abs() < 0.01 && first.since == 40,
        "{first:?}"
    );
    assert_eq!(judged.judged(), 20);
}

#[test]
fn a_night_that_was_quicker_for_the_runtimes_alone_hides_nothing_that_got_worse() {
    // Processes started 10 % faster, which the controls' plain work did not.
    let (_, judged) = lab(|one| match (one.kind, one.name.as_str()) {
        (Kind::Control, _) => 1.0,
        (_, "4") => 0.9 * 1.06,
        _ => 0.9,
    });
    assert!((judged.shifts[0].factor - 0.9).abs() < 0.01);
    let suspects = judged.suspects();
    let named: Vec<_> = suspects
        .iter()
        .map(|(place, suspect)| (*place, suspect.direction))
        .collect();
    assert_eq!(named, [(4, Direction::Worse)]);
    // What got slower for all runtimes, and not for the controls, is hidden by nothing.
    let (_, judged) = lab(|one| if one.kind == Kind::Control { 1.0 } else { 1.1 });
    let slower = judged.suspects();
    assert_eq!(slower.len(), 20);
    assert!(
        slower
            .iter()
            .all(|(_, one)| one.direction == Direction::Worse)
    );
}

#[test]
fn one_control_that_moves_is_named_and_moves_no_series() {
    let (all, judged) = lab(|one| if one.name == "22" { 1.1 } else { 1.0 });
    let environment = judged.environment.as_ref().expect("a control moved");
    assert_eq!(environment.controls.len(), 1);
    let moved = &environment.controls[0];
    assert_eq!((moved.name.as_str(), moved.place), ("22", 22));
    assert_eq!(judged.suspects(), []);
    assert_eq!(judged.standings[22], Standing::Control);
    assert_eq!(all[22].kind, Kind::Control);
}

#[test]
fn a_control_that_stays_away_says_since_when() {
    let (mut all, _) = lab(|_| 1.0);
    for value in all[22].values.iter_mut().skip(36).flatten() {
        *value *= 1.1;
    }
    let judged = judge(&all, 40, &Settings::default());
    let environment = judged.environment.expect("a control moved");
    assert_eq!(environment.controls[0].since, 36);
}

#[test]
fn a_runtime_that_moves_is_one_group_with_what_says_most() {
    let (all, judged) = lab(|one| {
        let is_own = one.group == "wasmtime" && one.kind == Kind::Measured;
        if is_own { 1.07 } else { 1.0 }
    });
    assert_eq!(judged.groups.len(), 1, "{:?}", judged.groups);
    let group = &judged.groups[0];
    assert_eq!(
        (group.group.as_str(), group.direction),
        ("wasmtime", Direction::Worse)
    );
    assert!((group.factor - 1.07).abs() < 0.01, "{group:?}");
    assert_eq!(
        (group.judged, group.suspects.len(), group.telling.len()),
        (7, 7, 5)
    );
    assert!(
        group
            .suspects
            .iter()
            .all(|&place| all[place].group == "wasmtime")
    );
    assert_eq!(judged.environment, None);
    // Those that say most are replayed first, and nothing twice.
    let replayed = judged.to_replay();
    assert_eq!(replayed[..5], group.telling[..]);
    assert_eq!(replayed.len(), 7);
}

#[test]
fn counts_that_change_together_are_one_group() {
    let counts = |at: usize| Series {
        kind: Kind::Exact,
        quantity: Quantity::Amount,
        group: ["wasmtime", "wasmer"][at % 2].into(),
        ..with(
            vec![Some(1000.0); 9],
            Some(if at.is_multiple_of(2) { 1100.0 } else { 1000.0 }),
        )
    };
    let all: Vec<Series> = (0..12).map(counts).collect();
    let judged = judge(&all, 9, &Settings::default());
    assert_eq!(judged.groups.len(), 1);
    let group = &judged.groups[0];
    assert_eq!(
        (group.group.as_str(), group.suspects.len()),
        ("wasmtime", 6)
    );
    assert!((group.factor - 1.1).abs() < 1e-12);
}
