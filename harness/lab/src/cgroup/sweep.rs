//! Removing the cgroups of a lab that was killed.

use super::group::{Group, below};
use super::hierarchy::Hierarchy;
use super::{PREFIX, every, removal};
use crate::owner::{Life, Owner, Unknown};

/// Removes the cgroups of owners that no longer run, and ends what still runs in them;
/// gives how many launches' there were, and what resists. Where this user may make none
/// there is none of theirs.
pub fn sweep(unknown: &mut Unknown) -> (u32, Vec<String>) {
    let mut removed = 0;
    let mut left = Vec::new();
    let mut sweep = |parent: Group| {
        for path in below(&parent.path) {
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(owner) = name.and_then(owner) else {
                continue;
            };
            match owner.life_by_what_runs() {
                Life::Runs => continue,
                Life::Unknown => {
                    unknown.note(&owner, format!("cgroup {}", path.display()));
                    continue;
                }
                Life::Ended => {}
            }
            // A container has one in each hierarchy, and is one launch.
            let launches = match below(&path).len() {
                0 => u32::from(path.starts_with("/sys/fs/cgroup/memory")),
                count => count as u32,
            };
            match removal::remove(&Group {
                path,
                ..parent.clone()
            }) {
                Ok(()) => removed += launches,
                Err(error) => left.push(error.to_string()),
            }
        }
    };
    if let Ok(hierarchy) = Hierarchy::detect() {
        sweep(Group {
            version: hierarchy.mount.version,
            root: hierarchy.mount.folder,
            path: hierarchy.parent,
        });
    }
    every::hierarchies().into_iter().for_each(sweep);
    (removed, left)
}

/// Whose a cgroup is: `labrun-OWNER`, or `labrun-OWNER-NUMBER` for a container.
fn owner(name: &str) -> Option<Owner> {
    let name = name.strip_prefix(PREFIX)?;
    Owner::parse(name).or_else(|| Owner::parse(name.rsplit_once('-')?.0))
}
