//! The cgroups of a container in every hierarchy: an OCI runtime makes one in each.

use std::fs;
use std::path::PathBuf;

use super::group::Group;
use super::mount::Version;
use super::removal;
use crate::outcome::Failure;
use crate::proc::Processes;
use crate::site::Site;
use crate::wait::until_gone;

/// Where every hierarchy is mounted, of either version.
pub(super) fn hierarchies() -> Vec<Group> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    // source FOLDER type options ... (fstab(5))
    let hierarchy = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        let folder = PathBuf::from(fields.next()?);
        let version = match fields.next()? {
            "cgroup" => Version::V1,
            "cgroup2" => Version::V2,
            _ => return None,
        };
        Some(Group {
            version,
            root: folder.clone(),
            path: folder,
        })
    };
    mounts.lines().filter_map(hierarchy).collect()
}

/// The cgroups of a name right below the top of each hierarchy, as far as they are there.
fn named(name: &str) -> impl Iterator<Item = Group> {
    hierarchies().into_iter().filter_map(move |top| {
        let path = top.path.join(name);
        path.exists().then_some(Group { path, ..top })
    })
}

/// Whoever is in one of them.
pub(crate) fn pids_of(name: &str) -> Processes {
    named(name)
        .flat_map(|group| group.pids().unwrap_or_default())
        .collect()
}

/// Waits until none of them is left; gives the instant, which is `known_ns` if that is so
/// at the first look. What is left at the deadline is ended and removed, and a failure.
pub(crate) fn wait_until_gone(
    site: &Site,
    name: &str,
    known_ns: u64,
    deadline_ns: u64,
) -> Result<u64, Failure> {
    let gone = until_gone(&site.interrupt, known_ns, deadline_ns, || {
        let left = named(name).next()?;
        Some(format!("its cgroup {}", left.path.display()))
    });
    if matches!(gone, Err(Failure::Outcome(..))) {
        remove_all_of(name);
    }
    gone
}

/// Ends whoever is in one of them, and removes them.
pub(crate) fn remove_all_of(name: &str) {
    named(name).for_each(|group| drop(removal::remove(&group)));
}
