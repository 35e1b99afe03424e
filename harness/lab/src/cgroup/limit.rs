//! What a cgroup and those above it limit: memory, processors, processes. A container shows its own
//! as the highest; what is above that is not to be seen from inside.

use std::fs;
use std::path::{Path, PathBuf};

use super::CgroupError;
use super::group::Group;
use super::mount::{Mount, Version};

/// What stands for no limit with version 1: the largest number of whole pages, whatever their size.
const NONE: u64 = 1 << 62;

/// A limit on the memory of a cgroup and all below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemoryLimit {
    /// The folder of the cgroup.
    pub(crate) folder: PathBuf,
    /// How many bytes it may have.
    pub(crate) bytes: u64,
    /// How many of them are left, once the kernel has dropped what it caches of files.
    pub(crate) left: u64,
}

impl Group {
    /// The memory cgroup of the lab itself.
    pub(crate) fn own() -> Result<Self, CgroupError> {
        Self::of(std::process::id().cast_signed())
    }

    /// The limits of it and of those above it.
    pub(crate) fn memory_limits(&self) -> Vec<MemoryLimit> {
        let way = self.path.ancestors();
        way.take_while(|folder| folder.starts_with(&self.root))
            .filter_map(|folder| memory_limit(self.version, folder))
            .collect()
    }
}

fn memory_limit(version: Version, folder: &Path) -> Option<MemoryLimit> {
    // Beyond `memory.high` a program is not killed but held up, which measures nothing either.
    let (limits, usage, field): (&[&str], &str, &str) = match version {
        Version::V1 => (
            &["memory.limit_in_bytes"],
            "memory.usage_in_bytes",
            "total_",
        ),
        Version::V2 => (&["memory.max", "memory.high"], "memory.current", ""),
    };
    let numbers = limits.iter().filter_map(|file| number(folder, file));
    let bytes = numbers.min().filter(|bytes| *bytes < NONE)?;
    let stat = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let of_files = |list: &str| -> u64 {
        let name = format!("{field}{list}_file ");
        let mut lines = stat.lines();
        let found = lines.find_map(|line| line.strip_prefix(&name)?.parse().ok());
        found.unwrap_or(0)
    };
    let cached = of_files("active") + of_files("inactive");
    let used = number(folder, usage)?.saturating_sub(cached);
    Some(MemoryLimit {
        folder: folder.to_owned(),
        bytes,
        left: bytes.saturating_sub(used),
    })
}

/// The least processors' worth of time that the lab's own cgroup or one above it has in each
/// period, and which one.
pub(crate) fn cpu_quota() -> Option<(f64, PathBuf)> {
    let (version, way) = way("cpu")?;
    let quotas = way.into_iter().filter_map(|folder| {
        let (quota, period) = match version {
            Version::V1 => (
                number(&folder, "cpu.cfs_quota_us")?,
                number(&folder, "cpu.cfs_period_us")?,
            ),
            Version::V2 => {
                let text = fs::read_to_string(folder.join("cpu.max")).ok()?;
                let (quota, period) = text.trim().split_once(' ')?;
                (quota.parse().ok()?, period.parse().ok()?)
            }
        };
        Some((quota as f64 / period as f64, folder))
    });
    quotas.min_by(|a, b| a.0.total_cmp(&b.0))
}

/// The fewest processes and threads that the lab's own cgroup or one above it can still get, and
/// which one.
pub(crate) fn pids_left() -> Option<(u64, PathBuf)> {
    let (_, way) = way("pids")?;
    let left = way.into_iter().filter_map(|folder| {
        let (most, now) = (
            number(&folder, "pids.max")?,
            number(&folder, "pids.current")?,
        );
        Some((most.saturating_sub(now), folder))
    });
    left.min()
}

/// The lab's own cgroup of a controller and those above it.
fn way(controller: &'static str) -> Option<(Version, Vec<PathBuf>)> {
    let mount = Mount::of(controller)?;
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let folder = mount.folder_of(&own).ok()?;
    let way = folder.ancestors();
    let way = way.take_while(|folder| folder.starts_with(&mount.folder));
    Some((mount.version, way.map(Path::to_owned).collect()))
}

/// The number that a file holds; none where it is not there, or says that there is no limit.
fn number(folder: &Path, file: &str) -> Option<u64> {
    let text = fs::read_to_string(folder.join(file)).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up hierarchy: each cgroup with its files.
    fn tree(version: Version, folders: &[(&str, &[(&str, &str)])]) -> (tempfile::TempDir, Group) {
        let root = tempfile::tempdir().expect("a folder");
        let mut path = root.path().to_owned();
        for (folder, files) in folders {
            path = root.path().join(folder);
            fs::create_dir_all(&path).expect("makes it");
            for (file, text) in *files {
                fs::write(path.join(file), text).expect("writes");
            }
        }
        let group = Group {
            version,
            root: root.path().to_owned(),
            path,
        };
        (root, group)
    }

    fn seen(group: &Group) -> Vec<(u64, u64)> {
        let limits = group.memory_limits();
        limits
            .iter()
            .map(|limit| (limit.bytes, limit.left))
            .collect()
    }

    #[test]
    fn each_cgroup_on_the_way_limits_what_is_below_it() {
        let (_root, group) = tree(
            Version::V2,
            &[
                ("", &[("memory.current", "999\n")]),
                (
                    "pod",
                    &[
                        ("memory.max", "1000\n"),
                        ("memory.high", "900\n"),
                        ("memory.current", "700\n"),
                        ("memory.stat", "anon 1\ninactive_file 90\nactive_file 10\n"),
                    ],
                ),
                (
                    "pod/lab",
                    &[("memory.max", "max\n"), ("memory.current", "600\n")],
                ),
            ],
        );
        assert_eq!(seen(&group), [(900, 300)]);
        let (_root, group) = tree(
            Version::V1,
            &[
                (
                    "docker",
                    &[
                        ("memory.limit_in_bytes", "5000\n"),
                        ("memory.usage_in_bytes", "6000\n"),
                        ("memory.stat", "inactive_file 7\ntotal_inactive_file 400\n"),
                    ],
                ),
                (
                    "docker/lab",
                    &[
                        ("memory.limit_in_bytes", "9223372036854771712\n"),
                        ("memory.usage_in_bytes", "100\n"),
                    ],
                ),
            ],
        );
        assert_eq!(seen(&group), [(5000, 0)]);
    }

    #[test]
    fn what_this_machine_limits_is_read() {
        // Whatever it is: a number, or nothing.
        assert!(cpu_quota().is_none_or(|(processors, _)| processors > 0.0));
        assert!(pids_left().is_none_or(|(left, _)| left < 1 << 40));
        let own = Group::own().map(|group| group.memory_limits());
        let own = own.into_iter().flatten();
        assert!({ own }.all(|limit| limit.left <= limit.bytes));
    }
}
