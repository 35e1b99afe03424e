//! Where a controller is mounted, the memory's above all, and which folder there is a process's.

use std::fs;
use std::path::{Path, PathBuf};

/// Which kind of cgroups counts memory here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// A hierarchy for each controller (cgroups(7), "Cgroups version 1").
    V1,
    /// One hierarchy for all.
    V2,
}

/// A mounted hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Which kind.
    pub version: Version,
    /// Where it is.
    pub folder: PathBuf,
    /// The cgroup that is shown there: `/`, or that of a container.
    root: String,
    /// What it controls here.
    controller: &'static str,
}

/// The controller of memory.
const MEMORY: &str = "memory";

impl Mount {
    /// The one that counts memory, where one is mounted: version 1 if its memory
    /// controller is, since that controller is then not in version 2.
    pub fn find() -> Option<Self> {
        Self::of(MEMORY)
    }

    /// The one that has another controller, in the same way.
    pub(super) fn of(controller: &'static str) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        Self::in_mounts_of(controller, &mounts)
    }

    /// That which counts memory, from the text of `/proc/PID/mountinfo` (proc(5)).
    pub(super) fn in_mounts(text: &str) -> Option<Self> {
        Self::in_mounts_of(MEMORY, text)
    }

    fn in_mounts_of(controller: &'static str, text: &str) -> Option<Self> {
        let found = |wanted| {
            let mut lines = text.lines();
            lines.find_map(|line| Self::parse(line, wanted, controller))
        };
        found(Version::V1).or_else(|| found(Version::V2))
    }

    fn parse(line: &str, wanted: Version, controller: &'static str) -> Option<Self> {
        // id parent device ROOT FOLDER options [more] - TYPE source OPTIONS
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let (root, folder) = (before.next()?, before.next()?);
        let mut after = after.split(' ');
        let fits = match wanted {
            Version::V1 => {
                after.next() == Some("cgroup")
                    && after.nth(1)?.split(',').any(|option| option == controller)
            }
            Version::V2 => after.next() == Some("cgroup2"),
        };
        fits.then(|| Self {
            version: wanted,
            folder: PathBuf::from(folder),
            root: root.to_owned(),
            controller,
        })
    }

    /// The folder of the cgroup that the text of a `/proc/PID/cgroup` names; what is
    /// wrong with it else.
    pub(super) fn folder_of(&self, cgroup: &str) -> Result<PathBuf, String> {
        let path = cgroup
            .lines()
            .find_map(|line| self.path_in(line))
            .ok_or_else(|| format!("it names no {} cgroup", self.controller))?;
        // Outside of what is mounted here a path does not begin with the root, or goes up.
        let below = Path::new(path)
            .strip_prefix(&self.root)
            .ok()
            .filter(|below| below.components().all(|part| part.as_os_str() != ".."))
            .ok_or_else(|| format!("{path} lies outside {}", self.folder.display()))?;
        Ok(self.folder.join(below))
    }

    /// The path in one line, `number:controllers:path`, if it is of this hierarchy.
    fn path_in<'a>(&self, line: &'a str) -> Option<&'a str> {
        let mut fields = line.splitn(3, ':');
        let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let is_it = match self.version {
            Version::V1 => controllers.split(',').any(|name| name == self.controller),
            Version::V2 => number == "0",
        };
        is_it.then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: &str = "\
        23 60 0:21 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
        31 23 0:26 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n\
        32 23 0:27 / /sys/fs/cgroup/cpu rw,relatime shared:7 - cgroup cgroup rw,cpu,cpuacct\n\
        33 23 0:28 / /sys/fs/cgroup/memory rw,relatime shared:8 - cgroup cgroup rw,memory\n";
    const UNIFIED: &str = "\
        30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    const OF_A_CONTAINER: &str = "\
        709 708 0:28 /docker/12ab /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n";

    #[test]
    fn the_hierarchy_that_counts_memory_is_found() {
        let found = |text| {
            let mount = Mount::in_mounts(text)?;
            Some((mount.version, mount.folder.display().to_string()))
        };
        let v1 = (Version::V1, "/sys/fs/cgroup/memory".to_owned());
        let v2 = (Version::V2, "/sys/fs/cgroup".to_owned());
        assert_eq!(found(HYBRID), Some(v1.clone()));
        assert_eq!(found(OF_A_CONTAINER), Some(v1));
        assert_eq!(found(UNIFIED), Some(v2));
        assert_eq!(found("23 60 0:21 / /proc rw - proc proc rw\n"), None);
    }

    #[test]
    fn a_process_s_folder_is_found() {
        let folder = |mounts, cgroup| {
            let mount = Mount::in_mounts(mounts).expect("mounted");
            mount
                .folder_of(cgroup)
                .map(|path| path.display().to_string())
        };
        let hybrid = "9:name=systemd:/\n4:memory:/a/b:c\n3:cpu,cpuacct:/no\n0::/unified\n";
        let found = |path: &str| Ok(format!("/sys/fs/cgroup{path}"));
        assert_eq!(folder(HYBRID, hybrid), found("/memory/a/b:c"));
        assert_eq!(folder(UNIFIED, "0::/user.slice\n"), found("/user.slice"));
        assert_eq!(folder(UNIFIED, "0::/\n"), found("/"));
        let inside = "4:memory:/docker/12ab/x\n";
        assert_eq!(folder(OF_A_CONTAINER, inside), found("/memory/x"));
        for outside in ["4:memory:/docker/34cd\n", "4:memory:/docker/12ab/../34cd\n"] {
            let why = folder(OF_A_CONTAINER, outside).expect_err("outside");
            assert!(why.ends_with("lies outside /sys/fs/cgroup/memory"), "{why}");
        }
        assert!(folder(HYBRID, "0::/unified\n").is_err());
    }
}
