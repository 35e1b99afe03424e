//! Cleaning up after a lab that was killed.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use crate::cgroup;
use crate::conformance::unmount;
use crate::isolation::docker::DockerHost;
use crate::owner::{Owner, VARIABLE};
use crate::proc;
use crate::site::{DISK_PARENT, GRANTS, SCRATCH_PARENT, SCRATCH_PREFIX};

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Processes ended.
    pub processes: u32,
    /// Folders removed.
    pub folders: u32,
    /// Containers removed.
    pub containers: u32,
    /// Cgroups of launches removed.
    pub cgroups: u32,
    /// What could not be removed, and why.
    pub left: Vec<String>,
}

impl Swept {
    /// Whether there was anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Removes whatever belongs to a lab that no longer runs.
pub fn sweep(with_docker: bool) -> Swept {
    let processes = processes();
    // Containers before folders: one may still hold a folder as its mount.
    let (containers, mut left) = if with_docker {
        DockerHost::default().sweep()
    } else {
        (0, Vec::new())
    };
    // After the processes: a cgroup goes once it is empty.
    let (cgroups, stuck) = cgroup::sweep();
    left.extend(stuck);
    Swept {
        processes,
        folders: folders(),
        containers,
        cgroups,
        left,
    }
}

fn processes() -> u32 {
    let mut ended = 0;
    for pid in proc::every() {
        let owner = proc::variable(pid, VARIABLE);
        let owner = owner.and_then(|owner| Owner::parse(std::str::from_utf8(&owner).ok()?));
        if owner.is_some_and(|owner| !owner.is_alive()) {
            ended += u32::from(proc::kill(pid, Signal::KILL).is_ok());
        }
    }
    ended
}

fn folders() -> u32 {
    let mut removed = 0;
    let parents = [SCRATCH_PARENT, DISK_PARENT].map(Path::new);
    let entries = parents
        .into_iter()
        .flat_map(|parent| fs::read_dir(parent).into_iter().flatten().flatten());
    for entry in entries {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(SCRATCH_PREFIX))
            .and_then(Owner::parse);
        if owner.is_some_and(|owner| !owner.is_alive()) {
            // A disk of the lab's own may be mounted there.
            unmount(&entry.path().join(GRANTS));
            removed += u32::from(fs::remove_dir_all(entry.path()).is_ok());
        }
    }
    removed
}
