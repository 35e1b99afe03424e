//! Ctrl-C in mid-launch. A process catches a signal once only, so that each launch that
//! is interrupted runs in a process of its own: this test binary again.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::interrupt::Interrupt;
use lab::outcome::Failure;
use lab::site::Site;

use crate::support::{configurations, containers, job, launch_in, workload};

/// Tells the child what to launch: the isolation's name and the behaviour.
const CHILD: &str = "LABRUN_TEST_INTERRUPTED";

#[test]
fn ctrl_c_ends_every_wait_and_removes_the_container() {
    for (behaviour, serves) in [("hang", false), ("linger", false), ("/never", true)] {
        let test = format!("docker-interrupt-{}", behaviour.trim_start_matches('/'));
        workload(&test, serves);
        for (isolation, _) in configurations(&test) {
            interrupt(isolation.name(), behaviour, &test);
        }
    }
}

fn interrupt(isolation: &str, behaviour: &str, test: &str) {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "interrupts::an_interrupted_launch"])
        .env(CHILD, format!("{isolation} {behaviour}"))
        .stdout(Stdio::null())
        .spawn()
        .expect("starts");
    let began = Instant::now();
    while containers(test).is_empty() {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "{isolation}: no container"
        );
        sleep(Duration::from_millis(50));
    }
    sleep(Duration::from_millis(700));
    let raised = Instant::now();
    // SAFETY: kill() takes no pointer; the child is not yet waited for.
    let sent = unsafe { libc::kill(child.id().cast_signed(), libc::SIGINT) };
    assert_eq!(sent, 0);
    assert!(
        child.wait().expect("ends").success(),
        "{isolation} {behaviour} was not interrupted"
    );
    let took = raised.elapsed();
    assert!(
        took < Duration::from_secs(5),
        "{isolation} {behaviour}: {took:?}"
    );
    assert_eq!(
        containers(test),
        "",
        "{isolation} {behaviour} left a container"
    );
}

/// The child's half; nothing when it is run as a test of its own.
#[test]
fn an_interrupted_launch() {
    let Ok(asked) = std::env::var(CHILD) else {
        return;
    };
    let (name, behaviour) = asked.split_once(' ').expect("two words");
    let test = format!("docker-interrupt-{}", behaviour.trim_start_matches('/'));
    let site = Site::new(Interrupt::catch().expect("catches")).expect("a site");
    let workload = workload(&test, behaviour.starts_with('/'));
    let mut found = configurations(&test).into_iter();
    let (isolation, image) = found
        .find(|(isolation, _)| isolation.name() == name)
        .expect("that isolation");
    let taken = launch_in(
        &site,
        isolation.as_ref(),
        &job(&workload, &image, behaviour),
    );
    assert_eq!(taken, Err(Failure::Interrupted));
}
