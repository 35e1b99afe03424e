//! What belongs to a labrun: its processes, folders, cgroups, containers and images.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name of a lab that has ended, if it is of this PID namespace, or might be of any other.
pub(crate) fn mark(is_of_here: bool) -> String {
    let this = lab::owner::Owner::this().to_string();
    let parts: Vec<&str> = this.split('-').collect();
    let namespace = if is_of_here { parts[2] } else { "123abc" };
    // No process has the largest number, nor began with the machine.
    format!("4194303-1-{namespace}-{}", parts[3])
}

/// Processes whose owner is the labrun with this process id.
pub(crate) fn processes_of(labrun: u32) -> Vec<u32> {
    let mark = format!("LABRUN_OWNER={labrun}-");
    let owned = |pid: &u32| {
        fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|pair| pair.starts_with(mark.as_bytes()))
        })
    };
    fs::read_dir("/proc")
        .expect("lists processes")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(owned)
        .collect()
}

/// Scratch folders of the labrun with this process id, in memory and on a disk.
pub(crate) fn folders_of(labrun: u32) -> Vec<String> {
    let below = |parent: &str| named(Path::new(parent), labrun);
    [below("/dev/shm"), below("/var/tmp")].concat()
}

/// Cgroups of the labrun with this process id, of either version and at any depth.
pub(crate) fn cgroups_of(labrun: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = next.pop() {
        found.extend(named(&folder, labrun));
        // A cgroup of someone else may go meanwhile.
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        next.extend(folders.map(|folder| folder.path()));
    }
    found
}

/// What lies in a folder and bears the name of the labrun with this process id.
fn named(folder: &Path, labrun: u32) -> Vec<String> {
    let prefix = format!("labrun-{labrun}-");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path().display().to_string())
        .collect()
}

/// Containers of the labrun with this process id, through Docker's own command.
pub(crate) fn containers_of(labrun: u32) -> Vec<String> {
    let listed = Command::new("docker")
        .args(["ps", "-a", "--filter", "label=labrun.owner"])
        .args(["--format", "{{.ID}} {{.Label \"labrun.owner\"}}"])
        .output()
        .expect("docker runs");
    assert!(
        listed.status.success(),
        "docker ps: {}",
        String::from_utf8_lossy(&listed.stderr)
    );
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter(|line| line.contains(&format!(" {labrun}-")))
        .map(str::to_owned)
        .collect()
}

/// The images of a workload, which only one test has; removed when dropped.
pub(crate) struct Images(&'static str);

impl Images {
    /// Those of `workload`.
    pub(crate) fn of(workload: &'static str) -> Self {
        Self(workload)
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        let reference = format!("reference=labrun/{}*", self.0);
        let listed = Command::new("docker")
            .args(["images", "-q", "--filter", &reference])
            .output();
        let listed = listed.map(|listed| listed.stdout).unwrap_or_default();
        for image in String::from_utf8_lossy(&listed).lines() {
            let _ = Command::new("docker").args(["rmi", "-f", image]).output();
        }
    }
}
