//! Removing the cgroups of a lab that was killed.

use super::group::{Group, below};
use super::hierarchy::Hierarchy;
use super::{PREFIX, removal};
use crate::owner::Owner;

/// Removes the cgroups of owners that no longer run, and ends what still runs in them;
/// gives how many launches' there were, and what resists. Where this user may make none
/// there is none of theirs.
pub fn sweep() -> (u32, Vec<String>) {
    let Ok(hierarchy) = Hierarchy::detect() else {
        return (0, Vec::new());
    };
    let mut removed = 0;
    let mut left = Vec::new();
    for path in below(&hierarchy.parent) {
        let owner = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_prefix(PREFIX))
            .and_then(Owner::parse);
        if owner.is_none_or(|owner| owner.is_alive()) {
            continue;
        }
        let launches = below(&path).len() as u32;
        let group = Group {
            version: hierarchy.mount.version,
            root: hierarchy.mount.folder.clone(),
            path,
        };
        match removal::remove(&group) {
            Ok(()) => removed += launches,
            Err(error) => left.push(error.to_string()),
        }
    }
    (removed, left)
}
