//! That a cgroup goes: its processes first, then its folder.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::CgroupError;
use super::group::{Group, below};
use crate::clock::now_ns;
use crate::wait::kill_if;

/// How long a cgroup may take to become empty once its processes were killed.
const LIMIT: Duration = Duration::from_secs(5);

/// Time between two looks.
const LOOK_INTERVAL: Duration = Duration::from_micros(500);

/// Kills every process in it and below, waits until the kernel lets it go, and removes
/// it. One that is gone already counts as removed.
pub(super) fn remove(group: &Group) -> Result<(), CgroupError> {
    let deadline_ns = now_ns() + LIMIT.as_nanos() as u64;
    loop {
        let error = match remove_folders(&group.path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => error,
        };
        if error.kind() != io::ErrorKind::ResourceBusy || now_ns() >= deadline_ns {
            return Err(CgroupError::io("remove", &group.path)(error));
        }
        for pid in group.pids().unwrap_or_default() {
            kill_if(pid, || group.pids().is_ok_and(|pids| pids.contains(&pid)));
        }
        std::thread::sleep(LOOK_INTERVAL);
    }
}

/// Removes the cgroup and those below it. Its files are the kernel's and go with it.
fn remove_folders(folder: &Path) -> io::Result<()> {
    for child in below(folder) {
        remove_folders(&child)?;
    }
    fs::remove_dir(folder)
}
