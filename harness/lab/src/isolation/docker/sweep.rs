//! Removing what a killed lab left behind in Docker: whatever carries the label of an
//! owner that no longer runs.

use std::collections::HashMap;

use bollard::models::{ContainerSummary, ContainerSummaryStateEnum};
use bollard::query_parameters::ListContainersOptionsBuilder;

use super::daemon::{ANSWER_LIMIT, DockerHost};
use super::removal;
use crate::outcome::chain;
use crate::owner::{self, Life, Owner, Unknown};
use crate::proc;

/// Whether a container runs, or was made since the machine booted.
fn is_of_this_boot(container: &ContainerSummary, booted_s: Option<i64>) -> bool {
    let runs = container.state == Some(ContainerSummaryStateEnum::RUNNING);
    runs || booted_s.is_some_and(|booted_s| container.created >= Some(booted_s))
}

impl DockerHost {
    /// Removes containers of owners that no longer run; gives how many, and what resists. With
    /// no daemon there is nothing to remove, which is no error.
    pub fn sweep(&self, unknown: &mut Unknown) -> (u32, Vec<String>) {
        self.remove(
            |owner, id, is_of_this_boot| match owner.life_by(is_of_this_boot) {
                Life::Runs => false,
                Life::Ended => true,
                Life::Unknown => {
                    unknown.note(owner, format!("container {id:.12}"));
                    false
                }
            },
        )
    }

    /// Removes the containers of an owner that still runs; gives what resists.
    pub fn remove_all_of(&self, owner: &Owner) -> Vec<String> {
        self.remove(|other, _, _| other == owner).1
    }

    /// Removes the containers, by owner, id and whether they are of this boot, that are wanted.
    fn remove(&self, mut is_wanted: impl FnMut(&Owner, &str, bool) -> bool) -> (u32, Vec<String>) {
        let Ok(live) = self.live() else {
            return (0, Vec::new());
        };
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
        let (mut removed, mut left) = (0, Vec::new());
        let booted_s = proc::booted_s();
        for container in containers {
            let is_of_this_boot = is_of_this_boot(&container, booted_s);
            let labels = container.labels.unwrap_or_default();
            let owner = labels.get(owner::LABEL).and_then(|text| Owner::parse(text));
            if let Some(id) = container.id
                && owner.is_some_and(|owner| is_wanted(&owner, &id, is_of_this_boot))
            {
                match removal::remove(&live, &id) {
                    Ok(()) => removed += 1,
                    Err(reason) => left.push(reason),
                }
            }
        }
        (removed, left)
    }
}
