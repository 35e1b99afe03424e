//! A night in which others had the processors is told by that, whatever its times say.

use std::fs;
use std::path::Path;

use labrun_history::{Check, Night, Nights, Subject, Watched, Watching};
use labrun_record::{BlockLoad, Run};

/// A run of a day, in which others took this share of the processors in the second half of it.
fn night(day: u32, others: Option<f64>) -> Night {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../harness/record/tests/runs");
    let text = fs::read_to_string(folder.join("3-cold-start/run.json")).expect("reads");
    let mut run: Run = serde_json::from_str(&text).expect("a run");
    run.started = format!("2026-11-{day:02}T02:00:00Z");
    let half = |others: Option<f64>| BlockLoad {
        first: 0,
        end: 1,
        seconds: 10.0,
        others,
        most_by: None,
        steal: 0.01,
        probes: None,
    };
    let idle = 0.01 + 0.001 * f64::from(day % 3);
    run.blocks = vec![half(others.map(|_| idle)), half(others)];
    Night::of(&run, &[], None)
}

fn check(nights: &[Night]) -> Check {
    let mut all = Nights::default();
    for night in nights {
        all.push(&night.head.name(), night);
    }
    Watched::new(&all, nights.len() - 1, &Watching::default(), None).conclude(&[])
}

#[test]
fn a_load_of_others_is_an_environment_shift_by_itself() {
    let quiet = |days: u32| (1..=days).map(|day| night(day, Some(0.012)));
    for (others, is_shift) in [(0.5, true), (0.15, false), (0.012, false)] {
        let nights: Vec<Night> = quiet(9).chain([night(10, Some(others))]).collect();
        let check = check(&nights);
        let controls = check.environment.map(|shift| shift.controls);
        let named = controls.into_iter().flatten().map(|one| one.name);
        let expected = is_shift.then(|| "control/processors".to_owned());
        assert_eq!(
            named.collect::<Vec<_>>(),
            Vec::from_iter(expected),
            "{others}"
        );
    }
    // Of seven nights nothing is usual yet.
    let nights: Vec<Night> = quiet(7).chain([night(8, Some(0.5))]).collect();
    assert!(check(&nights).environment.is_none());
}

#[test]
fn what_is_left_is_in_per_cent_of_the_whole_run() {
    let of = |night: &Night| {
        let subject = Subject::Probe("processors".to_owned());
        let point = night.points.iter().find(|point| point.subject == subject);
        point.and_then(|point| Some(point.values.as_ref()?.median))
    };
    let half = of(&night(3, Some(0.5))).expect("was looked at");
    assert!((half - 73.5).abs() < 1e-9, "{half}");
    assert_eq!(of(&night(3, None)), None);
}
