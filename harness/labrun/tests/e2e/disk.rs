//! Folders that cannot be written, and a disk that fills up in mid-run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lab, RunFiles, folder, skip};

/// A small tmpfs; unmounted when dropped.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Mounts one, or skips the test.
    pub(crate) fn mount(test: &str, options: &str) -> Option<Self> {
        let path = folder().join(format!("disk-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("makes a folder");
        let disk = Self(path);
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "labrun-test"])
            .arg(disk.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            skip(test, "a tmpfs is mounted by root alone: sudo scripts/test");
        }
        mounted.then_some(disk)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Fills it up.
    fn fill(&self) {
        let ballast = self.path().join("ballast");
        assert!(fs::write(ballast, vec![0; 4 << 20]).is_err(), "it is full");
    }

    /// Makes it read-only.
    fn close(&self) {
        self.remount("ro");
    }

    /// Makes it another.
    pub(crate) fn remount(&self, options: &str) {
        let mounted = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.path())
            .status();
        assert!(mounted.expect("mount runs").success());
    }

    /// The names in a folder of it.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path().join(folder)).expect("lists a folder");
        let names = entries.map(|entry| entry.expect("lists a folder").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// A run on a disk, and its folder's name.
fn measured_on(disk: &Disk, lab: &Lab) -> String {
    let out = disk.path().join("run");
    let mut command = lab.labrun(["scenario", "cold-start", "--out"]);
    command.arg(&out);
    lab.start(command, &out).ended().exit(0);
    out.to_str().expect("a name").to_owned()
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_known_before_anything_is_measured() {
    let lab = Lab::fixture().write("file", "");
    for out in ["file", "file/run", "/proc/run"] {
        lab.run(["scenario", "cold-start", "--out", out])
            .exit(2)
            .stderr_has(&format!("cannot write to {out}"))
            .stderr_has("give --out a folder that can be written");
    }
}

#[test]
fn a_read_only_folder_is_known_before_anything_is_measured() {
    let Some(disk) = Disk::mount("read-only", "ro") else {
        return;
    };
    let out = disk.path().join("run");
    Lab::fixture()
        .run(
            ["scenario", "cold-start", "--out"]
                .map(Path::new)
                .into_iter()
                .chain([&*out]),
        )
        .exit(2)
        .stderr_has("Read-only file system")
        .stderr_has("give --out a folder that can be written");
}

#[test]
fn a_disk_that_fills_up_loses_no_sample_that_was_taken() {
    let Some(disk) = Disk::mount("full", "size=256k") else {
        return;
    };
    // What leaves room for the plan and some samples, and makes room afterwards.
    let ballast = disk.path().join("ballast");
    fs::write(&ballast, vec![0; 192 * 1024]).expect("writes the ballast");
    let out = disk.path().join("run");
    let lab = Lab::fixture().samples(10_000);
    let mut command = lab.labrun(["scenario", "cold-start", "--out"]);
    command.arg(&out);
    let ran = lab
        .start(command, &out)
        .ended()
        .exit(1)
        .stderr_has("cannot write samples.jsonl of the run: No space left on device")
        .stderr_has("what was taken before it is kept");
    let whole = ran.files.lines();
    assert!(whole > 10, "{whole} samples are on disk");

    fs::remove_file(ballast).expect("makes room");
    let path = out.to_str().expect("a name");
    let again = lab.run(["report", path, "--json"]).exit(0);
    let results = again.json()["results"].clone();
    let counted: u64 = results
        .as_array()
        .expect("results")
        .iter()
        .map(|row| row["n"].as_u64().expect("is measured"))
        .sum();
    assert_eq!(counted, whole as u64, "every whole line counts");
    assert!(RunFiles::of(&out).has("report.html"));
}

#[test]
fn a_disk_that_is_full_from_the_start_is_said_so() {
    let Some(disk) = Disk::mount("brimful", "size=64k") else {
        return;
    };
    let mut size = 60 * 1024;
    while fs::write(disk.path().join("ballast"), vec![0; size]).is_err() {
        size -= 4096;
    }
    let out = disk.path().join("run");
    let lab = Lab::fixture();
    let mut command = lab.labrun(["scenario", "cold-start", "--out"]);
    command.arg(&out);
    let ran = lab.start(command, &out).ended();
    assert!(
        matches!(ran.status.code(), Some(1 | 2)),
        "{}: {}",
        ran.status,
        ran.stderr
    );
    ran.stderr_has("No space left on device");
}

#[test]
fn a_page_that_was_good_stays_on_a_disk_that_is_full() {
    let Some(disk) = Disk::mount("good-page", "size=1m") else {
        return;
    };
    let lab = Lab::fixture();
    let run = measured_on(&disk, &lab);
    let run = run.as_str();
    let beside = disk.path().join("beside.html");
    let files = ["report.html", "summary.json"];
    let files = files.map(|file| disk.path().join("run").join(file));
    for file in files.iter().chain([&beside]) {
        fs::write(file, "good").expect("writes a file");
    }
    disk.fill();
    let before = disk.names("run");
    let page = beside.to_str().expect("a name");
    for args in [&["report", run][..], &["report", run, "-o", page]] {
        lab.run(args).exit(1).stderr_has("No space left on device");
    }
    // What of a run is kept in another place finds no room either, and costs nothing that was there.
    lab.measure(["--export-json", page])
        .exit(1)
        .stderr_has("No space left on device")
        .stderr_has("page: ");
    for file in files.iter().chain([&beside]) {
        assert_eq!(fs::read_to_string(file).expect("reads a file"), "good");
    }
    assert_eq!(disk.names("run"), before, "something was left beside");
    assert_eq!(disk.names(""), ["ballast", "beside.html", "run"]);
}

#[test]
fn a_run_that_is_read_only_has_its_page_made_elsewhere() {
    let Some(disk) = Disk::mount("read-only-run", "size=1m") else {
        return;
    };
    let lab = Lab::fixture();
    let run = measured_on(&disk, &lab);
    let run = run.as_str();
    disk.close();
    lab.run(["report", run, "-o", "page.html"])
        .exit(0)
        .stdout_has("page.html")
        .stderr_has("summary.json: Read-only file system")
        .stderr_has("it stays as it was");
    assert!(lab.path().join("page.html").is_file());
    // Several runs have their page in this folder.
    let twin = &RunFiles::of(Path::new(run)).copied(&lab.path().join("twin"));
    lab.run(["report", run, twin]).exit(0);
    assert!(lab.path().join("report.html").is_file());
    let ran = lab.run(["report", run, "--json"]);
    let ran = ran
        .exit(1)
        .stderr_has("give --output a file that can be written");
    assert_eq!(ran.json()["scenario"], "cold-start");
    lab.run(["compare", run, twin]).exit(0);
}
