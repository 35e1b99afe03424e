//! What else used the processors while a run was taken: the shares over its blocks, the warnings, and
//! what a comparison says of both runs.

mod support;

use labrun_analysis::{Disturbance, Measurements, WarningKind, compare, summarise};
use labrun_record::{BlockLoad, Run, Sample};
use support::{lines, run};

/// A run with blocks of these seconds, shares of others and names.
fn with(blocks: &[(f64, Option<f64>, Option<&str>)], steal: f64) -> Run {
    let mut run = run();
    run.blocks = (0..)
        .zip(blocks)
        .map(|(number, (seconds, others, most_by))| BlockLoad {
            first: number,
            end: number + 1,
            seconds: *seconds,
            others: *others,
            most_by: most_by.map(str::to_owned),
            steal,
            probes: None,
        })
        .collect();
    run
}

/// What is warned of where something was measured.
fn kinds(run: &Run) -> Vec<WarningKind> {
    kinds_with(run, &lines(0, &[1e6; 8]))
}

fn kinds_with(run: &Run, samples: &[Sample]) -> Vec<WarningKind> {
    let summary = summarise(run, samples);
    summary
        .warnings
        .iter()
        .map(|warning| warning.name)
        .collect()
}

#[test]
fn shares_are_over_the_time_of_all_blocks() {
    let run = with(
        &[
            (9.0, Some(0.02), Some("sshd")),
            (1.0, Some(0.82), Some("labrun")),
            (5.0, None, None),
        ],
        0.01,
    );
    let found = Disturbance::of(&run).expect("was looked at");
    assert!(
        (found.others.expect("is known") - 0.1).abs() < 1e-9,
        "{found:?}"
    );
    assert_eq!(found.others_most, Some(0.82));
    assert_eq!(
        found.most_by,
        ["labrun"],
        "of a quiet block nobody is named"
    );
    assert!((found.steal - 0.01).abs() < 1e-9);
    let said = "other processes took 10% of the processors' time, at most 82%; most of it labrun";
    assert_eq!(found.said().as_deref(), Some(said));
    assert!(kinds(&run).contains(&WarningKind::OtherProcesses));
    assert!(!kinds(&run).contains(&WarningKind::Steal));
    assert_eq!(
        kinds_with(&run, &[]),
        [],
        "where nothing was measured, nothing was slower for it"
    );
}

#[test]
fn what_a_quiet_machine_does_is_no_warning_and_what_nobody_looked_at_neither() {
    let quiet = with(&[(9.0, Some(0.02), Some("sshd"))], 0.02);
    let found = Disturbance::of(&quiet).expect("was looked at");
    assert_eq!((found.said(), found.most_by.len()), (None, 0));
    assert_eq!(Disturbance::of(&run()), None);
    for run in [quiet, run()] {
        let kinds = kinds(&run);
        assert!(!kinds.contains(&WarningKind::OtherProcesses), "{kinds:?}");
        assert!(!kinds.contains(&WarningKind::Steal), "{kinds:?}");
    }
}

#[test]
fn what_the_hypervisor_took_is_told_apart_from_what_others_took() {
    let run = with(&[(9.0, None, None)], 0.2);
    let found = Disturbance::of(&run).expect("was looked at");
    assert_eq!((found.others, found.others_most), (None, None));
    let said = "the hypervisor gave 20% of the processors' time to other machines";
    assert_eq!(found.said().as_deref(), Some(said));
    assert!(kinds(&run).contains(&WarningKind::Steal));
    assert!(!kinds(&run).contains(&WarningKind::OtherProcesses));
}

#[test]
fn a_comparison_says_so_of_either_run() {
    let (quiet, busy) = (run(), with(&[(1.0, Some(0.5), Some("cargo"))], 0.0));
    let samples = lines(0, &[1e6; 8]);
    let of = |run| Measurements {
        run,
        samples: &samples,
    };
    let compared = compare(of(&quiet), of(&busy), false);
    assert_eq!(compared.base.disturbance, None);
    let said = compared
        .candidate
        .disturbance
        .expect("was looked at")
        .said();
    assert!(said.is_some_and(|said| said.contains("took 50%")));
    let compared = compare(of(&busy), of(&quiet), false);
    assert!(compared.base.disturbance.is_some() && compared.candidate.disturbance.is_none());
}
