//! Folders that bear a lab's name and are not: none is taken over, no link is followed, and
//! nothing of others' is removed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lab, Ran, folders_of, mark, may_mount, processes_of, started_by};

/// A name of a lab that has ended, which no other test has.
fn dead(number: u32) -> String {
    mark(true).replace("4194303-1-", &format!("4194303-{number}-"))
}

/// A link with the name of a dead lab, in a parent of scratch folders; it goes with the value.
struct Planted(PathBuf);

impl Planted {
    fn link(parent: &str, number: u32, to: &Path) -> Self {
        let path = Path::new(parent).join(format!("labrun-{}", dead(number)));
        symlink(to, &path).expect("links");
        Self(path)
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_link_in_the_place_of_a_folder_is_not_followed() {
    let lab = Lab::fixture();
    let kept = lab.path().join("kept");
    fs::create_dir_all(kept.join("grants")).expect("makes folders");
    fs::write(kept.join("grants/file"), "text").expect("writes");
    let links = [
        Planted::link("/dev/shm", 21, &kept),
        Planted::link("/var/tmp", 22, &kept),
    ];
    lab.run(["doctor"]).exit(0);
    assert!(kept.join("grants/file").is_file());
    for link in &links {
        assert!(link.0.is_symlink(), "it was not labrun's to remove");
    }
}

#[test]
fn what_is_mounted_behind_a_link_stays_mounted() {
    if !may_mount("ownership-mount") {
        return;
    }
    let lab = Lab::fixture();
    let behind = lab.path().join("behind");
    fs::create_dir_all(behind.join("grants")).expect("makes folders");
    let _links = [
        Planted::link("/var/tmp", 23, &behind),
        Planted::link("/dev/shm", 24, &behind.join("grants")),
    ];
    let script = "mount -t tmpfs none $0/grants && touch $0/grants/file && \"$@\" && \
        mountpoint $0/grants && ls $0/grants";
    let ran = in_mounts_of_its_own(&lab, script, &behind);
    ran.exit(0).stdout_has("is a mountpoint").stdout_has("file");
}

#[test]
fn what_is_mounted_deep_in_a_dead_lab_s_folder_is_left_and_named() {
    if !may_mount("ownership-deep") {
        return;
    }
    let lab = Lab::fixture();
    for (parent, number) in [("/var/tmp", 26), ("/dev/shm", 27)] {
        let folder = PathBuf::from(format!("{parent}/labrun-{}", dead(number)));
        // In a parent of its own: another test's labrun does not see the mount, and would remove the folder.
        let script = "mount -t tmpfs none $(dirname $0) && mkdir -p $0/one/two && \
            mount -t tmpfs none $0/one/two && touch $0/one/two/file && \"$@\" && ls $0/one/two";
        in_mounts_of_its_own(&lab, script, &folder)
            .exit(0)
            .stdout_has("file")
            .stderr_has(&format!(
                "something is mounted on {}/one/two",
                folder.display()
            ));
    }
}

#[test]
fn what_is_mounted_on_a_dead_lab_s_folder_itself_is_left_and_named() {
    if !may_mount("ownership-on") {
        return;
    }
    let lab = Lab::fixture();
    for (parent, number) in [("/var/tmp", 28), ("/dev/shm", 29)] {
        let folder = PathBuf::from(format!("{parent}/labrun-{}", dead(number)));
        // Its `grants` is somebody's mount, too, and stays one.
        let script = "mount -t tmpfs none $(dirname $0) && mkdir $0 && mount -t tmpfs none $0 && \
            mkdir $0/kept $0/grants && touch $0/kept/file && mount -t tmpfs none $0/grants && \
            \"$@\" && ls $0/kept && mountpoint $0/grants";
        in_mounts_of_its_own(&lab, script, &folder)
            .exit(0)
            .stdout_has("file\n")
            .stdout_has("grants is a mountpoint")
            .stderr_has(&format!("something is mounted on {}", folder.display()));
    }
}

#[test]
fn a_disk_of_a_killed_lab_is_unmounted_and_its_folder_removed() {
    if !may_mount("ownership-disk") {
        return;
    }
    let lab = Lab::fixture();
    let folder = PathBuf::from(format!("/var/tmp/labrun-{}", dead(25)));
    // Locked until all is in place, since other tests' labruns sweep as well.
    let script = "mkdir -p $0.new/grants && exec 9<$0.new && flock 9 && mv -T $0.new $0 && \
        mount -t tmpfs none $0/grants && touch $0/grants/file && exec 9<&- && \"$@\" && ! ls $0";
    in_mounts_of_its_own(&lab, script, &folder).exit(0);
    assert!(!folder.exists());
}

/// Runs a script, in which `$0` is a path and `"$@"` is `labrun doctor`, with mounts of its own.
fn in_mounts_of_its_own(lab: &Lab, script: &str, path: &Path) -> Ran {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]).arg(path);
    let command = started_by(command, &lab.labrun(["doctor"]));
    lab.start(command, lab.path()).ended()
}

#[test]
fn a_folder_that_is_there_already_is_not_taken_over() {
    let lab = Lab::fixture();
    let namespace = mark(true);
    let rest: Vec<&str> = namespace.splitn(3, '-').collect();
    // The shell becomes labrun: the same process id, and the same instant.
    let script = "path=/dev/shm/labrun-$$-$(cut -d' ' -f22 /proc/$$/stat)-$0; \
        $PLANT $path; echo $path; exec \"$@\"";
    for plant in ["mkdir", "ln -s /etc", "touch"] {
        let doctor = lab.labrun(["doctor"]);
        let mut command = Command::new("sh");
        command.args(["-c", &script.replace("$PLANT", plant), rest[2]]);
        command.arg(doctor.get_program()).args(doctor.get_args());
        command.current_dir(lab.path());
        let output = command.output().expect("runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{plant}: {stderr}");
        assert!(stderr.contains("is there already"), "{plant}: {stderr}");
        assert!(stderr.contains("remove it"), "{plant}: {stderr}");
        let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let path = Path::new(&path);
        assert!(path.symlink_metadata().is_ok(), "{plant}: it is gone");
        let removed = if plant == "mkdir" {
            fs::remove_dir(path)
        } else {
            fs::remove_file(path)
        };
        removed.expect("removes what was planted");
    }
}

#[test]
fn nobody_else_may_enter_a_scratch_folder() {
    let deaf = "fn main() { loop { std::thread::park(); } }";
    let lab = Lab::fixture().plan("timeout_s", "600").server("deaf", deaf);
    let mut live = lab.begin(|command| command.args(["-w", "deaf"]));
    live.until("the server runs", |live| {
        !processes_of(live.pid()).is_empty()
    });
    let folders = folders_of(live.pid());
    assert!(!folders.is_empty());
    for folder in folders {
        let mode = fs::metadata(&folder)
            .expect("is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
    live.signal(libc::SIGINT);
    live.ended().exit(130);
}

#[test]
fn a_folder_of_another_user_stays() {
    // SAFETY: geteuid() cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return crate::support::skip(
            "ownership-user",
            "root alone gives a folder away: sudo scripts/test",
        );
    }
    let lab = Lab::fixture();
    let folder = PathBuf::from(format!("/dev/shm/labrun-{}", dead(26)));
    fs::create_dir(&folder).expect("makes a folder");
    std::os::unix::fs::chown(&folder, Some(65534), None).expect("gives it away");
    lab.run(["doctor"]).exit(0);
    assert!(folder.is_dir());
    fs::remove_dir(&folder).expect("removes it");
}
