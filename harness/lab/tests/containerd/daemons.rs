//! A containerd that is absent, a helper that is not built, and a containerd that dies.

use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::isolation::containerd;
use lab::outcome::Failure;
use labrun_record::Outcome;

use crate::own_daemon::kill;
use crate::support::{ground, job, runc, site};

#[test]
fn what_is_absent_is_unavailable_with_the_way_to_mend_it() {
    let missing = Err(Failure::failed("the helper is missing: labrun build"));
    for isolation in containerd::isolations_at(Some("/nonexistent/containerd.sock"), &missing) {
        let record = isolation.record();
        assert_eq!(
            (record.outcome, record.version),
            (Outcome::Unavailable, None)
        );
        let reason = record.reason.expect("says why");
        // A runtime that is missing is said first: it would be missing still.
        let mends = ["sudo", "runwasi"];
        assert!(mends.iter().any(|mend| reason.contains(mend)), "{reason}");
        match isolation.launch(&site(), &job("containerd-absent", "/x".as_ref(), "print")) {
            Err(Failure::Outcome(Outcome::Unavailable, launched)) => assert_eq!(launched, reason),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_helper_that_is_not_built_is_named() {
    let Some(ground) = ground("containerd-no-helper") else {
        return;
    };
    let missing = Err(Failure::failed("the helper is missing: labrun build"));
    let record = runc(&ground.daemon.address, &missing).record();
    assert_eq!(record.outcome, Outcome::Unavailable);
    assert_eq!(
        record.reason.as_deref(),
        Some("the helper is missing: labrun build")
    );
}

#[test]
fn one_that_dies_in_mid_launch_is_unavailable_until_it_is_back() {
    let Some(mut ground) = ground("containerd-dying") else {
        return;
    };
    let hang = job("containerd-dying", &ground.image, "hang");
    let pid = ground.daemon.pid();
    let daemon = &ground.daemon;
    let (taken, init) = std::thread::scope(|scope| {
        let killer = scope.spawn(|| {
            let began = Instant::now();
            let init = loop {
                let tasks = daemon.ctr(&["tasks", "ls"]);
                if tasks.contains("RUNNING") {
                    break daemon.tasks()[0];
                }
                assert!(began.elapsed() < Duration::from_secs(20), "it never ran");
                sleep(Duration::from_millis(20));
            };
            kill(pid);
            init
        });
        let taken = ground.runc.launch(&site(), &hang);
        (taken, killer.join().expect("killed it"))
    });
    match taken {
        Err(Failure::Outcome(Outcome::Unavailable, reason)) => {
            assert!(
                reason.starts_with("containerd stopped answering"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    // Nobody but the helper could end its process.
    let state = std::fs::read_to_string(format!("/proc/{init}/stat")).unwrap_or_default();
    assert!(
        state.is_empty() || state.contains(") Z "),
        "its process runs on: {state}"
    );
    let print = job("containerd-dying", &ground.image, "print");
    let next = ground.runc.launch(&site(), &print);
    assert!(
        matches!(next, Err(Failure::Outcome(Outcome::Unavailable, _))),
        "{next:?}"
    );

    ground.daemon.restart();
    let again = ground.runc.launch(&site(), &print);
    assert!(again.is_ok(), "{again:?}");
    // What it could not remove while nobody answered goes with the run.
    let crate::support::Ground { runc, daemon, .. } = ground;
    drop(runc);
    assert_eq!(daemon.namespaces(), "");
}
