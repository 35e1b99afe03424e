//! Every configuration with every guest: what comes back, and that nothing is left.

use std::time::Duration;

use lab::isolation::{Job, LaunchTiming};
use lab::outcome::Failure;
use labrun_record::Outcome::{self, Failed, Mismatch, Timeout};

use crate::support::{configurations, job, launch, workload};

fn phase(taken: &LaunchTiming, name: &str) -> Option<u64> {
    taken
        .phases
        .iter()
        .find(|(phase, _)| phase == name)
        .map(|(_, ns)| *ns)
}

/// Launches `behaviour` on every configuration.
fn each(test: &str, behaviour: &str, check: impl Fn(&str, &Job, Result<LaunchTiming, Failure>)) {
    let workload = workload(test, behaviour.starts_with('/'));
    for (isolation, image) in configurations(test) {
        let mut job = job(&workload, &image, behaviour);
        if ["hang", "linger", "/never"].contains(&behaviour) {
            job.timeout = Duration::from_secs(3);
        }
        check(isolation.name(), &job, launch(isolation.as_ref(), &job));
    }
}

/// A launch that ends with an outcome, and a reason that holds `part`, or one of several.
fn ends(test: &str, behaviour: &str, outcome: Outcome, part: &str) {
    each(test, behaviour, |name, _, taken| match taken {
        Err(Failure::Outcome(found, reason)) => {
            assert_eq!(found, outcome, "{name}: {reason}");
            assert!(
                part.split('|').any(|part| reason.contains(part)),
                "{name}: {reason:?} has no {part:?}"
            );
        }
        other => panic!("{name} gave {other:?}"),
    });
}

/// A launch whose phases are `names`, and sum to the total.
fn measures(test: &str, behaviour: &str, names: impl Fn(&str) -> Vec<&'static str>) {
    each(test, behaviour, |name, _, taken| {
        let taken = taken.unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        assert_eq!(
            taken.phases.iter().map(|(_, ns)| ns).sum::<u64>(),
            taken.total_ns,
            "{name}"
        );
        let found: Vec<_> = taken
            .phases
            .iter()
            .map(|(phase, _)| phase.as_str())
            .collect();
        assert_eq!(found, names(name), "{name}");
        assert!(
            taken.teardown_ns > 1_000_000,
            "{name}: nothing is gone in {} ns",
            taken.teardown_ns
        );
    });
}

fn of_a_server(name: &str) -> Vec<&'static str> {
    if name == "docker/runc-nonet" {
        vec!["create", "start", "network", "call"]
    } else {
        vec!["create", "start", "call"]
    }
}

#[test]
fn a_command_is_measured() {
    measures("docker-print", "print", |_| {
        vec!["create", "attach", "start", "call"]
    });
}

#[test]
fn a_command_reads_its_grant() {
    measures("docker-read", "read", |_| {
        vec!["create", "attach", "start", "call"]
    });
}

#[test]
fn a_server_is_measured() {
    measures("docker-serve", "/", of_a_server);
}

#[test]
fn a_server_reads_its_grant() {
    measures("docker-serve-file", "/file", of_a_server);
}

#[test]
fn a_known_delay_reads_back_in_the_call() {
    for (test, behaviour) in [("docker-slow", "slow"), ("docker-serve-slow", "/slow")] {
        each(test, behaviour, |name, _, taken| {
            let taken = taken.unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
            // A part of the delay may pass before the daemon answers the start, and is
            // then in that phase: what the guest slept is in both together.
            let since_start =
                phase(&taken, "start").unwrap_or(0) + phase(&taken, "call").unwrap_or(0);
            assert!(since_start >= 200_000_000, "{name}: {taken:?}");
            assert!(
                phase(&taken, "call") >= Some(100_000_000),
                "{name}: {taken:?}"
            );
        });
    }
}

#[test]
fn an_exit_code_is_a_failure_with_the_end_of_stderr() {
    ends(
        "docker-exit",
        "exit",
        Failed,
        "exited with code 3 before its output was whole: got \"\"; its stderr ends: no such number",
    );
    ends(
        "docker-fails-after",
        "fails-after",
        Failed,
        "exited with code 3",
    );
}

#[test]
fn wrong_output_is_a_mismatch() {
    ends("docker-rubbish", "rubbish", Mismatch, "4\\u{1}!");
    ends(
        "docker-extra",
        "extra",
        Mismatch,
        "more than its expected output",
    );
    ends(
        "docker-late",
        "late",
        Mismatch,
        "more than its expected output",
    );
    ends(
        "docker-silent",
        "silent",
        Mismatch,
        "exited with code 0 before its output was whole: got \"\"",
    );
}

#[test]
fn endless_output_is_cut() {
    ends(
        "docker-megabyte",
        "megabyte",
        Mismatch,
        // It is wrong and too much, whichever is seen first.
        "expected \"42\\n\", got \"xxxx|more than 64 KiB",
    );
    ends("docker-flood", "flood", Mismatch, "more than 64 KiB");
}

#[test]
fn a_command_that_hangs_is_given_up() {
    ends("docker-hang", "hang", Timeout, "the expected output");
    ends("docker-linger", "linger", Timeout, "the end of the output");
}

#[test]
fn a_server_that_misbehaves_has_an_outcome() {
    ends("docker-serve-wrong", "/wrong", Mismatch, "41");
    ends(
        "docker-serve-exit",
        "/exit",
        Failed,
        "exited with code 3 before it answered; its stderr ends: no such number",
    );
    ends("docker-serve-never", "/never", Timeout, "/never");
}

#[test]
fn a_missing_image_is_a_failure_that_names_it() {
    let workload = workload("docker-no-image", false);
    for (isolation, _) in configurations("docker-no-image") {
        let job = job(&workload, "labrun/no-such-image:1", "print");
        match launch(isolation.as_ref(), &job) {
            Err(Failure::Outcome(Failed, reason)) => {
                assert!(reason.contains("no-such-image"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}
