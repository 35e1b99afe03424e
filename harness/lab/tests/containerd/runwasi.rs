//! A shim of runwasi, where one is here: its container's process is known by the start alone,
//! it has helpers of its own, and no guest's stdin ends under it.

use std::process::Command;

use lab::isolation::containerd;
use lab::{memory, proc};
use labrun_record::Target;

use crate::own_daemon::shims;
use crate::support::{ground, job, module, site, skip};

/// What the guest allocates.
const HELD: u64 = 16 << 20;

#[test]
fn what_a_wasm_container_holds_reads_back_and_it_is_killed_at_its_end() {
    let test = "containerd-runwasi";
    let shim = "containerd-shim-wasmtime-v1";
    if Command::new(shim).arg("-v").output().is_err() {
        let reason = "is missing: https://github.com/containerd/runwasi/releases";
        return skip(test, &format!("{shim} {reason}"));
    }
    let Some(ground) = ground(test) else {
        return;
    };
    let mut all =
        containerd::isolations_at(Some(&ground.daemon.address), &ground.helper).into_iter();
    let wasmtime = all.find(|isolation| isolation.name() == "containerd/wasmtime");
    let wasmtime = wasmtime.expect("it is there");
    let site = site();
    let mut job = job(test, &module(), "hold");
    job.target = Target::Wasip1;
    job.instances = 1;
    let mut standing = wasmtime.stand(&site, &job).expect("stands");

    let processes = standing.processes().expect("processes");
    let holding = shims(&ground.daemon.address);
    assert!(holding.len() > 1, "a shim with helpers: {holding:?}");
    let init = ground.daemon.tasks();
    for pid in holding.iter().chain(&init) {
        assert!(processes.contains(&pid.cast_signed()), "{processes:?}");
    }
    let init: proc::Processes = init.iter().map(|pid| pid.cast_signed()).collect();
    let anon = memory::measure(&init).expect("reads").pss_anon;
    assert!(anon >= HELD, "its first process holds {anon}");
    // Its cgroup holds that process, and not its shim.
    let cgroups = standing.cgroups().expect("cgroups");
    assert_eq!(cgroups[0].pids().expect("reads"), init);

    standing.still_stand().expect("stands");
    assert!(!standing.sees_end_of_stdin());
    standing.end().expect("it is killed, which is no failure");
    assert_eq!(ground.daemon.containers(), "");
    assert_eq!(shims(&ground.daemon.address), [0; 0]);
}
