//! Whether the lab may make cgroups here, and below which.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::error::read;
use super::mount::{Mount, Version};
use super::{CgroupError, PREFIX};
use crate::owner::Owner;

/// Where the lab makes its cgroups.
///
/// The place is the highest cgroup on the way from the root to the lab's own in which
/// it may make others, and, with version 2, which gives its children the memory
/// controller. High, and not below the lab's own, for two reasons: with version 2 a
/// cgroup with processes (the lab's own) cannot give its children a controller; and the
/// next run of the same user finds the place again from another session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// Where cgroups are mounted.
    pub mount: Mount,
    /// The cgroup below which the lab's are made.
    pub parent: PathBuf,
}

impl Hierarchy {
    /// Looks for one; else a reason and what to do.
    pub fn detect() -> Result<Self, CgroupError> {
        let mounts = read(Path::new("/proc/self/mountinfo"))?;
        Self::in_texts(&mounts, &read(Path::new("/proc/self/cgroup"))?)
    }

    /// The same, from the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`.
    pub(super) fn in_texts(mounts: &str, own: &str) -> Result<Self, CgroupError> {
        let unusable = |why: String| Err(CgroupError::Unusable(why));
        let Some(mount) = Mount::in_mounts(mounts) else {
            return unusable(
                "no cgroup hierarchy is mounted: mount -t cgroup2 cgroup2 /sys/fs/cgroup"
                    .to_owned(),
            );
        };
        let folder = match mount.folder_of(own) {
            Ok(folder) => folder,
            Err(why) => return unusable(format!("the lab's own cgroup cannot be seen: {why}")),
        };
        let mut way: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| folder.starts_with(&mount.folder))
            .collect();
        way.reverse();
        let gives = |folder: &&&Path| mount.version == Version::V1 || gives_memory(folder);
        // To move a process between two cgroups takes the right to write this file of the
        // nearest cgroup above both.
        let procs = |folder: &Path| writable(&folder.join("cgroup.procs"));
        let may = |folder: &&&Path| writable(folder).is_ok() && procs(folder).is_ok();
        if let Some(parent) = way.iter().filter(gives).find(may) {
            let parent = parent.to_path_buf();
            return Ok(Self { mount, parent });
        }
        unusable(why_not(&mount, &way))
    }

    /// The folder that holds the cgroups of one lab.
    pub(super) fn of_owner(&self, owner: &Owner) -> PathBuf {
        self.parent.join(format!("{PREFIX}{owner}"))
    }
}

/// Why none of the cgroups on the way will do, and what to do.
fn why_not(mount: &Mount, way: &[&Path]) -> String {
    let root = mount.folder.display();
    if mount.version == Version::V2 {
        let has_memory = |folder: &&Path| lists_memory(&folder.join("cgroup.controllers"));
        if !way.iter().any(has_memory) {
            return format!(
                "the cgroups in {root} have no memory controller: boot without \
                 cgroup_disable=memory, and in a container delegate it"
            );
        }
        if !way.iter().any(|folder| gives_memory(folder)) {
            return format!(
                "no cgroup gives its children the memory controller: as root, \
                 echo +memory > {root}/cgroup.subtree_control (a container's own root \
                 has to be emptied of processes first)"
            );
        }
    }
    // A mount stays listed where another covers it.
    if !mount.folder.join("cgroup.procs").exists() {
        let over = if mount.folder.is_dir() {
            &*mount.folder
        } else {
            Path::new("/sys/fs/cgroup")
        };
        return format!(
            "the cgroups that are mounted on {root} are not to be seen, since something else is mounted over \
             them: umount {}, or start the container that labrun runs in with --privileged",
            over.display()
        );
    }
    let is_read_only = |error: io::Error| error.kind() == io::ErrorKind::ReadOnlyFilesystem;
    if writable(&mount.folder).is_err_and(is_read_only) {
        return format!(
            "{root} is mounted read-only: mount -o remount,rw {root}, or start the container \
             that labrun runs in with --privileged"
        );
    }
    let ask = match mount.version {
        Version::V1 => "run labrun as root",
        Version::V2 => {
            "run labrun as root, or in a delegated one: \
             systemd-run --user --scope -p Delegate=yes labrun"
        }
    };
    format!("no permission to make cgroups in {root}: {ask}")
}

/// Whether children of this cgroup of version 2 have the memory controller.
fn gives_memory(folder: &Path) -> bool {
    lists_memory(&folder.join("cgroup.subtree_control"))
}

/// Whether a file of controllers has memory among them.
fn lists_memory(path: &Path) -> bool {
    read(path).is_ok_and(|text| text.split_whitespace().any(|name| name == "memory"))
}

fn writable(path: &Path) -> io::Result<()> {
    Ok(accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A made-up tree of version 2: each folder with the controllers that it has and
    /// those that it gives.
    fn tree(folders: &[(&str, &str, &str)]) -> (tempfile::TempDir, String) {
        let root = tempfile::tempdir().expect("a folder");
        for (path, has, gives) in folders {
            let folder = root.path().join(path);
            fs::create_dir_all(&folder).expect("makes it");
            fs::write(folder.join("cgroup.controllers"), has).expect("writes");
            fs::write(folder.join("cgroup.subtree_control"), gives).expect("writes");
            fs::write(folder.join("cgroup.procs"), "").expect("writes");
        }
        let path = root.path().display();
        let mounts = format!("30 23 0:26 / {path} rw - cgroup2 cgroup2 rw\n");
        (root, mounts)
    }

    #[test]
    fn the_highest_that_gives_memory_is_taken() {
        let (root, mounts) = tree(&[
            ("", "cpu memory pids\n", "cpu pids\n"),
            ("user.slice", "cpu memory\n", "memory pids\n"),
            ("user.slice/app", "memory pids\n", "memory\n"),
            ("user.slice/app/labrun", "memory\n", "\n"),
        ]);
        let found = Hierarchy::in_texts(&mounts, "0::/user.slice/app/labrun\n").expect("found");
        assert_eq!(found.mount.version, Version::V2);
        assert_eq!(found.parent, root.path().join("user.slice"));
        let owner = Owner::parse("12-34-a-0000000b").expect("an owner");
        let folder = found.of_owner(&owner);
        assert_eq!(
            folder,
            root.path().join("user.slice/labrun-12-34-a-0000000b")
        );
    }

    #[test]
    fn where_there_is_none_the_reason_says_what_to_do() {
        let reason = |folders: &[_], own: &str| {
            let (_root, mounts) = tree(folders);
            let error = Hierarchy::in_texts(&mounts, own).expect_err("none");
            assert!(matches!(error, CgroupError::Unusable(_)), "{error}");
            error.to_string()
        };
        let without = reason(&[("", "cpu\n", "cpu\n")], "0::/\n");
        assert!(without.contains("have no memory controller"), "{without}");
        let withheld = reason(&[("", "cpu memory\n", "cpu\n")], "0::/\n");
        assert!(withheld.contains("echo +memory > "), "{withheld}");
        let outside = reason(&[("", "memory\n", "memory\n")], "0::/../elsewhere\n");
        assert!(outside.contains("own cgroup cannot be seen"), "{outside}");
        let error = Hierarchy::in_texts("23 60 0:21 / /proc rw - proc proc rw\n", "0::/\n");
        let unmounted = error.expect_err("none").to_string();
        assert!(unmounted.contains("mount -t cgroup2"), "{unmounted}");
    }
}
