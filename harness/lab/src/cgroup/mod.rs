//! A cgroup of its own for each launch, and what the kernel counted in it.
//!
//! Both versions: version 1 where its memory controller is mounted (hybrid machines have
//! version 2 beside it, without memory), version 2 else. A cgroup sees what `/proc`
//! cannot: memory of the kernel, page cache, the peak of all processes together, and
//! processes that left their family.

mod entrance;
mod error;
mod every;
mod flush;
mod group;
mod hierarchy;
mod limit;
mod mount;
mod own;
mod removal;
mod sweep;

pub(crate) use entrance::Entrance;
pub use error::CgroupError;
pub(crate) use every::{pids_of, remove_all_of, wait_until_gone};
pub use group::{CgroupMemory, Group};
pub use hierarchy::Hierarchy;
pub(crate) use limit::{MemoryLimit, cpu_quota, pids_left};
pub use mount::{Mount, Version};
pub use own::Cgroup;
pub use sweep::sweep;

/// Prefix of the folders that hold the lab's cgroups; the owner's name follows.
pub const PREFIX: &str = "labrun-";
