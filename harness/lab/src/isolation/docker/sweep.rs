//! Removing what a killed lab left behind in Docker: whatever carries the label of an
//! owner that no longer runs.

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptionsBuilder;

use super::daemon::{ANSWER_LIMIT, Daemon, chain};
use super::{base, removal, veth};
use crate::owner::{self, Owner};

/// Removes containers, links and folders of owners that no longer run; gives how many
/// containers and links. Where no daemon answers there is nothing to remove.
pub(super) fn sweep(daemon: &Daemon) -> Result<u32, String> {
    base::sweep();
    let Ok(live) = daemon.live() else {
        return Ok(veth::sweep());
    };
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&HashMap::from([("label", vec![owner::LABEL])]))
        .build();
    let list = live.within(ANSWER_LIMIT, live.docker.list_containers(Some(options)));
    let containers = match list {
        Some(Ok(containers)) => containers,
        Some(Err(error)) => {
            return Err(format!(
                "cannot list the lab's containers: {}",
                chain(&error)
            ));
        }
        None => {
            return Err(
                "cannot list the lab's containers: the Docker daemon does not answer".to_owned(),
            );
        }
    };
    let mut removed = 0;
    for container in containers {
        let owner = container
            .labels
            .as_ref()
            .and_then(|labels| labels.get(owner::LABEL))
            .map(String::as_str);
        let dead = owner
            .and_then(Owner::parse)
            .is_some_and(|owner| !owner.is_alive());
        let (true, Some(id)) = (dead, container.id) else {
            continue;
        };
        removal::remove(&live, &id)?;
        removed += 1;
    }
    // After the containers: most links went with them.
    Ok(removed + veth::sweep())
}
