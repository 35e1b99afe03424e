//! That nothing of a container is left: its cgroups, the shim that held it, and the link that
//! the lab made for it.
//!
//! containerd removes a container after its processes have ended, but answers before every
//! trace in the kernel is gone, so the lab looks for itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock::now_ns;
use crate::isolation::Failure;
use crate::isolation::docker::shims;
use crate::network::Veth;
use crate::site::Site;

/// Time between two looks.
const LOOK_INTERVAL: Duration = Duration::from_micros(500);

/// Waits until nothing of container `id` is left; gives the instant. If the first look finds
/// nothing, that is `since_ns`: reading `/proc` is the lab's own work, not the container's.
pub(super) fn wait(
    site: &Site,
    id: &str,
    veth: Option<&Veth>,
    since_ns: u64,
    deadline_ns: u64,
) -> Result<u64, Failure> {
    let mut before_ns = since_ns;
    let mut traces = cgroups(Path::new("/sys/fs/cgroup"), id);
    traces.extend(shims(id));
    loop {
        let left = traces.iter().find(|path| path.exists());
        if left.is_none() && veth.is_none_or(Veth::is_gone) {
            return Ok(before_ns);
        }
        if site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        if now_ns() > deadline_ns {
            let name = left.map_or_else(
                || "its network link".to_owned(),
                |path| path.display().to_string(),
            );
            let reason = format!("gave up waiting for the removed container to go: {name} is left");
            return Err(Failure::timeout(reason));
        }
        std::thread::sleep(LOOK_INTERVAL);
        before_ns = now_ns();
    }
}

/// Every cgroup that the container has, in each hierarchy.
fn cgroups(root: &Path, id: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let hierarchies = entries.map(|entry| entry.path());
    hierarchies
        .chain([root.to_owned()])
        .map(|hierarchy| hierarchy.join(id))
        .filter(|path| path.exists())
        .collect()
}
