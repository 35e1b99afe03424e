//! Where processes that stay are started: in a cgroup of their own, where the machine
//! allows it.

use std::io;

use crate::cgroup::{Cgroup, CgroupError, Group};
use crate::outcome::Failure;
use crate::proc;
use crate::process::{Prepared, Process};
use crate::site::Site;

/// What a workload is told when it is to stay after its output.
pub(in crate::isolation) const HOLD: (&str, &str) = ("LABRUN_HOLD", "1");

/// The cgroup, or why there is none.
pub(in crate::isolation) struct Held(Result<Cgroup, CgroupError>);

impl Held {
    pub(in crate::isolation) fn new(site: &Site) -> Self {
        Self(Cgroup::new(site))
    }

    /// Starts `prepared`, in the cgroup where there is one; `before` is done by the starting
    /// thread last of all, when it is in the cgroup already.
    pub(in crate::isolation) fn spawn_after(
        inside: Option<&Self>,
        prepared: Prepared,
        before: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Process> {
        match inside.map(|held| &held.0) {
            Some(Ok(cgroup)) => prepared.spawn_in_after(cgroup, before),
            _ => prepared.spawn_after(before),
        }
    }

    /// What the cgroup holds, or why there is none.
    pub(in crate::isolation) fn groups(&self) -> Result<Vec<Group>, CgroupError> {
        let cgroup = self
            .0
            .as_ref()
            .map_err(|error| CgroupError::Unusable(error.to_string()))?;
        Ok(vec![cgroup.group().clone()])
    }

    /// Everyone in the cgroup; where there is none, `roots` and what they started.
    pub(in crate::isolation) fn processes(
        &self,
        roots: impl Iterator<Item = libc::pid_t>,
    ) -> proc::Processes {
        let mut all: proc::Processes = roots.flat_map(proc::descendants).collect();
        if let Ok(cgroup) = &self.0 {
            all.extend(cgroup.group().pids().unwrap_or_default());
        }
        all
    }

    /// Removes the cgroup, once its processes are gone.
    pub(in crate::isolation) fn remove(self) -> Result<(), Failure> {
        match self.0 {
            Ok(cgroup) => cgroup
                .remove()
                .map_err(|error| Failure::failed(error.to_string())),
            Err(_) => Ok(()),
        }
    }
}
