//! A daemon that is absent, and one that dies in mid-launch.

use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::isolation::Base;
use lab::isolation::Isolation;
use lab::isolation::docker::DockerHost;
use lab::outcome::Failure;
use lab::owner::Unknown;
use labrun_record::Outcome;

use crate::own_daemon::OwnDaemon;
use crate::support::{daemon, image, job, site, skip, workload};

fn runc(host: &DockerHost) -> Box<dyn Isolation> {
    host.isolations()
        .into_iter()
        .find(|isolation| isolation.name() == "docker/runc-nonet")
        .expect("it is there")
}

#[test]
fn an_absent_daemon_is_unavailable_with_the_way_to_mend_it() {
    let host = DockerHost::at("unix:///nonexistent/docker.sock");
    let workload = workload("docker-absent", false);
    let began = Instant::now();
    for isolation in host.isolations() {
        let record = isolation.record();
        assert_eq!(
            (record.outcome, record.version),
            (Outcome::Unavailable, None)
        );
        let reason = record.reason.expect("says why");
        assert!(
            reason.contains("/nonexistent/docker.sock") && reason.contains("sudo"),
            "{reason}"
        );
        match isolation.launch(&site(), &job(&workload, "any", "print")) {
            Err(Failure::Outcome(Outcome::Unavailable, launched)) => assert_eq!(launched, reason),
            other => panic!("{other:?}"),
        }
    }
    assert!(host.version().is_err());
    assert_eq!(host.sweep(&mut Unknown::default()), (0, Vec::new()));
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_daemon_that_dies_in_mid_launch_is_unavailable_until_it_is_back() {
    let test = "docker-dying";
    if daemon(test).is_none() {
        return;
    }
    // SAFETY: geteuid() takes nothing and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return skip(
            test,
            "only root can start a second daemon: sudo scripts/test",
        );
    }
    let mut own = OwnDaemon::start();
    let host = own.host();
    let image = image(&host, Base::Scratch).expect("builds");
    let workload = workload(test, false);
    let docker = runc(&host);
    let pid = own.pid();
    let killer = std::thread::spawn(move || {
        sleep(Duration::from_millis(2500));
        // SAFETY: kill() takes no pointer; the daemon is not yet waited for.
        unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
    });
    let began = Instant::now();
    match docker.launch(&site(), &job(&workload, &image.tag, "hang")) {
        Err(Failure::Outcome(Outcome::Unavailable, reason)) => {
            assert!(
                reason.starts_with("the Docker daemon stopped answering: "),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    killer.join().expect("killed it");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "took {:?}",
        began.elapsed()
    );
    let next = docker.launch(&site(), &job(&workload, &image.tag, "print"));
    assert!(
        matches!(next, Err(Failure::Outcome(Outcome::Unavailable, _))),
        "{next:?}"
    );

    // The daemon is back: the same isolation works again.
    own.restart();
    let again = docker.launch(&site(), &job(&workload, &image.tag, "print"));
    assert!(again.is_ok(), "{again:?}");
}
