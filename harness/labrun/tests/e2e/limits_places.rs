//! `/dev/shm` as containers have it: small, not to be executed from, read-only, missing, or no memory
//! at all.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lab, Over, Ran, lay, may_mount, skip};

const SHM: &std::ffi::CStr = c"/dev/shm";

/// Measures where this lies over `/dev/shm`.
fn measured(lab: &Lab, what: Over<'_>) -> Ran {
    lab.begin(|command| lay(command, SHM, what)).ended()
}

/// What is said where no folder can be made, for this reason.
fn is_refused(ran: Ran, why: &str) {
    let ran = ran
        .exit(2)
        .stderr_has("cannot make a folder there")
        .stderr_has(why)
        .stderr_has("mount -t tmpfs tmpfs /dev/shm");
    assert_eq!(ran.stdout, "");
}

#[test]
fn one_that_is_read_only_is_named_with_what_to_do() {
    if !may_mount("places-read-only") {
        return;
    }
    let lab = Lab::fixture();
    let read_only = Over::Tmpfs(libc::MS_RDONLY, c"");
    is_refused(measured(&lab, read_only), "Read-only file system");
}

/// A folder to be `/dev`, with what every program needs of it, and no `shm`.
fn devices(lab: &Lab) -> PathBuf {
    let dev = lab.path().join("dev");
    std::fs::create_dir(&dev).expect("makes a folder");
    for (name, minor) in [("null", "3"), ("zero", "5"), ("urandom", "9")] {
        let made = Command::new("mknod")
            .arg(dev.join(name))
            .args(["c", "1", minor])
            .status();
        assert!(made.is_ok_and(|made| made.success()), "makes {name}");
    }
    dev
}

#[test]
fn one_that_is_missing_is_named_with_what_to_do() {
    if !may_mount("places-missing") {
        return;
    }
    let lab = Lab::fixture();
    let dev = devices(&lab);
    let ran = lab
        .begin(|command| lay(command, c"/dev", Over::Folder(&dev)))
        .ended();
    is_refused(ran, "No such file or directory");
}

#[test]
fn one_that_is_a_full_container_s_does() {
    if !may_mount("places-container") {
        return;
    }
    let lab = Lab::fixture();
    let usual = Over::Tmpfs(
        libc::MS_NOEXEC | libc::MS_NOSUID | libc::MS_NODEV,
        c"size=64m",
    );
    measured(&lab, usual)
        .exit(0)
        .rows("right", "native/static", "measured", "");
    let mut command = lab.labrun(["doctor"]);
    lay(&mut command, SHM, usual);
    lab.start(command, lab.path())
        .ended()
        .exit(0)
        .stdout_has("/dev/shm: 64 MiB, ")
        .stdout_has(" free, noexec")
        .stdout_has("docker run --shm-size=1g");
}

fn is_on_a_disk(folder: &Path) -> bool {
    let told = Command::new("stat")
        .args(["-f", "-c", "%T"])
        .arg(folder)
        .output();
    told.is_ok_and(|told| !String::from_utf8_lossy(&told.stdout).contains("tmpfs"))
}

#[test]
fn what_is_granted_on_a_disk_is_not_said_to_be_in_memory() {
    if !may_mount("places-disk") {
        return;
    }
    let granted = "fn main() { println!(\"right\"); }";
    let lab = Lab::fixture();
    let files = lab.path().join("workloads/granted/files");
    std::fs::create_dir_all(&files).expect("makes a folder");
    std::fs::write(files.join("file"), "text").expect("writes a file");
    let lab = lab.workload("granted", "[grant]\nfiles = \"files\"\n\n[run]", granted);
    let disk = lab.path().join("disk");
    std::fs::create_dir(&disk).expect("makes a folder");
    if !is_on_a_disk(&disk) {
        return skip("places-disk", "the tests' folder is in memory itself");
    }
    let reason = "/dev/shm is no tmpfs but lies on a disk: mount -t tmpfs tmpfs /dev/shm";
    measured(&lab, Over::Folder(&disk))
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("granted", "native/static", "unavailable", reason);
}

#[test]
fn one_without_room_for_another_file_is_told_as_that() {
    if !may_mount("places-inodes") {
        return;
    }
    let lab = Lab::fixture();
    // A tmpfs itself is one.
    let ran = measured(&lab, Over::Tmpfs(0, c"nr_inodes=1"))
        .exit(2)
        .stderr_has("cannot make a folder there")
        .stderr_has("it may have 1 files (inodes), of which 0 are left: remove some, or mount -o remount,nr_inodes=1m");
    assert!(!ran.stderr.contains("mount -t tmpfs"), "{}", ran.stderr);
}

#[test]
fn cgroups_under_another_mount_are_told_as_that() {
    if !may_mount("places-cgroups") {
        return;
    }
    let lab = Lab::fixture();
    let over: &std::ffi::CStr = c"/sys/fs/cgroup";
    let memory: &std::ffi::CStr = c"/sys/fs/cgroup/memory";
    let v1 = Path::new("/sys/fs/cgroup/memory").is_dir();
    for over in [over].into_iter().chain(v1.then_some(memory)) {
        let mut command = lab.labrun(["doctor"]);
        lay(&mut command, over, Over::Tmpfs(0, c""));
        let ran = lab.start(command, lab.path()).ended().exit(0);
        let mut lines = ran.stdout.lines();
        let line = lines.find(|line| line.starts_with("cgroups "));
        let line = line.expect("a line of cgroups");
        let mend = format!(
            "something else is mounted over them: umount {},",
            over.to_string_lossy()
        );
        assert!(line.contains(&mend), "{line}");
        assert!(!line.contains("as root"), "{line}");
    }
    lab.begin(|command| lay(command, over, Over::Tmpfs(0, c"")))
        .ended()
        .exit(0)
        .rows("right", "native/static", "measured", "");
}

#[test]
fn one_with_room_for_few_files_is_not_said_to_be_small() {
    if !may_mount("places-few-inodes") {
        return;
    }
    let lab = Lab::fixture();
    let files = lab.path().join("workloads/granted/files");
    std::fs::create_dir_all(&files).expect("makes a folder");
    for n in 0..8 {
        std::fs::write(files.join(format!("file-{n}")), "text").expect("writes a file");
    }
    let granted = "fn main() { println!(\"right\"); }";
    let lab = lab.workload("granted", "[grant]\nfiles = \"files\"\n\n[run]", granted);
    lab.run(["build", "-i", "native/*"]).exit(0);
    let reason = "and it may have 8 files (inodes), of which ";
    measured(&lab, Over::Tmpfs(0, c"nr_inodes=8")).exit(0).rows(
        "granted",
        "native/static",
        "unavailable",
        reason,
    );
}
