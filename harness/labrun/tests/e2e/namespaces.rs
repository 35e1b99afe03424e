//! Labs in several PID namespaces that share folders, as containers do: none takes a living one
//! for dead, and each removes what a killed one has left, whatever namespace it was of.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{
    Images, Lab, Live, Ran, containers_of, folders_of, in_pid_namespace, lay_tmpfs, mark,
    may_mount, processes_of, skip, started_by, until,
};

/// A lab with a server that never answers, so that its launch goes on.
fn deaf() -> Lab {
    let deaf = "fn main() { loop { std::thread::park(); } }";
    let lab = Lab::fixture().plan("timeout_s", "600").server("deaf", deaf);
    lab.run(["build", "-i", "native/*"]).exit(0);
    lab
}

fn doctor(lab: &Lab, inside: bool) -> Ran {
    let command = lab.labrun(["doctor"]);
    let command = if inside {
        in_pid_namespace(&command)
    } else {
        command
    };
    lab.start(command, lab.path()).ended().exit(0)
}

#[test]
fn one_in_another_namespace_leaves_what_a_living_one_has() {
    if !may_mount("namespaces-living") {
        return;
    }
    let lab = deaf();
    let mut live = lab.begin(|command| command.args(["-w", "deaf"]));
    live.until("the server runs", |live| {
        !processes_of(live.pid()).is_empty()
    });
    let (processes, folders) = (processes_of(live.pid()), folders_of(live.pid()));
    assert_eq!(folders.len(), 1);
    doctor(&lab, true);
    assert_eq!(processes_of(live.pid()), processes);
    assert_eq!(folders_of(live.pid()), folders);
    live.signal(libc::SIGINT);
    live.ended().exit(130);
}

/// Starts the lab as process 1 of its own namespace; gives its folder, too.
fn begin_inside(lab: &Lab) -> (Live, PathBuf) {
    let out = lab.path().join("inside");
    let mut command = lab.labrun(["scenario", "cold-start", "-w", "deaf", "--out"]);
    command.arg(&out);
    let mut live = lab.start(in_pid_namespace(&command), &out);
    let outside = live.pid();
    live.until("its folder is there", |_| folder_inside(outside).is_some());
    (live, folder_inside(outside).expect("its folder"))
}

/// The folder of the labrun that is the child of unshare(1), by its PID namespace.
fn folder_inside(unshare: u32) -> Option<PathBuf> {
    let children = fs::read_to_string(format!("/proc/{unshare}/task/{unshare}/children")).ok()?;
    let child = children.split_whitespace().next()?;
    let namespace = fs::metadata(format!("/proc/{child}/ns/pid")).ok()?.ino();
    let ending = format!("-{namespace:x}-");
    let mut entries = fs::read_dir("/dev/shm").expect("lists").flatten();
    let is_its = |name: &str| name.starts_with("labrun-1-") && name.contains(&ending);
    let found = entries.find(|entry| is_its(&entry.file_name().to_string_lossy()));
    found.map(|entry| entry.path())
}

/// Processes that bear the name of the lab with this folder.
fn marked(folder: &Path) -> Vec<u32> {
    let name = folder.file_name().expect("a name").to_string_lossy();
    let owner = name.strip_prefix("labrun-").expect("a lab's").to_owned();
    let wanted = format!("LABRUN_OWNER={owner}");
    let is_its = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|pair| pair == wanted.as_bytes())
    };
    let all = fs::read_dir("/proc").expect("lists").flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(is_its)
        .collect()
}

#[test]
fn one_outside_leaves_what_a_living_one_inside_has_and_removes_it_once_that_was_killed() {
    if !may_mount("namespaces-inside") {
        return;
    }
    let lab = deaf();
    let (mut live, folder) = begin_inside(&lab);
    live.until("the server runs", |_| !marked(&folder).is_empty());
    let ran = doctor(&lab, false);
    assert!(folder.is_dir(), "{}", ran.stderr);
    assert!(!marked(&folder).is_empty(), "{}", ran.stderr);
    live.signal(libc::SIGKILL);
    live.ended();
    until("its namespace is gone", || {
        marked(&folder).is_empty().then_some(())
    });
    doctor(&lab, false);
    // Another test's labrun may be at it.
    until("its folder is gone", || (!folder.exists()).then_some(()));
}

/// A process that bears the mark of a lab.
struct Marked(std::process::Child);

impl Marked {
    fn start(owner: &str) -> Self {
        let mut sleep = Command::new("sleep");
        sleep.arg("1000").env("LABRUN_OWNER", owner);
        Self(sleep.spawn().expect("starts"))
    }

    fn runs(&mut self) -> bool {
        self.0.try_wait().expect("waits").is_none()
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_cannot_be_decided_is_left_and_named() {
    let lab = Lab::fixture();
    let (here, elsewhere) = (mark(true), mark(false));
    let (mut dead, mut unknown) = (Marked::start(&here), Marked::start(&elsewhere));
    let name = format!("process {} (sleep)", unknown.0.id());
    doctor(&lab, false)
        .stderr_has(&name)
        .stderr_has(&format!("of the lab {elsewhere}: left alone"));
    assert!(unknown.runs());
    until("that of a dead lab is gone", || {
        (!dead.runs()).then_some(())
    });
}

#[test]
fn an_unlocked_mark_of_another_namespace_has_ended() {
    let lab = Lab::fixture();
    // Its own, so that no other test's labrun knows it.
    let owner = mark(false).replace("4194303-1-", "4194302-2-");
    let folder = PathBuf::from(format!("/dev/shm/labrun-{owner}"));
    fs::create_dir(&folder).expect("makes a folder");
    let mut left = Marked::start(&owner);
    until("it is removed", || {
        doctor(&lab, false);
        (!left.runs() && !folder.exists()).then_some(())
    });
}

#[test]
fn a_lab_whose_lock_is_hidden_is_left_by_its_number() {
    if !may_mount("namespaces-hidden") {
        return;
    }
    let lab = deaf();
    let mut live = lab.begin(|command| command.args(["-w", "deaf"]));
    live.until("the server runs", |live| {
        !processes_of(live.pid()).is_empty()
    });
    let before = processes_of(live.pid());
    // The same processes, and another /dev/shm: its lock is not to be seen.
    let mut command = lab.labrun(["doctor"]);
    lay_tmpfs(&mut command, c"/dev/shm", c"size=16m");
    lab.start(command, lab.path()).ended().exit(0);
    assert_eq!(processes_of(live.pid()), before);
    live.signal(libc::SIGINT);
    live.ended().exit(130);
}

#[test]
fn a_container_of_a_living_lab_stays_in_a_daemon_that_is_shared() {
    let test = "namespaces-docker";
    if let Err(reason) = lab::isolation::docker::DockerHost::default().version() {
        return skip(test, &reason);
    }
    if !may_mount(test) {
        return;
    }
    let _images = Images::of("shared");
    let lab = Lab::fixture()
        .plan("timeout_s", "600")
        .isolation("docker/runc-nonet")
        .guest("shared", "fn main() { loop { std::thread::park(); } }");
    let mut live = lab.begin(|command| command.args(["-i", "docker/*", "-w", "shared"]));
    live.until("the container is there", |live| {
        !containers_of(live.pid()).is_empty()
    });
    let before = containers_of(live.pid());
    // Its lock is seen, and then it is not.
    doctor(&lab, true);
    assert_eq!(containers_of(live.pid()), before);
    let mut hidden = in_pid_namespace(&lab.labrun(["doctor"]));
    lay_tmpfs(&mut hidden, c"/dev/shm", c"size=16m");
    let id = before[0].split(' ').next().expect("an id");
    lab.start(hidden, lab.path())
        .ended()
        .exit(0)
        .stderr_has(&format!("still there: container {id} of the lab"));
    assert_eq!(containers_of(live.pid()), before);
    live.signal(libc::SIGINT);
    let ran = live.ended().exit(130);
    assert_eq!(containers_of(ran.pid), [""; 0], "a container is left");
}

/// labrun doctor after this piece of shell, in a mount namespace of its own where no lock of another lab
/// is to be seen, and in what more unshare(1) is told.
fn doctor_after(lab: &Lab, unshare: &[&str], script: &str) -> Ran {
    let mut command = Command::new("unshare");
    command.arg("--mount").args(unshare).args(["sh", "-ec"]);
    command.arg(format!(
        "mount -t tmpfs none /dev/shm; {script} exec \"$@\""
    ));
    command.arg("sh");
    let command = started_by(command, &lab.labrun(["doctor"]));
    lab.start(command, lab.path()).ended().exit(0)
}

#[test]
fn a_living_lab_stays_where_the_clock_or_the_number_of_the_boot_is_another() {
    if !may_mount("namespaces-clock") {
        return;
    }
    let lab = deaf();
    let mut live = lab.begin(|command| command.args(["-w", "deaf"]));
    live.until("the server runs", |live| {
        !processes_of(live.pid()).is_empty()
    });
    let before = processes_of(live.pid());
    let boot = "echo 11111111-2222-3333-4444-555555555555 > /dev/shm/id; \
        mount --bind /dev/shm/id /proc/sys/kernel/random/boot_id;";
    doctor_after(&lab, &[], boot);
    assert_eq!(processes_of(live.pid()), before, "another boot");
    doctor_after(&lab, &["--time", "--boottime", "100000", "--fork"], "");
    assert_eq!(processes_of(live.pid()), before, "another clock");
    live.signal(libc::SIGINT);
    live.ended().exit(130);
}

#[test]
fn a_host_s_name_is_no_part_of_a_folder_s_but_what_may_be() {
    if !may_mount("namespaces-host") {
        return;
    }
    let lab = Lab::fixture();
    let mut command = Command::new("unshare");
    command
        .args(["--uts", "sh", "-c"])
        .arg("printf 'a\\033[31mb/c' >/proc/sys/kernel/hostname && exec \"$@\"")
        .arg("sh");
    let measure = lab.labrun(["scenario", "cold-start", "-i", "native/static"]);
    let command = started_by(command, &measure);
    lab.start(command, lab.path()).ended().exit(0);
    let runs = fs::read_dir(lab.path().join("runs")).expect("runs");
    let names: Vec<String> = runs
        .map(|run| {
            run.expect("a run")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(names.len(), 1);
    assert!(names[0].ends_with("-cold-start-a--31mb-c"), "{names:?}");
}
