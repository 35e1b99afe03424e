//! Removing what a killed lab left behind in Docker: whatever carries the label of an
//! owner that no longer runs.

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptionsBuilder;

use super::daemon::{ANSWER_LIMIT, Daemon, Live, chain};
use super::{base, removal};
use crate::network;
use crate::owner::{self, Owner};

/// Removes containers, links and folders of owners that no longer run; gives how many
/// containers and links, and what resists. Where no daemon answers there is nothing to
/// remove.
pub(super) fn sweep(daemon: &Daemon) -> (u32, Vec<String>) {
    base::sweep();
    let (containers, left) = daemon.live().map_or_else(
        |_| (0, Vec::new()),
        |live| remove(&live, &|owner| !owner.is_alive()),
    );
    // After the containers: most links went with them.
    (containers + network::sweep(), left)
}

/// Removes the containers of `owner`; gives what resists.
pub(super) fn remove_all_of(daemon: &Daemon, owner: &Owner) -> Vec<String> {
    daemon.live().map_or_else(
        |_| Vec::new(),
        |live| remove(&live, &|other| other == owner).1,
    )
}

/// Removes the containers of the owners that `is_wanted` names.
fn remove(live: &Live, is_wanted: &dyn Fn(&Owner) -> bool) -> (u32, Vec<String>) {
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&HashMap::from([("label", vec![owner::LABEL])]))
        .build();
    let list = live.within(ANSWER_LIMIT, live.docker.list_containers(Some(options)));
    let cannot = |why: &str| vec![format!("cannot list the lab's containers: {why}")];
    let containers = match list {
        Some(Ok(containers)) => containers,
        Some(Err(error)) => return (0, cannot(&chain(&error))),
        None => return (0, cannot("the Docker daemon does not answer")),
    };
    let mut removed = 0;
    let mut left = Vec::new();
    for container in containers {
        let owner = container
            .labels
            .as_ref()
            .and_then(|labels| labels.get(owner::LABEL))
            .and_then(|text| Owner::parse(text));
        let (true, Some(id)) = (owner.is_some_and(|owner| is_wanted(&owner)), container.id) else {
            continue;
        };
        match removal::remove(live, &id) {
            Ok(()) => removed += 1,
            Err(reason) => left.push(reason),
        }
    }
    (removed, left)
}
