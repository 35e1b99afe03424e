//! Known allocations, read back from cgroups; and that cgroups go.

use lab::cgroup::{Group, Version};
use lab::proc::{Processes, descendants};

use crate::support::{MIB, above, cgroup, site, start};

#[test]
fn what_a_guest_holds_is_what_its_cgroup_counts() {
    let site = site();
    let read = |mib: &str| {
        let cgroup = cgroup("memory-cgroup-counts", &site)?;
        let _guest = start(&site, Some(&cgroup), &["hold", mib]);
        let group = cgroup.group();
        Some((group.held().expect("reads"), group.peak().expect("reads")))
    };
    let Some((none, none_peak)) = read("0") else {
        return;
    };
    let (got, peak) = read("64").expect("another");
    above("anon", got.anon, none.anon, 64);
    above("usage", got.usage, none.usage, 64);
    above("peak", peak, none_peak, 64);
    // A page table for each 2 MiB, and little else.
    let kernel = got.kernel.expect("counted") - none.kernel.expect("counted").min(MIB);
    assert!(kernel < 2 * MIB, "{got:?}");
    assert!(got.file < none.file + MIB, "{got:?}, without: {none:?}");
}

#[test]
fn a_small_process_is_not_read_as_nothing() {
    let site = site();
    let Some(cgroup) = cgroup("memory-cgroup-small", &site) else {
        return;
    };
    let guest = start(&site, Some(&cgroup), &["hold", "0"]);
    let footprint = guest.footprint(&site);
    let held = cgroup.group().held().expect("reads");
    // The pages of one process, counted twice: by the cgroup as they were charged, and
    // by its page tables.
    let off = held.anon.abs_diff(footprint.pss_anon);
    assert!(off <= 32 * 1024, "{held:?}, {footprint:?}");
    assert!(held.anon > 0, "{held:?}");
}

#[test]
fn the_peak_stays_when_memory_is_given_back() {
    let site = site();
    let read = |args: &[&str]| {
        let cgroup = cgroup("memory-cgroup-peak", &site)?;
        let _guest = start(&site, Some(&cgroup), args);
        let group = cgroup.group();
        Some((group.held().expect("reads"), group.peak().expect("reads")))
    };
    let Some((none, none_peak)) = read(&["hold", "0"]) else {
        return;
    };
    let (got, peak) = read(&["give-back", "64", "32"]).expect("another");
    above("anon", got.anon, none.anon, 32);
    above("peak", peak, none_peak, 64);
}

#[test]
fn a_process_is_in_its_cgroup_from_the_first() {
    let site = site();
    let Some(cgroup) = cgroup("memory-cgroup-first", &site) else {
        return;
    };
    let guest = start(&site, Some(&cgroup), &["hold", "0"]);
    let pid = guest.process.pid();
    let group = cgroup.group();
    let name = group
        .path()
        .file_name()
        .expect("a name")
        .to_str()
        .expect("text");
    let ending = format!("/labrun-{}/{name}", site.owner);
    assert!(
        guest.cgroups.lines().any(|line| line.ends_with(&ending)),
        "{}",
        guest.cgroups
    );
    assert_eq!(group.pids().expect("reads"), Processes::from([pid]));
    assert_eq!(&Group::of(pid).expect("found"), group);
    let own = Group::of(std::process::id().cast_signed()).expect("found");
    assert_ne!(&own, group, "the lab itself is not in it");
    if let Some(Version::V1) = lab::cgroup::Mount::find().map(|mount| mount.version) {
        let text = std::fs::read_to_string("/proc/thread-self/cgroup").expect("reads");
        assert!(!text.contains("labrun-"), "this thread is back: {text}");
    }
}

#[test]
fn whatever_runs_in_a_cgroup_goes_with_it() {
    let site = site();
    let Some(cgroup) = cgroup("memory-cgroup-goes", &site) else {
        return;
    };
    let guest = start(&site, Some(&cgroup), &["daemon"]);
    let group = cgroup.group().clone();
    let running = group.pids().expect("reads");
    assert_eq!(
        running.len(),
        2,
        "the guest, and one in no process group of its"
    );
    assert_eq!(running, descendants(guest.process.pid()));
    drop(guest);
    let left = group.pids().expect("reads");
    assert_eq!(left.len(), 1, "the daemon outlives its group");
    cgroup.remove().expect("goes");
    assert!(!group.path().exists());
    for pid in left {
        // It may still wait to be reaped by whoever adopted it.
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        assert!(
            state.is_empty() || state.contains(") Z") || state.contains(") X"),
            "{state}"
        );
    }
    // Another goes by itself, with a process that still runs.
    let Some(cgroup) = crate::support::cgroup("memory-cgroup-goes", &site) else {
        return;
    };
    let path = cgroup.group().path().to_owned();
    let _guest = start(&site, Some(&cgroup), &["hold", "0"]);
    drop(cgroup);
    assert!(!path.exists());
}
