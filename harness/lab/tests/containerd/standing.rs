//! Containers that stay, and one that works batch after batch.

use lab::isolation::More;
use lab::{memory, proc};

use crate::own_daemon::shims;
use crate::support::{ground, job, site};

/// What the guest `hold` allocates.
const HELD: u64 = 16 << 20;

#[test]
fn what_a_container_holds_reads_back_with_its_shim_and_without_the_helper() {
    let Some(ground) = ground("containerd-hold") else {
        return;
    };
    let site = site();
    let mut job = job("containerd-hold", &ground.image, "hold");
    job.instances = 2;
    let mut standing = ground.runc.stand(&site, &job).expect("stands");
    let processes = standing.processes().expect("processes");
    let shim = shims(&ground.daemon.address);
    let init = ground.daemon.tasks();
    let wanted: proc::Processes = shim
        .iter()
        .chain(&init)
        .map(|pid| pid.cast_signed())
        .collect();
    assert_eq!(wanted.len(), 2, "one shim, and one process");
    assert_eq!(processes, wanted);
    let alone: proc::Processes = init.iter().map(|pid| pid.cast_signed()).collect();
    let anon = memory::measure(&alone).expect("reads").pss_anon;
    assert!((HELD..HELD + (2 << 20)).contains(&anon), "{anon}");
    let cgroups = standing.cgroups().expect("cgroups");
    let held = cgroups[0].held().expect("reads");
    assert!(
        held.anon >= HELD && held.anon < HELD + (4 << 20),
        "{held:?}"
    );

    standing.grow(2).expect("grows");
    let both = memory::measure(&standing.processes().expect("processes")).expect("reads");
    assert!(both.pss_anon >= 2 * HELD, "{both:?}");
    standing.still_stand().expect("both stand");
    standing.end().expect("both end when their stdin does");
    assert_eq!(ground.daemon.containers(), "");
    assert_eq!(shims(&ground.daemon.address), [0; 0]);
}

#[test]
fn a_server_stays_until_it_is_ended() {
    let Some(ground) = ground("containerd-stand-serve") else {
        return;
    };
    let site = site();
    let mut job = job("containerd-stand-serve", &ground.image, "/");
    job.instances = 1;
    let mut standing = ground.runc.stand(&site, &job).expect("stands");
    assert!(standing.address().is_some());
    standing.still_stand().expect("stands");
    standing.end().expect("ends");
    assert_eq!(ground.daemon.containers(), "");
}

#[test]
fn one_that_ends_on_its_own_is_told() {
    let Some(ground) = ground("containerd-no-hold") else {
        return;
    };
    let site = site();
    let mut job = job("containerd-no-hold", &ground.image, "print");
    job.instances = 1;
    let mut standing = ground
        .runc
        .stand(&site, &job)
        .expect("it printed what is expected");
    let began = std::time::Instant::now();
    let told = loop {
        match standing.still_stand() {
            Err(failure) => break failure.to_string(),
            Ok(()) => assert!(began.elapsed().as_secs() < 20, "it is never told"),
        }
    };
    assert!(told.contains("while it was to stay"), "{told}");
    drop(standing);
    assert_eq!(ground.daemon.containers(), "");
}

#[test]
fn lines_are_told_until_enough_came() {
    let Some(ground) = ground("containerd-again") else {
        return;
    };
    let job = job("containerd-again", &ground.image, "again");
    let mut told = Vec::new();
    let mut each = |line: lab::isolation::Line<'_>| {
        assert_eq!(line.text, b"42\n");
        told.push(line.at_ns);
        Ok(if told.len() == 5 {
            More::Enough
        } else {
            More::Wanted
        })
    };
    ground
        .runc
        .stream(&site(), &job, &mut each)
        .expect("streams");
    assert!(told.is_sorted() && told.len() == 5, "{told:?}");
    assert_eq!(ground.daemon.containers(), "");
    assert_eq!(shims(&ground.daemon.address), [0; 0]);
}
