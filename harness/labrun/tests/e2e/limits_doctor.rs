//! `labrun doctor` tells every limit of the place that it runs in, and waits for nobody for long.

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::{Cgroup, Lab, Ran, limit, may_mount, on_one_processor, refuse, skip};

fn doctor(lab: &Lab, narrow: impl FnOnce(&mut std::process::Command)) -> Ran {
    let mut command = lab.labrun(["doctor"]);
    narrow(&mut command);
    lab.start(command, lab.path()).ended().exit(0)
}

#[test]
fn what_cgroups_limit_is_told() {
    if !may_mount("doctor-cgroups") {
        return;
    }
    let bytes = (512_u64 << 20).to_string();
    let memory = (["memory.limit_in_bytes", "memory.max"], [&*bytes; 2]);
    let quota = (["cpu.cfs_quota_us", "cpu.max"], ["50000", "50000 100000"]);
    let (memory, quota) = (
        Cgroup::make("doctor-memory", "memory", &[memory]),
        Cgroup::make("doctor-cpu", "cpu", &[quota]),
    );
    let lab = Lab::fixture();
    if let Some(memory) = memory {
        doctor(&lab, |command| {
            memory.enter(command);
        })
        .stdout_has("the 512 MiB of the memory cgroup /sys/fs/cgroup/")
        .stdout_has("the memory series ends before that is reached");
    }
    if let Some(quota) = quota {
        doctor(&lab, |command| {
            quota.enter(command);
        })
        .stdout_has("the time of 0.50 in each period, by the cgroup /sys/fs/cgroup/")
        .stdout_has("CPUQuota= of its unit");
        let ran = lab.begin(|command| quota.enter(command)).ended().exit(0);
        let ran = ran.stdout_has("a cgroup leaves it the time of 0.50 processors");
        let run = ran.files.json("run.json");
        assert_eq!(run["machine"]["cpu_quota_milli"], 500);
    }
}

#[test]
fn what_the_process_is_limited_to_is_told() {
    let lab = Lab::fixture();
    doctor(&lab, |command| {
        limit(command, libc::RLIMIT_NOFILE, 512, 768);
        limit(command, libc::RLIMIT_DATA, 32 << 30, 32 << 30);
    })
    .stdout_has("512 open files, up to 768")
    .stdout_has("a load of many connections: `ulimit -n 4096`")
    .stdout_has("RLIMIT_DATA 32.0 GiB")
    .stdout_has("(MemAvailable)")
    .stdout_has(" processors (")
    .stdout_has("swap ")
    .stdout_has("/dev/shm: ")
    .stdout_has("/var/tmp: ")
    .stdout_has("any processor time, files of any size")
    .stdout_has("all that the lab uses");
    doctor(&lab, |command| {
        limit(command, libc::RLIMIT_CPU, 600, 600);
        limit(command, libc::RLIMIT_FSIZE, 1 << 30, 1 << 30);
    })
    .stdout_has("a process may use 600 s of processor time (RLIMIT_CPU)")
    .stdout_has("a file may have 1073741824 bytes (RLIMIT_FSIZE)")
    .stdout_has("`ulimit -t unlimited`");
}

#[test]
fn processors_that_are_left_out_are_told() {
    let online = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    if online.trim() == "0" {
        return skip("doctor-processors", "this machine has one processor");
    }
    let lab = Lab::fixture();
    doctor(&lab, |command| {
        on_one_processor(command);
    })
    .stdout_has("1 of ")
    .stdout_has(" processors (0): a cpuset or an affinity leaves out the others");
}

#[test]
fn calls_that_are_refused_are_told() {
    let lab = Lab::fixture();
    doctor(&lab, |command| {
        refuse(command, &[libc::SYS_pidfd_open], libc::ENOSYS);
    })
    .stdout_has("pidfd_open is refused: ")
    .stdout_has("--security-opt seccomp=unconfined");
}

#[test]
fn a_docker_that_hangs_is_waited_for_once() {
    let lab = Lab::fixture();
    let path = lab.path().join("mute.sock");
    let listener = UnixListener::bind(&path).expect("listens");
    let accepted = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&accepted);
    std::thread::spawn(move || {
        // Each stays open, and none is answered.
        let mut held = Vec::new();
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            held.push(stream);
        }
    });
    let ran = doctor(&lab, |command| {
        command.env("DOCKER_HOST", format!("unix://{}", path.display()));
    });
    let silent = "it accepted, then said nothing for 5 s";
    // One line for each configuration.
    assert!(ran.stdout.matches(silent).count() > 5, "{}", ran.stdout);
    // One look whether anybody is there, and one that waits, for the sweep and all of them.
    assert_eq!(accepted.load(Ordering::SeqCst), 2);
}

#[test]
fn a_place_without_room_for_a_thread_is_told_in_words() {
    let calls = [libc::SYS_clone, libc::SYS_clone3, libc::SYS_vfork];
    let lab = Lab::fixture();
    let ran = doctor(&lab, |command| {
        refuse(command, &calls, libc::EAGAIN);
    });
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let url = format!("http://{}/", crate::loading::right());
    let mut load = lab.labrun(["load", &url, "--duration", "1s", "--warmup", "0s"]);
    refuse(&mut load, &calls, libc::EAGAIN);
    let ran = lab.start(load, lab.path()).ended().exit(1);
    let told = ran.stderr_has("no more processes and threads are allowed here");
    assert!(!told.stderr.contains("panicked"), "{}", told.stderr);
    assert_eq!(
        told.stderr.matches("os error").count(),
        1,
        "{}",
        told.stderr
    );
    if !may_mount("doctor-pids") {
        return;
    }
    for most in ["2", "4", "6", "10"] {
        let pids = (["pids.max", "pids.max"], [most; 2]);
        let Some(few) = Cgroup::make(&format!("doctor-pids-{most}"), "pids", &[pids]) else {
            return;
        };
        let ran = doctor(&lab, |command| {
            few.enter(command);
        });
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        blames_no_program(&ran);
    }
}

/// Programs that are here, and do not start for want of something else, need not be installed.
fn blames_no_program(ran: &Ran) {
    for line in ran.stdout.lines() {
        let is_here = line.contains("was found, but")
            || line.contains("s runtime `")
            || line.starts_with("rust ");
        let says_install = ["is rustup installed?", "apt-get install", "name runc's own"]
            .iter()
            .any(|advice| line.contains(advice));
        assert!(!(is_here && says_install), "{line}");
    }
}

#[test]
fn a_place_with_little_address_space_is_not_taken_for_missing_programs() {
    let lab = Lab::fixture();
    let ran = doctor(&lab, |command| {
        limit(command, libc::RLIMIT_AS, 300 << 20, 300 << 20);
    })
    .stdout_has("RLIMIT_AS 300 MiB")
    .stdout_has("RLIMIT_AS 300 MiB: give it more: docker run --memory");
    blames_no_program(&ran);
}
