//! Reading one cgroup.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::read;
use super::mount::{Mount, Version};
use super::{CgroupError, flush};
use crate::proc::{Pid, Processes};

/// One cgroup and all below it, to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub(super) version: Version,
    /// Where cgroups are mounted.
    pub(super) root: PathBuf,
    pub(super) path: PathBuf,
}

/// What a cgroup holds now, in bytes. It was charged to whoever touched it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CgroupMemory {
    /// Anonymous memory: heap, stacks, written data. Swapped-out pages are not in it.
    pub anon: u64,
    /// Page cache, with shared memory and tmpfs files. Of files that were cached before,
    /// by whomever, nothing is charged here.
    pub file: u64,
    /// Memory of the kernel: page tables, stacks of threads, slabs. None where the kernel
    /// has no sum of it (version 2 before Linux 5.18).
    pub kernel: Option<u64>,
    /// All that is charged. Up to 64 pages for each processor more than is used, since
    /// the kernel charges in batches.
    pub usage: u64,
    /// What was swapped out, and is in none of the above; 0 where the kernel does not count it.
    pub swap: u64,
}

impl CgroupMemory {
    /// Anonymous memory, files and kernel together, to the page. Not the usage: what the kernel has
    /// charged in advance is given back before a limit is enforced. None where the kernel's part is
    /// not known.
    pub fn sum(&self) -> Option<u64> {
        Some(self.anon + self.file + self.kernel?)
    }
}

impl std::ops::Add for CgroupMemory {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            anon: self.anon + other.anon,
            file: self.file + other.file,
            kernel: self.kernel.zip(other.kernel).map(|(a, b)| a + b),
            usage: self.usage + other.usage,
            swap: self.swap + other.swap,
        }
    }
}

impl Group {
    /// The memory cgroup of a process, such as a container's first one.
    pub fn of(pid: Pid) -> Result<Self, CgroupError> {
        let hidden = |why: String| CgroupError::Hidden { pid, why };
        let mount = Mount::find()
            .ok_or_else(|| CgroupError::Unusable("no cgroup hierarchy is mounted".to_owned()))?;
        let text = fs::read_to_string(format!("/proc/{pid}/cgroup"))
            .map_err(|error| hidden(error.to_string()))?;
        let path = mount.folder_of(&text).map_err(hidden)?;
        Ok(Self {
            version: mount.version,
            root: mount.folder,
            path,
        })
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds now.
    pub fn held(&self) -> Result<CgroupMemory, CgroupError> {
        Self::held_together(std::slice::from_ref(self))
    }

    /// What several hold now, together. The lab touches some memory of its own for it, outside of
    /// these cgroups and once for all of them (`flush.rs` says why).
    pub fn held_together(groups: &[Self]) -> Result<CgroupMemory, CgroupError> {
        let none = || CgroupError::Unusable("the isolate has no cgroup".to_owned());
        let (first, others) = groups.split_first().ok_or_else(none)?;
        flush::flush(&first.root)?;
        let mut sum = first.counted()?;
        for other in others {
            sum = sum + other.counted()?;
        }
        Ok(sum)
    }

    /// What the kernel's counts say that it holds.
    fn counted(&self) -> Result<CgroupMemory, CgroupError> {
        let path = self.path.join("memory.stat");
        let stat = read(&path)?;
        let find = |name: &str| {
            let mut lines = stat.lines().filter_map(|line| line.split_once(' '));
            let found = lines.find(|(field, _)| *field == name);
            found.and_then(|(_, value)| value.parse().ok())
        };
        let field = |name: &str| {
            find(name).ok_or_else(|| CgroupError::Odd {
                path: path.clone(),
                field: name.to_owned(),
            })
        };
        Ok(match self.version {
            Version::V1 => CgroupMemory {
                // `total_` is with the cgroups below, as version 2 counts.
                anon: field("total_rss")?,
                file: field("total_cache")?,
                kernel: self.number_if_there("memory.kmem.usage_in_bytes")?,
                usage: self.number("memory.usage_in_bytes")?,
                swap: find("total_swap").unwrap_or(0),
            },
            Version::V2 => CgroupMemory {
                anon: field("anon")?,
                file: field("file")?,
                kernel: find("kernel"),
                usage: self.number("memory.current")?,
                swap: self.number_if_there("memory.swap.current")?.unwrap_or(0),
            },
        })
    }

    /// The most that was ever charged, in bytes; like the usage, up to 64 pages for each
    /// processor more than was used.
    pub fn peak(&self) -> Result<u64, CgroupError> {
        match self.version {
            Version::V1 => self.number("memory.max_usage_in_bytes"),
            Version::V2 => self
                .number_if_there("memory.peak")?
                .ok_or(CgroupError::NotCounted(
                    "memory.peak: Linux 5.19 or newer has",
                )),
        }
    }

    /// The processes in it and in the cgroups below. Those of another PID namespace have
    /// no number here, and are left out.
    pub fn pids(&self) -> Result<Processes, CgroupError> {
        let mut pids = Processes::new();
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            let path = folder.join("cgroup.procs");
            let text = read(&path)?;
            pids.extend(text.lines().filter_map(|line| line.parse::<Pid>().ok()));
            folders.extend(below(&folder));
        }
        pids.remove(&0);
        Ok(pids)
    }

    fn number(&self, file: &str) -> Result<u64, CgroupError> {
        let path = self.path.join(file);
        let text = read(&path)?;
        text.trim().parse().map_err(|_| CgroupError::Odd {
            path,
            field: "number".to_owned(),
        })
    }

    fn number_if_there(&self, file: &str) -> Result<Option<u64>, CgroupError> {
        match self.number(file) {
            Ok(number) => Ok(Some(number)),
            Err(CgroupError::Io { source, .. })
                if source.kind() == io::ErrorKind::NotFound && self.path.exists() =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The cgroups right below one.
pub(super) fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "anon 4096\nfile 8192\nkernel 12288\nkernel_stack 1024\nanon_thp 0\n";

    /// A made-up cgroup of version 2.
    fn group(files: &[(&str, &str)]) -> (tempfile::TempDir, Group) {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("launch-0");
        fs::create_dir_all(path.join("below")).expect("makes it");
        fs::write(root.path().join("memory.stat"), STAT).expect("writes");
        for (file, text) in files {
            fs::write(path.join(file), text).expect("writes");
        }
        let group = Group {
            version: Version::V2,
            root: root.path().to_owned(),
            path,
        };
        (root, group)
    }

    #[test]
    fn version_2_is_read() {
        let (_root, group) = group(&[
            ("memory.stat", STAT),
            ("memory.current", "65536\n"),
            ("memory.peak", "131072\n"),
            ("memory.swap.current", "20480\n"),
            ("cgroup.procs", "7\n0\n"),
            ("below/cgroup.procs", "9\n8\n"),
        ]);
        let wanted = CgroupMemory {
            anon: 4096,
            file: 8192,
            kernel: Some(12288),
            usage: 65536,
            swap: 20480,
        };
        assert_eq!(group.held().expect("reads"), wanted);
        assert_eq!(wanted.sum(), Some(24576));
        assert_eq!(group.peak().expect("reads"), 131_072);
        assert_eq!(group.pids().expect("reads"), Processes::from([7, 8, 9]));
    }

    #[test]
    fn what_an_older_kernel_does_not_count_is_not_a_zero() {
        let old = STAT.replace("kernel 12288\n", "");
        let (_root, group) = group(&[("memory.stat", &old), ("memory.current", "65536\n")]);
        let held = group.held().expect("reads");
        assert_eq!((held.kernel, held.sum(), held.swap), (None, None, 0));
        let error = group.peak().expect_err("no peak").to_string();
        assert_eq!(
            error,
            "this kernel has no memory.peak: Linux 5.19 or newer has"
        );
    }

    #[test]
    fn a_cgroup_that_is_gone_is_an_error() {
        let (root, group) = group(&[("memory.stat", "file 8192\n"), ("memory.peak", "max\n")]);
        let stat = group.held().expect_err("no anon").to_string();
        assert!(stat.ends_with("launch-0/memory.stat has no anon"), "{stat}");
        let peak = group.peak().expect_err("no number").to_string();
        assert!(
            peak.ends_with("launch-0/memory.peak has no number"),
            "{peak}"
        );
        drop(root);
        assert!(matches!(group.peak(), Err(CgroupError::Io { .. })));
        assert!(matches!(group.pids(), Err(CgroupError::Io { .. })));
    }
}
