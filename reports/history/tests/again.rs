//! A series that changes more than once: what is confirmed, or accepted, is the level that the next night is held
//! against, and what is known of a replay's two builds is not told again.

use std::path::Path;

use labrun_history::judge::{Direction, Known, Replay};
use labrun_history::{
    Became, Check, Epoch, Epochs, Findings, Night, Nights, Rules, Subject, Watched, Watching,
    settled,
};
use labrun_record::{Metric, RunFolder};

/// The isolation whose times change.
const CHANGED: &str = "native/static";

/// The night of the build that suspects are held against.
const ACCEPTED: usize = 10;

/// A real run as the night of a day: its times are within 1 % of what they were, but for those that change.
fn night(day: usize, times: f64) -> Night {
    let wave = [0.0, 0.7, -0.4, 1.0, -0.9, 0.3, -0.6, 0.5, -0.2];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../harness/record/tests/runs");
    let folder = RunFolder::open(&folder.join("3-cold-start"));
    let mut read = folder.read().expect("a run");
    let (month, day_of_it) = (1 + day / 28, 1 + day % 28);
    read.run.started = format!("2026-{month:02}-{day_of_it:02}T02:00:00Z");
    let mut night = Night::of(&read.run, &read.samples, None);
    for (place, point) in night.points.iter_mut().enumerate() {
        let Subject::Row(row) = &point.subject else {
            continue;
        };
        let is_changed = row.isolation == CHANGED && row.metric == Metric::TimeToFirstResult;
        let Some(values) = &mut point.values else {
            continue;
        };
        let noise = 1.0 + 0.01 * wave[(day * 7 + place * 5) % wave.len()];
        values.median *= if is_changed { times * noise } else { noise };
        values.evened = None;
    }
    night
}

/// Nights that were checked one after another.
struct Checked {
    nights: Nights,
    checks: Vec<Check>,
    epochs: Epochs,
}

impl Checked {
    fn watching(&self) -> Watching {
        Watching::new(Rules::default(), self.epochs.clone(), self.checks.iter())
    }

    /// What was told of the series that changes: the night, which way and how much.
    fn told(&self) -> Vec<(usize, Direction, f64)> {
        let all = self.checks.iter().enumerate();
        all.flat_map(|(night, check)| check.confirmed.iter().map(move |one| (night, one)))
            .map(|(night, one)| {
                assert!(one.label.contains(CHANGED), "{one:?}");
                (night, one.direction, one.ratio)
            })
            .collect()
    }

    /// The labels and ratios of what was open when a night was over.
    fn open(&self) -> Vec<f64> {
        let watching = self.watching();
        let findings = Findings::new(&self.nights, &watching);
        findings.still_open().iter().map(|one| one.ratio).collect()
    }
}

/// Checks nights in which a series takes `times[night]` as long as in the first. In the nights named it is
/// accepted what is open. Replays measure a build of each night against that of an accepted one, within 1 %.
fn checked(times: &[f64], accepts: &[usize]) -> Checked {
    checked_by(times, times, accepts)
}

/// The same where the builds of the nights take `builds[night]` as long, whatever their nights took.
fn checked_by(times: &[f64], builds: &[f64], accepts: &[usize]) -> Checked {
    let mut all = Checked {
        nights: Nights::default(),
        checks: Vec::new(),
        epochs: Epochs::default(),
    };
    for (day, &factor) in times.iter().enumerate() {
        let night = night(day, factor);
        all.nights.push(&night.head.name(), &night);
        let watching = all.watching();
        let watched = Watched::new(&all.nights, day, &watching, all.checks.last());
        let old = ACCEPTED.min(day);
        let old_name = all.nights.names[old].clone();
        let replay = |suspect: labrun_history::ToReplay<'_>| {
            let row = suspect.column.key.row().expect("a row");
            let is_changed = row.isolation == CHANGED && row.metric == Metric::TimeToFirstResult;
            let ratio = if is_changed {
                builds[day] / builds[old]
            } else {
                1.0
            };
            let known = watched
                .known(suspect, Some(&old_name))
                .expect("it is known");
            Replay::beyond(known, ratio, [ratio * 0.99, ratio * 1.01], 0.02)
        };
        let replays = watched.to_replay().into_iter();
        let replays: Vec<(usize, Replay)> = replays
            .filter(|one| one.column.key.row().is_some())
            .map(|one| (one.place, replay(one)))
            .collect();
        let (check, open) = settled(&all.nights, &watching, watched.conclude(&replays));
        drop(watched);
        if accepts.contains(&day) {
            for finding in open.iter().chain(&check.confirmed) {
                all.epochs.epoch.push(Epoch {
                    since: finding.since.clone(),
                    reason: "so it is".into(),
                    series: finding.series.clone(),
                    workload: None,
                    isolation: None,
                    metric: None,
                });
            }
        }
        all.checks.push(check);
    }
    all
}

/// What was told, without how much it was beyond a hundredth.
fn about(told: &[(usize, Direction, f64)]) -> Vec<(usize, Direction, f64)> {
    let round = |ratio: f64| (ratio * 100.0).round() / 100.0;
    told.iter()
        .map(|&(night, way, ratio)| (night, way, round(ratio)))
        .collect()
}

fn path(steps: &[(usize, f64)], nights: usize) -> Vec<f64> {
    let of = |night: usize| {
        let step = steps.iter().rev().find(|(from, _)| *from <= night);
        step.map_or(1.0, |(_, factor)| *factor)
    };
    (0..nights).map(of).collect()
}

#[test]
fn what_gets_worse_again_is_told_in_that_night_with_how_much_worse() {
    let steps = path(&[(20, 1.1), (23, 2.0), (35, 1.0)], 45);
    let all = checked(&steps[..32], &[]);
    let (worse, better) = (Direction::Worse, Direction::Better);
    assert_eq!(about(&all.told()), [(20, worse, 1.1), (23, worse, 1.82)]);
    assert_eq!(all.open().len(), 2);
    assert_eq!(all.checks[23].confirmed[0].since, all.nights.names[23]);
    assert_eq!(all.checks[20].confirmed[0].since, all.nights.names[20]);
    // Back to what the accepted build takes: of that a replay says that nothing changed, and it is half of what
    // it was the night before.
    let all = checked(&steps, &[]);
    assert_eq!(
        about(&all.told()),
        [(20, worse, 1.1), (23, worse, 1.82), (35, better, 0.5)]
    );
    assert_eq!(all.open(), [0.0; 0]);
    assert_eq!(all.checks[35].closed.len(), 2);
    // Each is closed once.
    let closed: usize = all.checks.iter().map(|check| check.closed.len()).sum();
    assert_eq!(closed, 2);
}

#[test]
fn what_is_open_is_told_once_however_often_it_is_suspected() {
    let all = checked(&path(&[(20, 1.1)], 60), &[]);
    assert_eq!(about(&all.told()), [(20, Direction::Worse, 1.1)]);
    assert_eq!(all.open().len(), 1);
    let judged: Vec<usize> = all.checks[9..].iter().map(|check| check.judged).collect();
    // Never blind, but in the night after whose level is not known yet.
    assert!(judged.iter().all(|count| *count == judged[0]), "{judged:?}");
}

#[test]
fn what_gets_worse_after_it_got_better_is_told() {
    let all = checked(&path(&[(20, 0.7), (24, 1.0)], 30), &[]);
    let told = about(&all.told());
    assert_eq!(
        told,
        [(20, Direction::Better, 0.7), (24, Direction::Worse, 1.43)]
    );
}

#[test]
fn what_gets_worse_after_somebody_accepted_it_is_told() {
    let all = checked(&path(&[(20, 1.2), (22, 1.5)], 30), &[21]);
    let told = about(&all.told());
    assert_eq!(
        told,
        [(20, Direction::Worse, 1.2), (22, Direction::Worse, 1.25)]
    );
    assert_eq!(all.open().len(), 1);
    let watching = all.watching();
    let findings = Findings::new(&all.nights, &watching);
    let first = &all.checks[20].confirmed[0];
    assert_eq!(findings.became(first), Became::Accepted("so it is"));
}

#[test]
fn what_was_taken_back_by_half_is_over_and_what_was_not_is_open() {
    // A little, then much, and the much is mended.
    let all = checked(&path(&[(20, 1.1), (24, 1.6), (28, 1.1)], 40), &[]);
    assert_eq!(about(&all.told()).len(), 3);
    assert_eq!(all.open().len(), 1);
    assert!((all.open()[0] - 1.1).abs() < 0.02, "{:?}", all.open());
}

#[test]
fn one_night_near_the_old_value_closes_nothing() {
    for nights_at_it in 2..=6 {
        let back = 20 + nights_at_it;
        let nights = path(&[(20, 1.1), (back, 1.0), (back + 1, 1.1)], back + 8);
        let builds = path(&[(20, 1.1)], back + 8);
        let checked = checked_by(&nights, &builds, &[]);
        assert_eq!(checked.open().len(), 1, "{nights_at_it}");
        let closed = checked.checks.iter().find(|check| !check.closed.is_empty());
        assert!(closed.is_none(), "{nights_at_it}: {closed:?}");
    }
}

#[test]
fn what_got_worse_in_two_steps_is_open_until_half_of_both_is_back() {
    for (left, is_open) in [(1.20, true), (1.05, false)] {
        let path = path(&[(20, 1.15), (21, 1.32), (27, left)], 36);
        let checked = checked(&path, &[]);
        assert_eq!(
            !checked.open().is_empty(),
            is_open,
            "{left}: {:?}",
            checked.told()
        );
    }
}

#[test]
fn an_epoch_that_has_not_begun_accepts_nothing() {
    let mut checked = checked(&path(&[(20, 1.2)], 24), &[]);
    for (since, open) in [("20991231", 1), ("20260101", 1), ("20260121", 0)] {
        checked.epochs.epoch = vec![Epoch {
            since: since.to_owned(),
            reason: "x".to_owned(),
            series: Vec::new(),
            workload: None,
            isolation: Some("*".to_owned()),
            metric: None,
        }];
        assert_eq!(checked.open().len(), open, "{since}");
    }
}

#[test]
fn an_accepted_change_of_unknown_size_leaves_a_replay_against_the_build_before_it_undecided() {
    let mut all = checked(&path(&[], 20), &[]);
    all.epochs.epoch.push(Epoch {
        since: all.nights.names[15].clone(),
        reason: "the sandbox is on".into(),
        series: Vec::new(),
        workload: None,
        isolation: Some(CHANGED.into()),
        metric: None,
    });
    // One that has not begun is nothing that anybody accepted.
    all.epochs.epoch.push(Epoch {
        since: "20991231".into(),
        isolation: Some("native/dynamic".into()),
        ..all.epochs.epoch[0].clone()
    });
    let watching = all.watching();
    let findings = Findings::new(&all.nights, &watching);
    let place = |isolation: &str| {
        let of = |column: &labrun_history::Column| {
            column
                .key
                .row()
                .is_some_and(|row| row.isolation == isolation)
        };
        all.nights.series.iter().position(of).expect("one")
    };
    let known = |isolation: &str, night: usize| {
        findings.known(place(isolation), Some(&all.nights.names[night]))
    };
    assert_eq!(known(CHANGED, ACCEPTED), None);
    assert_eq!(known(CHANGED, 15), Some(Known::NOTHING));
    assert_eq!(known("native/dynamic", ACCEPTED), Some(Known::NOTHING));
}

#[test]
fn a_replay_says_what_is_beyond_what_is_known() {
    let known = Known {
        ratio: 1.1,
        half: 0.01,
    };
    let beyond = |ratio: f64, half: f64| {
        Replay::beyond(
            known,
            ratio,
            [ratio * (-half).exp(), ratio * half.exp()],
            0.02,
        )
    };
    let Replay::Confirmed { ratio, interval } = beyond(2.2, 0.01) else {
        panic!("it is another");
    };
    assert!((ratio - 2.0).abs() < 1e-12, "{ratio}");
    // Two halves of 1 % each.
    let half = 0.01 * 2.0_f64.sqrt();
    for (end, own) in interval.into_iter().zip([-half, half]) {
        assert!((end - 2.0 * own.exp()).abs() < 1e-12, "{interval:?}");
    }
    assert_eq!(beyond(1.1, 0.01), Replay::Equivalent);
    assert_eq!(beyond(1.1, 0.03), Replay::Inconclusive);
    assert_eq!(beyond(1.13, 0.05), Replay::Inconclusive);
    // As the old build is: it got better by what was known.
    assert!(matches!(beyond(1.0, 0.01), Replay::Confirmed { ratio, .. } if ratio < 0.92));
}
