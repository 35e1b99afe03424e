//! How much memory there is, whichever limit it is that says so: what the kernel can still give, a
//! cgroup (the lab's own, a launch's, and all above), `RLIMIT_AS` and `RLIMIT_DATA`.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::{Limit, shown};
use crate::cgroup::{Group, MemoryLimit};
use crate::memory::{self, MemoryError};
use crate::proc::{self, Pid, Processes, bytes};

/// What a limit leaves to instances that are alive together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Room {
    /// Whose limit it is.
    what: String,
    /// Bytes that are left of it.
    left: u64,
    /// Bytes that they all have of it.
    held: u64,
}

impl Room {
    /// Whether there is room for `then` of them where `now` hold what they do: what comes on top
    /// takes half of what is left at most, since the rest of the machine lives of it too.
    pub(crate) fn fits(&self, now: u32, then: u32) -> bool {
        let each = self.held.div_ceil(u64::from(now.max(1)));
        each.saturating_mul(u64::from(then.saturating_sub(now))) <= self.left / 2
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, of which {} are left", self.what, shown(self.left))
    }
}

/// The limits that so many instances meet, which hold `held` bytes in these processes and cgroups.
pub(crate) fn rooms(
    instances: u32,
    held: u64,
    processes: &Processes,
    groups: &[Group],
) -> Result<Vec<Room>, MemoryError> {
    let mut rooms = vec![Room {
        what: "the memory of this machine (MemAvailable)".to_owned(),
        left: memory::available()?,
        held,
    }];
    rooms.extend(cgroups(groups).into_iter().map(|limit| Room {
        what: named(&limit),
        left: limit.left,
        held,
    }));
    // A process each has its limits to itself, and one for all has them for all.
    if (processes.len() as u64) < u64::from(instances).max(2) {
        rooms.extend(processes.iter().flat_map(|pid| of_process(*pid)));
    }
    Ok(rooms)
}

/// Whether labrun itself may hold so many bytes more for a moment: they are half of what is left at most,
/// by whichever limit.
pub(crate) fn has_room(bytes: u64) -> bool {
    let own = Processes::from([std::process::id().cast_signed()]);
    let rooms = rooms(1, 0, &own, &[]);
    rooms.is_ok_and(|rooms| rooms.iter().all(|room| bytes <= room.left / 2))
}

/// What is told of the one of a cgroup.
fn named(limit: &MemoryLimit) -> String {
    let (folder, bytes) = (limit.folder.display(), shown(limit.bytes));
    format!("the {bytes} of the memory cgroup {folder}")
}

/// The limits of the lab's own cgroup, of others, and of all above them, each once.
fn cgroups(groups: &[Group]) -> Vec<MemoryLimit> {
    let own = Group::own().ok();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let all = own.iter().chain(groups).flat_map(Group::memory_limits);
    all.filter(|limit| seen.insert(limit.folder.clone()))
        .collect()
}

/// `RLIMIT_AS` and `RLIMIT_DATA`, and what they limit.
const OF_A_PROCESS: [(&str, &str, &str); 2] = [
    ("Max address space", "VmSize", "RLIMIT_AS"),
    ("Max data size", "VmData", "RLIMIT_DATA"),
];

fn of_process(pid: Pid) -> Vec<Room> {
    let status = fs::read_to_string(proc::folder(pid).join("status")).unwrap_or_default();
    let room = |(limit, field, name): (&str, &str, &str)| {
        let [most, _] = proc::limit(pid, limit)?;
        let (most, held) = (most?, bytes(&status, field)?);
        Some(Room {
            what: format!("{name} of process {pid}, {}", shown(most)),
            left: most.saturating_sub(held),
            held,
        })
    };
    OF_A_PROCESS.into_iter().filter_map(room).collect()
}

/// The tightest of the limits that hold for all that the lab starts.
pub(super) fn tightest() -> String {
    let least = cgroups(&[]).into_iter().min_by_key(|limit| limit.bytes);
    least.map_or_else(
        || match memory::available() {
            Ok(left) => format!("this machine has {} left (MemAvailable)", shown(left)),
            Err(error) => error.to_string(),
        },
        |limit| format!("the limit is {}", named(&limit)),
    )
}

/// Bytes without which labrun itself may be what the kernel kills: it holds some 20 MiB, writing a page
/// takes twice that, and the launches are in the same cgroup where they can have none of their own.
const OWN: u64 = 64 << 20;

/// Why labrun cannot measure in so little memory, if it cannot.
pub fn too_little() -> Option<String> {
    let least = cgroups(&[]).into_iter().min_by_key(|limit| limit.bytes)?;
    (least.bytes < OWN).then(|| {
        format!(
            "labrun itself needs {} and runs in {}: {LIFT}",
            shown(OWN),
            named(&least)
        )
    })
}

/// Bytes that no program reserves which is asked for its version.
const RESERVED: u64 = 8 << 30;

/// How a limit on memory is lifted.
pub(super) const LIFT: &str =
    "give it more: docker run --memory, MemoryMax= of its unit, or ulimit -v unlimited";

/// How little memory a process may have, where a program may meet that which reserves much and uses
/// little of it, as Go's and Node's do.
pub(super) fn small() -> Option<String> {
    let own = std::process::id().cast_signed();
    let of = |(limit, _, name): &(&str, &str, &str)| {
        let [most, _] = proc::limit(own, limit)?;
        let most = most.filter(|most| *most < RESERVED)?;
        Some(format!("{name} {}: {LIFT}", shown(most)))
    };
    OF_A_PROCESS.iter().find_map(of)
}

/// For a person.
pub(super) fn stated() -> Limit {
    let mut said = vec![match memory::available() {
        Ok(left) => format!("{} can be had (MemAvailable)", shown(left)),
        Err(error) => error.to_string(),
    }];
    let mut tight: Vec<String> = cgroups(&[])
        .iter()
        .map(|limit| format!("{}, {} left", named(limit), shown(limit.left)))
        .collect();
    let own = std::process::id().cast_signed();
    tight.extend(OF_A_PROCESS.iter().filter_map(|(limit, _, name)| {
        let [most, _] = proc::limit(own, limit)?;
        Some(format!("{name} {}", shown(most?)))
    }));
    let lift = (!tight.is_empty()).then(|| {
        if let Some(reason) = too_little() {
            return format!("nothing is measured: {reason}");
        }
        format!("the memory series ends before that is reached, and a launch that needs more is unavailable; {LIFT}")
    });
    said.append(&mut tight);
    Limit {
        what: "memory",
        said: said.join("; "),
        lift,
    }
}

/// Swap: what lies there is in no footprint.
pub(super) fn swap() -> Limit {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = bytes(&meminfo, "SwapTotal").unwrap_or(0);
    Limit {
        what: "swap",
        said: if total == 0 {
            "none".to_owned()
        } else {
            shown(total)
        },
        lift: (total > 0).then(|| {
            "a launch of which something is swapped out has no memory rows; sudo swapoff -a"
                .to_owned()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn room(left: u64, held: u64) -> Room {
        Room {
            what: "it".to_owned(),
            left: left * MIB,
            held: held * MIB,
        }
    }

    #[test]
    fn a_series_ends_before_half_of_what_is_left_is_gone() {
        // Of 64 MiB each in 1 GiB: 8 are there, and 16 would take all of it.
        assert!(room(960, 64).fits(1, 2));
        assert!(room(768, 256).fits(4, 8));
        assert!(!room(512, 512).fits(8, 16));
        assert!(!room(100, 64).fits(1, 2));
        assert!(room(0, 64).fits(4, 4));
        assert!(!room(u64::MAX / MIB, u64::MAX / MIB).fits(1, u32::MAX));
    }

    #[test]
    fn there_is_room_for_little_and_none_for_what_no_machine_has() {
        assert!(has_room(1) && !has_room(u64::MAX));
    }

    #[test]
    fn a_process_that_holds_all_meets_its_own_limits() {
        let own = std::process::id().cast_signed();
        let old = rustix::process::getrlimit(rustix::process::Resource::As);
        let wanted = usize::from(old.current.is_some());
        let of_own = |processes: &Processes, instances| {
            let rooms = rooms(instances, MIB, processes, &[]).expect("reads");
            let all = rooms
                .iter()
                .filter(|room| room.what.starts_with("RLIMIT_AS"));
            all.count()
        };
        assert_eq!(of_own(&Processes::from([own]), 1), wanted);
        assert_eq!(of_own(&Processes::from([own, 1]), 2), 0, "one each");
        assert_eq!(shown(64 * MIB), "64 MiB");
        assert_eq!(shown(24 << 30), "24.0 GiB");
    }
}
