//! A lab that is interrupted or killed in mid-launch. The lab is a process of its own then:
//! this test binary again.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::interrupt::Interrupt;
use lab::isolation::containerd;
use lab::isolation::runner::{Executable, Ready};
use lab::outcome::Failure;
use lab::owner::Owner;
use lab::site::Site;

use crate::own_daemon::{OwnDaemon, kill, shims};
use crate::support::{Ground, ground, job, runc};

/// Tells the child where containerd, the helper and the image are.
const CHILD: &str = "LABRUN_TEST_CONTAINERD";

/// A lab whose guest hangs.
fn begin(ground: &Ground) -> Child {
    let Ok(Ready { executable, .. }) = &ground.helper else {
        panic!("the helper is built");
    };
    let told = format!(
        "{} {} {}",
        ground.daemon.address,
        executable.path.display(),
        ground.image.display()
    );
    let child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "killed::a_launch_that_hangs"])
        .env(CHILD, told)
        .stdout(Stdio::null())
        .spawn()
        .expect("starts");
    until("it runs", || {
        ground.daemon.namespaces().contains("labrun")
            && ground.daemon.ctr(&["tasks", "ls"]).contains("RUNNING")
    });
    child
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "never: {what}");
        sleep(Duration::from_millis(20));
    }
}

fn is_empty(daemon: &OwnDaemon) -> bool {
    daemon.containers().is_empty() && shims(&daemon.address).is_empty()
}

#[test]
fn ctrl_c_ends_the_wait_and_removes_the_container() {
    let Some(ground) = ground("containerd-interrupt") else {
        return;
    };
    let mut child = begin(&ground);
    // SAFETY: kill() takes no pointer; the child is not yet waited for.
    let sent = unsafe { libc::kill(child.id().cast_signed(), libc::SIGINT) };
    assert_eq!(sent, 0);
    assert!(child.wait().expect("ends").success(), "not interrupted");
    assert!(is_empty(&ground.daemon));
    assert_eq!(ground.daemon.namespaces(), "");
}

#[test]
fn the_helper_of_a_killed_lab_removes_the_container() {
    let Some(ground) = ground("containerd-killed") else {
        return;
    };
    let mut child = begin(&ground);
    kill(child.id());
    child.wait().expect("ends");
    remove_scratch(child.id());
    until("the helper removes it", || is_empty(&ground.daemon));
    // The image stays until the next lab comes.
    assert_eq!(
        containerd::sweep(Some(&ground.daemon.address), &ground.helper),
        Ok(0)
    );
    assert_eq!(ground.daemon.namespaces(), "");
}

#[test]
fn what_a_killed_lab_and_helper_leave_is_swept_and_what_a_living_one_has_stays() {
    let Some(ground) = ground("containerd-swept") else {
        return;
    };
    let sweep = || containerd::sweep(Some(&ground.daemon.address), &ground.helper);
    let mut child = begin(&ground);
    assert_eq!(sweep(), Ok(0), "it lives");
    assert!(!ground.daemon.containers().is_empty());
    // The lab is stopped first, so that it does not see its helper end.
    // SAFETY: kill() takes no pointer; the child is not yet waited for.
    unsafe { libc::kill(child.id().cast_signed(), libc::SIGSTOP) };
    let helpers = children(child.id());
    assert_eq!(helpers.len(), 1);
    kill(helpers[0]);
    kill(child.id());
    child.wait().expect("ends");
    remove_scratch(child.id());
    assert!(!ground.daemon.containers().is_empty(), "nobody removed it");
    // The next lab sweeps when it first speaks to containerd.
    let record = runc(&ground.daemon.address, &ground.helper).record();
    assert_eq!(record.reason, None);
    assert!(is_empty(&ground.daemon));
    assert_eq!(ground.daemon.namespaces(), "");
    assert_eq!(sweep(), Ok(0));
}

#[test]
fn what_was_made_since_the_boot_is_not_judged_by_the_number_of_another() {
    let Some(ground) = ground("containerd-boot") else {
        return;
    };
    let this = Owner::this().to_string();
    let parts: Vec<&str> = this.split('-').collect();
    // No process has the largest number, nor began with the machine.
    let of_boot = |boot: &str| format!("4194303-1-{}-{boot}", parts[2]);
    let (dead, altered) = (of_boot(parts[3]), of_boot("1123abcd"));
    for (name, owner) in [("dead", &dead), ("altered", &altered)] {
        ground.daemon.ctr(&["snapshots", "prepare", name]);
        let label = format!("labrun.owner={owner}");
        ground.daemon.ctr(&["snapshots", "label", name, &label]);
    }
    containerd::sweep(Some(&ground.daemon.address), &ground.helper).expect("sweeps");
    let left = ground.daemon.ctr(&["snapshots", "ls"]);
    let names = left
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next());
    assert_eq!(names.collect::<Vec<_>>(), ["altered"]);
}

/// Removes the folder in memory of a lab that is dead, which the next one would.
fn remove_scratch(lab: u32) {
    let entries = std::fs::read_dir(lab::site::SCRATCH_PARENT).expect("folders");
    let prefix = format!("{}{lab}-", lab::site::SCRATCH_PREFIX);
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            std::fs::remove_dir_all(entry.path()).expect("removes");
        }
    }
}

fn children(parent: u32) -> Vec<u32> {
    let path = format!("/proc/{parent}/task");
    let threads = std::fs::read_dir(Path::new(&path)).expect("its threads");
    let of_thread = |thread: std::fs::DirEntry| {
        std::fs::read_to_string(thread.path().join("children")).unwrap_or_default()
    };
    let lists: Vec<String> = threads.flatten().map(of_thread).collect();
    let pids = lists.iter().flat_map(|list| list.split_whitespace());
    pids.filter_map(|pid| pid.parse().ok()).collect()
}

/// The child's half; nothing when it is run as a test of its own.
#[test]
fn a_launch_that_hangs() {
    let Ok(told) = std::env::var(CHILD) else {
        return;
    };
    let words: Vec<&str> = told.split(' ').collect();
    let [address, program, image] = words[..] else {
        panic!("three words");
    };
    let helper = Ok(Ready {
        executable: Executable::of_file(program.into()),
        linked: None,
        starts: None,
        version: String::new(),
        sha256: String::new(),
    });
    let site = Site::new(Interrupt::catch().expect("catches")).expect("a site");
    let mut job = job("containerd-killed", image.as_ref(), "hang");
    job.timeout = Duration::from_mins(2);
    let taken = runc(address, &helper).launch(&site, &job);
    assert_eq!(taken, Err(Failure::Interrupted));
}
