//! Who a process, container or folder of the lab belongs to.
//!
//! Everything that a lab makes carries its owner's name: processes in the
//! variable [`VARIABLE`], containers in the label [`LABEL`], folders in their own
//! name. So the next lab finds what a killed one left behind, with no state file
//! that could itself be lost: whatever belongs to an owner that no longer runs is
//! nobody's, and is removed.

use crate::proc::{self, Pid};

/// Environment variable of every process that the lab starts.
pub const VARIABLE: &str = "LABRUN_OWNER";

/// Environment variable that tells the processes of one launch from those of the others.
pub const LAUNCH: &str = "LABRUN_LAUNCH";

/// Label of every container that the lab creates.
pub const LABEL: &str = "labrun.owner";

/// A running lab: its process id and the instant at which that process started,
/// so that a reused id is not taken for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pid: Pid,
    started: u64,
}

impl Owner {
    /// This process.
    pub fn this() -> Self {
        let pid = std::process::id().cast_signed();
        Self {
            pid,
            started: proc::started(pid).unwrap_or(0),
        }
    }

    /// Whether that very process still runs.
    pub fn is_alive(&self) -> bool {
        proc::started(self.pid) == Some(self.started)
    }

    /// Parses what [`Display`](std::fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (pid, started) = text.split_once('-')?;
        Some(Self {
            pid: pid.parse().ok()?,
            started: started.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.pid, self.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_its_name_reads_back() {
        let owner = Owner::this();
        assert!(owner.is_alive());
        assert_eq!(Owner::parse(&owner.to_string()), Some(owner));
    }

    #[test]
    fn a_reused_id_is_another_owner() {
        let mut owner = Owner::this();
        owner.started += 1;
        assert!(!owner.is_alive());
    }
}
