//! What suspects come to, by what their replays said.

use labrun_history::judge::{
    Conclusion, Direction, Evidence, Judged, Kind, Quantity, Replay, Series, Settings, Standing,
    Suspect, Verdicts, conclude, judge,
};
use labrun_record::Better;

const WORSE: Replay = Replay::Confirmed {
    ratio: 1.1,
    interval: [1.09, 1.11],
};

const BETTER: Replay = Replay::Confirmed {
    ratio: 0.9,
    interval: [0.89, 0.91],
};

/// 18 series of three runtimes and a control, of 41 nights; `slow` of them are slower in the last two, and
/// the control is if it `moved`.
fn night(slow: &[usize], moved: bool) -> (Vec<Series>, Judged, Judged) {
    let wave = [0.0, 0.7, -0.4, 1.0, -0.9, 0.3, -0.6, 0.5];
    let all: Vec<Series> = (0..19)
        .map(|at| {
            let is_control = at == 18;
            let times = |night: usize| {
                let is_slow = slow.contains(&at) || (is_control && moved);
                if is_slow && night >= 39 { 1.1 } else { 1.0 }
            };
            let value = |night: usize| (100.0 + wave[(night + at) % 8]) * times(night);
            Series {
                name: format!("{at}"),
                metric: "time".into(),
                group: ["wasmtime", "wasmer", "native"][at / 6 % 3].into(),
                kind: if is_control {
                    Kind::Control
                } else {
                    Kind::Measured
                },
                quantity: Quantity::Speed,
                better: Better::Lower,
                least_effect: 0.02,
                values: (0..41).map(|night| Some(value(night))).collect(),
                levels: Vec::new(),
            }
        })
        .collect();
    let of = |night| judge(&all, night, &Settings::default());
    let (before, now) = (of(39), of(40));
    (all, before, now)
}

fn suspect(judged: &Judged, place: usize) -> Option<Suspect> {
    match judged.standings[place] {
        Standing::Suspect(suspect) => Some(suspect),
        _ => None,
    }
}

fn concluded(slow: &[usize], moved: bool, replay: impl Fn(usize) -> Replay) -> Verdicts {
    let (all, before, now) = night(slow, moved);
    let evidence: Vec<Evidence> = now
        .to_replay()
        .into_iter()
        .map(|place| Evidence {
            place,
            replay: replay(place),
            before: suspect(&before, place),
        })
        .collect();
    conclude(&all, &now, &evidence, &Settings::default())
}

/// What the only series that is told of comes to.
fn only(verdicts: &Verdicts) -> Conclusion {
    assert_eq!(verdicts.series.len(), 1, "{verdicts:?}");
    assert_eq!(verdicts.series[0].direction, Direction::Worse);
    verdicts.series[0].conclusion
}

#[test]
fn a_replay_decides() {
    let found = concluded(&[3], false, |_| WORSE);
    assert!(matches!(only(&found), Conclusion::Confirmed { ratio, .. } if ratio > 1.09));
    assert!(found.is_worse() && found.series[0].stands);
    let found = concluded(&[3], false, |_| Replay::Equivalent);
    assert_eq!(only(&found), Conclusion::Dismissed);
    assert!(!found.is_worse() && !found.series[0].stands && found.environment.is_none());
    for undecided in [Replay::Inconclusive, Replay::NotReplayed, BETTER] {
        let found = concluded(&[3], false, |_| undecided);
        assert_eq!(only(&found), Conclusion::Suspect, "{undecided:?}");
        assert!(!found.is_worse());
    }
    assert_eq!(found.judged, 18);
}

#[test]
fn without_an_old_build_two_nights_in_a_row_are_weaker() {
    let found = concluded(&[3], false, |_| Replay::NoOldBuild);
    assert!(matches!(only(&found), Conclusion::ConfirmedWeaker { ratio } if ratio > 1.08));
    assert!(found.is_worse());
    let (all, _, now) = night(&[3], false);
    let once = [Evidence {
        place: 3,
        replay: Replay::NoOldBuild,
        before: None,
    }];
    let found = conclude(&all, &now, &once, &Settings::default());
    assert_eq!(only(&found), Conclusion::Suspect);
    // The other way the night before is not the same.
    let other = Suspect {
        direction: Direction::Better,
        ..suspect(&now, 3).expect("a suspect")
    };
    let turned = [Evidence {
        before: Some(other),
        ..once[0]
    }];
    let found = conclude(&all, &now, &turned, &Settings::default());
    assert_eq!(only(&found), Conclusion::Suspect);
}

#[test]
fn when_a_control_moved_suspects_are_its_and_what_is_confirmed_is_not() {
    for undecided in [
        Replay::Inconclusive,
        Replay::NotReplayed,
        Replay::NoOldBuild,
        Replay::Equivalent,
    ] {
        let found = concluded(&[3], true, |_| undecided);
        assert_eq!(only(&found), Conclusion::Environment, "{undecided:?}");
        let shift = found.environment.expect("a shift");
        assert_eq!(shift.controls[0].name, "18");
        assert!((shift.controls[0].ratio - 1.1).abs() < 0.02);
    }
    let found = concluded(&[3], true, |_| WORSE);
    assert!(matches!(only(&found), Conclusion::Confirmed { .. }));
    assert!(found.is_worse() && found.environment.is_some());
}

#[test]
fn no_machine_moves_a_count() {
    let (mut all, _, _) = night(&[], true);
    for (at, one) in all.iter_mut().take(6).enumerate() {
        one.kind = Kind::Exact;
        let count = |night: usize| {
            if night >= 40 && at != 5 {
                1001.0
            } else {
                1000.0
            }
        };
        one.values = (0..41).map(|night| Some(count(night))).collect();
    }
    let now = judge(&all, 40, &Settings::default());
    assert_eq!(now.suspects().len(), 5);
    let told = |replay| {
        let of = |(place, _): &(usize, Suspect)| Evidence {
            place: *place,
            replay,
            before: None,
        };
        let evidence: Vec<Evidence> = now.suspects().iter().map(of).collect();
        conclude(&all, &now, &evidence, &Settings::default())
    };
    let found = told(Replay::NoOldBuild);
    assert!(found.environment.is_some(), "the control moved");
    assert!(
        found
            .series
            .iter()
            .all(|one| one.conclusion == Conclusion::Suspect)
    );
    let found = told(Replay::Equivalent);
    assert!(found.environment.expect("a shift").equivalent.is_empty());
    assert!(
        found
            .series
            .iter()
            .all(|one| one.conclusion == Conclusion::Dismissed)
    );
}

#[test]
fn five_suspects_that_turn_out_the_same_are_the_machine() {
    // Two of each runtime, so that none moved as a whole.
    let slow = [0, 1, 6, 7, 12, 13];
    let found = concluded(&slow[..4], false, |_| Replay::Equivalent);
    assert_eq!(found.environment, None);
    assert!(
        found
            .series
            .iter()
            .all(|one| one.conclusion == Conclusion::Dismissed)
    );
    let found = concluded(&slow, false, |place| match place {
        13 => WORSE,
        _ => Replay::Equivalent,
    });
    let shift = found.environment.as_ref().expect("a shift");
    assert_eq!(
        (shift.equivalent.as_slice(), shift.controls.len()),
        (&slow[..5], 0)
    );
    for one in &found.series {
        let is_confirmed = matches!(one.conclusion, Conclusion::Confirmed { .. });
        assert_eq!(is_confirmed, one.place == 13, "{one:?}");
        assert!(
            is_confirmed || one.conclusion == Conclusion::Environment,
            "{one:?}"
        );
    }
}

#[test]
fn a_runtime_is_confirmed_as_one() {
    let slow: Vec<usize> = (0..6).collect();
    let found = concluded(&slow, false, |place| {
        if place == 5 {
            Replay::NotReplayed
        } else {
            WORSE
        }
    });
    assert_eq!(found.groups.len(), 1);
    let group = &found.groups[0];
    assert!(
        matches!(group.conclusion, Conclusion::Confirmed { .. }),
        "{group:?}"
    );
    let last = found
        .series
        .iter()
        .find(|one| one.place == 5)
        .expect("a suspect");
    assert_eq!(last.conclusion, Conclusion::OfGroup);
    assert_eq!(found.alone().count(), 0);
    assert!(found.is_worse());
    // One of five is not enough.
    let found = concluded(&slow, false, |place| {
        if place == 0 {
            WORSE
        } else {
            Replay::Inconclusive
        }
    });
    assert_eq!(found.groups[0].conclusion, Conclusion::Suspect);
    // Four came out the same, and are too few to be the machine.
    let found = concluded(&slow, false, |place| match place {
        0..4 => Replay::Equivalent,
        _ => Replay::NotReplayed,
    });
    assert_eq!(found.groups[0].conclusion, Conclusion::Dismissed);
    assert!(!found.is_worse() && found.environment.is_none());
    let found = concluded(&slow, false, |_| Replay::NoOldBuild);
    assert!(matches!(
        found.groups[0].conclusion,
        Conclusion::ConfirmedWeaker { .. }
    ));
}

#[test]
fn a_runtime_is_told_of_though_the_machine_was_another() {
    let slow: Vec<usize> = (0..6).collect();
    for unknown in [Replay::NotReplayed, Replay::NoOldBuild] {
        let found = concluded(&slow, true, |_| unknown);
        assert!(found.environment.is_some());
        assert_eq!(
            found.groups[0].conclusion,
            Conclusion::Suspect,
            "{unknown:?}"
        );
    }
    let found = concluded(&slow, true, |_| WORSE);
    assert!(matches!(
        found.groups[0].conclusion,
        Conclusion::Confirmed { .. }
    ));
    // Replays that were made and confirm nothing do take it away.
    for unconfirmed in [Replay::Equivalent, Replay::Inconclusive] {
        let found = concluded(&slow, true, |place| match place {
            5 => Replay::NotReplayed,
            _ => unconfirmed,
        });
        assert_eq!(
            found.groups[0].conclusion,
            Conclusion::Environment,
            "{unconfirmed:?}"
        );
    }
}

#[test]
fn what_chance_explains_among_so_many_does_not_stand() {
    // Confirmed, but just so: a wide replay.
    let wide = Replay::Confirmed {
        ratio: 1.2,
        interval: [1.03, 1.4],
    };
    let found = concluded(&[3], false, |_| wide);
    assert!(matches!(only(&found), Conclusion::Confirmed { .. }));
    assert!(!found.series[0].stands);
}
