//! Memory that is limited: the series of the scenario `memory` ends before the limit, and what does
//! not fit is no fault of the workload.

use serde_json::Value;

use crate::memory::holding;
use crate::support::{Cgroup, Lab, Question, Ran, limit, may_mount, skip};

const MIB: u64 = 1 << 20;

/// A lab with the guest `full`, which touches so many MiB, and is built.
fn lab(mib: u64, samples: u32) -> Lab {
    let full = format!(
        "let held = std::hint::black_box(vec![1_u8; {mib} << 20]); \
         assert!(held.iter().all(|byte| *byte == 1));"
    );
    // What is held may not go before its end.
    let full = holding(&full).replace(" } }", " } drop(held); }");
    let question = Question::memory().samples(samples).processes(64);
    let lab = Lab::fixture()
        .guest("full", &full)
        .question(&question.of("full", ""));
    lab.run(["build", "-w", "full", "-i", "native/static"])
        .exit(0);
    lab
}

fn row(ran: &Ran, metric: &str, scope: &str) -> Value {
    ran.files.native("full", metric, &[scope])
}

fn mib(row: &Value) -> f64 {
    row["median"].as_f64().unwrap_or_else(|| panic!("{row:#}")) / MIB as f64
}

/// The instances up to which a row's series went.
fn most_instances(ran: &Ran) -> f64 {
    let samples = ran.files.samples();
    let points = samples
        .iter()
        .filter_map(|sample| sample["points"].as_array());
    let numbers = points.flatten().filter_map(|point| point[0].as_f64());
    numbers.fold(0.0, f64::max)
}

/// A memory cgroup of so many bytes.
fn cgroup(test: &str, bytes: u64) -> Option<Cgroup> {
    let bytes = bytes.to_string();
    let limit = (["memory.limit_in_bytes", "memory.max"], [&*bytes; 2]);
    may_mount(test)
        .then(|| Cgroup::make(test, "memory", &[limit]))
        .flatten()
}

/// Takes it in this cgroup, as in a container.
fn measured_in(cgroup: &Cgroup, lab: &Lab, sealed: bool) -> Ran {
    let by = tempfile::tempdir_in(lab.path()).expect("makes a folder");
    let live = lab.begin_of("memory", |command| {
        cgroup.alone(cgroup.enter(command), by.path(), sealed)
    });
    live.ended()
}

#[test]
fn a_series_ends_before_the_limit_of_the_cgroup_that_holds_the_lab() {
    let Some(cgroup) = cgroup("memory-series", 512 * MIB) else {
        return;
    };
    let ran = measured_in(&cgroup, &lab(32, 2), false).exit(0);
    // Of 64 that are wanted: 16 would take all of it.
    assert!((2.0..=8.0).contains(&most_instances(&ran)));
    for (metric, scope) in [
        ("memory_idle", "pss"),
        ("memory_marginal", "pss"),
        ("memory_marginal", "cgroup"),
    ] {
        let mib = mib(&row(&ran, metric, scope));
        assert!((31.0..36.0).contains(&mib), "{metric} {scope}: {mib} MiB");
    }
}

#[test]
fn so_it_does_where_the_lab_may_make_no_cgroup_of_its_own() {
    let Some(cgroup) = cgroup("memory-sealed", 512 * MIB) else {
        return;
    };
    let ran = measured_in(&cgroup, &lab(32, 1), true).exit(0);
    assert!((2.0..=8.0).contains(&most_instances(&ran)));
    let marginal = mib(&row(&ran, "memory_marginal", "pss"));
    assert!((31.0..36.0).contains(&marginal), "{marginal} MiB");
}

#[test]
fn one_that_does_not_fit_at_all_is_no_fault_of_the_workload() {
    let Some(cgroup) = cgroup("memory-killed", 192 * MIB) else {
        return;
    };
    let ran = measured_in(&cgroup, &lab(512, 1), false).exit(4);
    let limit = "since memory ran out: the limit is the 192 MiB of the memory cgroup";
    ran.rows("full", "native/static", "unavailable", limit)
        .rows(
            "full",
            "native/static",
            "unavailable",
            "docker run --memory",
        );
}

#[test]
fn what_is_swapped_out_is_no_smaller_number() {
    let meminfo = std::fs::read_to_string("/proc/meminfo").expect("reads");
    if meminfo.contains("SwapTotal:             0 kB") {
        return skip("memory-swapped", "this machine has no swap to swap out to");
    }
    let Some(cgroup) = cgroup("memory-swapped", 192 * MIB) else {
        return;
    };
    let ran = measured_in(&cgroup, &lab(256, 1), false).exit(4);
    ran.rows("full", "native/static", "unavailable", "were swapped out");
}

#[test]
fn one_more_process_than_there_may_be_costs_the_series_alone() {
    let limit = (["pids.max"; 2], ["40"; 2]);
    let cgroup = may_mount("memory-processes")
        .then(|| Cgroup::make("memory-processes", "pids", &[limit]))
        .flatten();
    let Some(cgroup) = cgroup else { return };
    let lab = lab(1, 1);
    let live = lab.begin_of("memory", |command| cgroup.enter(command));
    let ran = live.ended().exit(0);
    assert_eq!(row(&ran, "memory_idle", "pss")["outcome"], "measured");
    assert_eq!(row(&ran, "memory_peak", "hwm")["outcome"], "measured");
    let marginal = row(&ran, "memory_marginal", "pss");
    assert_eq!(marginal["outcome"], "unavailable", "{marginal:#}");
    let reason = marginal["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("the lab may start no more processes"),
        "{reason}"
    );
}

#[test]
fn a_limit_of_a_process_is_no_limit_of_several() {
    // Each of them has its own address space.
    let lab = lab(16, 1);
    let live = lab.begin_of("memory", |command| {
        limit(command, libc::RLIMIT_DATA, 512 * MIB, 512 * MIB)
    });
    let ran = live.ended().exit(0);
    assert!(most_instances(&ran) > 32.0);
}

#[test]
fn a_cgroup_that_is_too_small_for_labrun_is_refused_and_nothing_is_killed() {
    if !may_mount("memory-too-small") {
        return;
    }
    let bytes = (32 * MIB).to_string();
    let limit = (["memory.limit_in_bytes", "memory.max"], [&*bytes; 2]);
    let Some(small) = Cgroup::make("memory-too-small", "memory", &[limit]) else {
        return;
    };
    let lab = Lab::fixture();
    lab.begin(|command| small.enter(command))
        .ended()
        .exit(2)
        .stderr_has("labrun itself needs 64 MiB and runs in the 32 MiB of the memory cgroup")
        .stderr_has("docker run --memory");
}
