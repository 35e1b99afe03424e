//! Every guest: what comes back, and that nothing is left.

use std::time::Duration;

use lab::isolation::LaunchTiming;
use lab::outcome::Failure;
use labrun_record::Outcome::{self, Failed, Mismatch, Timeout};

use crate::own_daemon::shims;
use crate::support::{Ground, ground, job, site};

/// Launches `behaviour` once, and checks that nothing is left.
fn launch(ground: &Ground, behaviour: &str) -> Result<LaunchTiming, Failure> {
    let name = format!("containerd-{}", behaviour.trim_start_matches('/'));
    let mut job = job(&name, &ground.image, behaviour);
    if ["hang", "linger", "/never"].contains(&behaviour) {
        job.timeout = Duration::from_secs(3);
    }
    let taken = ground.runc.launch(&site(), &job);
    assert_eq!(
        ground.daemon.containers(),
        "",
        "{behaviour} left a container"
    );
    let snapshots = ground.daemon.ctr(&["snapshots", "ls"]);
    let active: Vec<_> = snapshots
        .lines()
        .filter(|line| line.contains("Active"))
        .collect();
    assert!(active.is_empty(), "{behaviour} left {active:?}");
    assert!(
        shims(&ground.daemon.address).is_empty(),
        "{behaviour} left a shim"
    );
    taken
}

fn phase(taken: &LaunchTiming, name: &str) -> u64 {
    let mut phases = taken.phases.iter();
    let found = phases.find(|(phase, _)| phase == name);
    found.map_or(0, |(_, ns)| *ns)
}

#[test]
fn what_behaves_is_measured() {
    let Some(ground) = ground("containerd-measured") else {
        return;
    };
    let of_command = ["snapshot", "create", "task", "start", "call"];
    let of_server = ["snapshot", "create", "task", "network", "start", "call"];
    for (behaviour, phases) in [
        ("print", &of_command[..]),
        ("read", &of_command),
        ("/", &of_server),
        ("/file", &of_server),
    ] {
        let taken = launch(&ground, behaviour).unwrap_or_else(|f| panic!("{behaviour}: {f:?}"));
        let sum: u64 = taken.phases.iter().map(|(_, ns)| ns).sum();
        assert_eq!(sum, taken.total_ns, "{behaviour}");
        let found: Vec<_> = taken.phases.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, phases, "{behaviour}");
        let teardown_ns = taken.teardown_ns;
        assert!(
            teardown_ns > 1_000_000,
            "nothing is gone in {teardown_ns} ns"
        );
    }
    // The images of a run go with it, and the namespace with the last of them.
    assert!(ground.daemon.namespaces().contains("labrun"));
    let Ground { runc, daemon, .. } = ground;
    drop(runc);
    assert_eq!(daemon.ctr(&["images", "ls", "-q"]), "");
    assert_eq!(daemon.ctr(&["content", "ls", "-q"]), "");
    assert_eq!(daemon.namespaces(), "");
}

#[test]
fn a_known_delay_reads_back_in_the_call() {
    let Some(ground) = ground("containerd-slow") else {
        return;
    };
    for behaviour in ["slow", "/slow"] {
        let taken = launch(&ground, behaviour).unwrap_or_else(|f| panic!("{behaviour}: {f:?}"));
        // A part of the delay may pass before containerd answers the start, and is then in
        // that phase: what the guest slept is in both together.
        let since_start = phase(&taken, "start") + phase(&taken, "call");
        assert!(since_start >= 200_000_000, "{behaviour}: {taken:?}");
        assert!(
            phase(&taken, "call") >= 100_000_000,
            "{behaviour}: {taken:?}"
        );
    }
}

#[test]
fn what_misbehaves_has_an_outcome_and_a_reason() {
    let Some(ground) = ground("containerd-misbehaves") else {
        return;
    };
    let guests: [(&str, Outcome, &str); 11] = [
        ("exit", Failed, "exited with code 3"),
        ("exit", Failed, "no such number"),
        ("fails-after", Failed, "exited with code 3"),
        ("rubbish", Mismatch, "4\\u{1}!"),
        ("extra", Mismatch, "more than its expected output"),
        ("late", Mismatch, "more than its expected output"),
        // It is wrong and too much, whichever is seen first.
        ("megabyte", Mismatch, "expected|more than 64 KiB"),
        ("hang", Timeout, "time limit"),
        ("/wrong", Mismatch, "41"),
        ("/exit", Failed, "exited with code 3 before it answered"),
        ("/never", Timeout, "/never"),
    ];
    for (behaviour, outcome, part) in guests {
        match launch(&ground, behaviour) {
            Err(Failure::Outcome(found, reason)) => {
                assert_eq!(found, outcome, "{behaviour}: {reason}");
                assert!(
                    part.split('|').any(|part| reason.contains(part)),
                    "{behaviour}: {reason:?} has no {part:?}"
                );
            }
            other => panic!("{behaviour} gave {other:?}"),
        }
    }
}

#[test]
fn an_image_that_is_none_is_a_failure_that_names_it() {
    let Some(mut ground) = ground("containerd-no-image") else {
        return;
    };
    ground.image = "/nonexistent/image.tar".into();
    let missing = launch(&ground, "print");
    let says = |taken: &Result<LaunchTiming, Failure>, part: &str| matches!(taken, Err(Failure::Outcome(Failed, reason)) if reason.contains(part));
    assert!(says(&missing, "/nonexistent/image.tar"), "{missing:?}");
    ground.image = file!()
        .rsplit('/')
        .next()
        .map(|file| {
            let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/containerd");
            tests.join(file)
        })
        .expect("this file");
    let rubbish = launch(&ground, "print");
    assert!(says(&rubbish, "launches.rs"), "{rubbish:?}");
}
