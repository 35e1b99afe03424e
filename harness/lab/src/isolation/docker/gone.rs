//! That nothing of a container is left: its cgroups, the shim that held it, and the
//! link that the lab made for it.
//!
//! The daemon removes a container after its processes have ended, but answers before
//! every trace in the kernel is gone, so the lab looks for itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::watch::Watch;
use crate::clock::now_ns;
use crate::isolation::Failure;
use crate::network::Veth;

/// Time between two looks.
const LOOK_INTERVAL: Duration = Duration::from_micros(500);

/// Waits until nothing of container `id` is left; gives the instant. If the first look
/// finds nothing, that is the instant before the look: reading `/proc` is the lab's
/// own work, not the container's.
pub(super) fn wait(watch: &Watch<'_>, id: &str, veth: Option<&Veth>) -> Result<u64, Failure> {
    let cgroups = cgroups(Path::new("/sys/fs/cgroup"), id);
    let mut before_ns = now_ns();
    let shims = shims(id);
    loop {
        let left = cgroups.iter().chain(&shims).find(|path| path.exists());
        if left.is_none() && veth.is_none_or(Veth::is_gone) {
            return Ok(before_ns);
        }
        let name = left.map_or_else(
            || "its network link".to_owned(),
            |path| path.display().to_string(),
        );
        if let Some(failure) = watch.ended(&format!("the removed container to go: {name} is left"))
        {
            return Err(failure);
        }
        std::thread::sleep(LOOK_INTERVAL);
        before_ns = now_ns();
    }
}

/// Every cgroup that a container can have, by Docker's two drivers, in each hierarchy.
fn cgroups(root: &Path, id: &str) -> Vec<PathBuf> {
    let hierarchies = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    hierarchies
        .chain([root.to_owned()])
        .flat_map(|hierarchy| {
            [
                hierarchy.join("docker").join(id),
                hierarchy.join(format!("system.slice/docker-{id}.scope")),
            ]
        })
        .filter(|path| path.exists())
        .collect()
}

/// Folders in `/proc` of the shims that hold the container, by their command line.
pub(in crate::isolation) fn shims(id: &str) -> Vec<PathBuf> {
    let holds = |process: &PathBuf| {
        fs::read(process.join("comm")).is_ok_and(|comm| comm.starts_with(b"containerd-shim"))
            && fs::read(process.join("cmdline")).is_ok_and(|line| {
                line.split(|byte| *byte == 0)
                    .any(|word| word == id.as_bytes())
            })
    };
    let is_process =
        |name: &std::ffi::OsStr| name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| is_process(&entry.file_name()))
        .map(|entry| entry.path())
        .filter(holds)
        .collect()
}
